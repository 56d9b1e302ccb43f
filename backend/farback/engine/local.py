"""LocalEngine: runs execute in worker processes of this machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..config import Settings
from ..errors import Busy, Conflict, Exploded, NotFound
from ..store import Row, StorageFailed, Store
from .base import Capacity, Job, State
from .board import AGAIN, CANCELLED, CHANGED, LET_GO_S, Board
from .examiner import Examiner, Question
from .pool import RECORDER, Pool
from .queue import in_background
from .supervisor import TICK_S, Supervisor

LOG = logging.getLogger(__name__)

PAGE = 50
"""Most frames that one `read` gives."""
PAGE_BYTES = 4 * 2**20
"""Bytes after which `read` gives no further frame: those of the largest models have some megabytes each."""


class LocalEngine:
    """Runs in worker processes, a fair queue before them, and a store behind them.

    Callers only change the board, under its lock, and for moments; a thread of its own, the supervisor, does what the
    board asks for.

    Args:
        settings: the limits.
        store: where runs are kept.
        recorder: the module that trains.
    """

    def __init__(self, settings: Settings, store: Store, recorder: str = RECORDER) -> None:
        self.settings = settings
        self.store = store
        self._board = Board(store, min(settings.workers, os.cpu_count() or 1))
        self._pool = Pool(settings.workers, recorder)
        self._supervisor = Supervisor(settings, self._board, self._pool)
        self._examiner = Examiner(recorder)

    def start(self) -> None:
        """Take up what an earlier server left unfinished, and start the workers in the background."""
        with self._board.changed:
            for row in self.store.index.unfinished():
                self._resume(row)
        self._supervisor.start()

    def close(self) -> None:
        """Stop working. Runs that wait or train go on with the next start."""
        self._supervisor.close()
        self._examiner.close()

    # --- The interface.

    def submit(self, job: Job, viewer: str) -> tuple[State, bool]:
        """See `Engine.submit`."""
        board = self._board
        with board.changed:
            board.settle()
            active, row = board.active.get(job.id), self.store.get(job.id)
            if active is not None and active.ended is None:
                if active.stopping is CANCELLED:
                    active.stopping = AGAIN
            elif row is not None and self._is_over(row):
                self.store.touch(row)
            else:
                if not in_background(viewer):
                    self._admit(viewer)
                queued = Row(job.id, "queued", job.public, job.facts, job.private, False, viewer, 0, job.steps)
                if row is not None:
                    queued = replace(queued, saved=row.saved, created=row.created)
                self.store.create(queued, job.spec, job.start)
                self._enqueue(queued)
            if not in_background(viewer):
                board.claim(job.id, viewer)
                board.watchers.join(job.id, viewer)
            return board.state(job.id), row is None

    def read(self, run: str, after: int = -1, wait: float = 0.0) -> tuple[State, list[tuple[int, bytes]]]:
        """See `Engine.read`."""
        board = self._board
        with board.changed:
            board.changed.wait_for(lambda: board.state(run).finished or board.state(run).seq > after, wait)
            state = board.state(run)
        first = max(after, -1) + 1
        frames: list[tuple[int, bytes]] = []
        room = PAGE_BYTES
        for seq in range(first, min(state.seq + 1, first + PAGE)):
            try:
                frame = self.frame(run, seq)
            except NotFound:  # what is still there is given, and that the rest is lost
                return self.state(run), frames
            room -= len(frame)
            if room < 0 and frames:
                break
            frames.append((seq, frame))
        return state, frames

    def cancel(self, run: str, viewer: str) -> State:
        """See `Engine.cancel`."""
        board = self._board
        with board.changed:
            board.state(run)
            board.watchers.withdraw(run, viewer)
            active = board.active.get(run)
            if active is not None and not board.watchers.count(run):
                board.stop(active, CANCELLED)
                board.changed.wait_for(lambda: active.ended is not None, LET_GO_S + 2 * TICK_S)
            return board.state(run)

    def capacity(self) -> Capacity:
        """See `Engine.capacity`."""
        with self._board.changed:
            workers = list(self._pool.workers)
            ready, busy = sum(worker.ready for worker in workers), sum(worker.ticket != 0 for worker in workers)
            return Capacity(self.settings.workers, ready, busy, len(self._board.queue))

    # --- What the web asks for besides.

    def state(self, run: str) -> State:
        """How a run stands.

        Raises:
            NotFound: there is no such run.
        """
        with self._board.changed:
            return self._board.state(run)

    def about(self, run: str) -> Row:
        """What the index knows of a run: its spec and facts.

        Raises:
            NotFound: there is no such run.
        """
        row = self._board.row(run)
        self.store.touch(row)
        return row

    def frame(self, run: str, seq: int) -> bytes:
        """One frame as it goes over the wire. Where it was lost on the disk, the run ends as one that is to be trained
        again.

        Raises:
            NotFound: there is no such frame (any more).
        """
        frame = self.store.folder(run).read_frame(seq)
        if frame is None:
            with self._board.changed:
                self._board.spoilt(run, seq)
            raise NotFound(f"Run {run} has no frame {seq}.")
        return frame

    def ask(self, run: str, inquiry: str, step: int | None = None) -> bytes:
        """Answer a question about a run's model at a step that has weights, the newest by default.

        Args:
            run: id.
            inquiry: JSON, checked against the run's spec.
            step: training step.

        Raises:
            NotFound: there is no such run, or nothing of it at that step.
            Busy: too many questions wait.
            TooLarge: the answer takes too long.
            InvalidInput: there can be no answer; says why.
        """
        self.about(run)
        folder = self.store.folder(run)
        steps = folder.steps()
        chosen = max(steps, default=0) if step is None else step
        if chosen not in steps:
            raise NotFound(f"Run {run} has no weights at step {chosen}.", "step")
        return self._examiner.ask(Question(folder.spec, folder.weights(chosen), chosen, inquiry))

    def ask_of(self, spec: Path, weights: Path, step: int, inquiry: str) -> bytes:
        """As `ask`, of a model that is no run's: its spec (JSON) and weights (safetensors) are kept elsewhere."""
        return self._examiner.ask(Question(spec, weights, step, inquiry))

    def forget(self, folder: Path) -> None:
        """Drop all answers about models that were kept in a folder."""
        self._examiner.forget(folder)

    def delete(self, run: str) -> None:
        """Remove all that is kept of a run with a person's own text, whoever watches it.

        Raises:
            NotFound: there is no such run.
            Conflict: the run carries nobody's text; others may rely on it.
            StorageFailed: its files cannot be moved away.
        """
        board = self._board
        with board.changed:
            if not board.row(run).private:
                raise Conflict("Only a run with a text of your own can be deleted: others may be looking at this one.")
            active = board.active.get(run)
            if active is not None:
                board.stop(active, CANCELLED)
                board.changed.wait_for(lambda: active.ended is not None, LET_GO_S + 2.0)
            self.store.remove(run)
            board.forget(run)
        self._examiner.forget(self.store.folder(run).path)
        self.store.empty_trash()  # the text is gone when the caller is told so

    def listen(self, listener: Callable[[str], None]) -> None:
        """Have a function called, on any thread, with the id of each run that changed. It must return at once."""
        self._board.listeners.append(listener)

    def touch(self, run: str, viewer: str) -> None:
        """A viewer looks at a run once."""
        with self._board.changed:
            self._board.claim(run, viewer)
            self._board.watchers.touch(run, viewer)

    def open(self, run: str, viewer: str) -> None:
        """A viewer begins to look at a run without pause."""
        with self._board.changed:
            self._board.claim(run, viewer)
            self._board.watchers.open(run, viewer)

    def leave(self, run: str, viewer: str) -> None:
        """A viewer no longer looks at a run."""
        with self._board.changed:
            self._board.watchers.close(run, viewer)

    @property
    def alive(self) -> bool:
        """Whether runs are being worked on at all."""
        return self._supervisor.alive

    @property
    def losses(self) -> int:
        """Workers that died."""
        return self._pool.losses

    @property
    def stored(self) -> int:
        """Bytes that all runs take on disk."""
        with self._board.changed:
            return self._board.stored

    def _enqueue(self, row: Row) -> None:
        self._board.enqueue(row)
        self._board.recount()
        self._pool.wake()

    def _resume(self, row: Row) -> None:
        """Take up a run that an earlier server left unfinished; not by another program, which makes other bits."""
        folder = self.store.folder(row.id)
        try:
            self._enqueue(row)
        except StorageFailed as error:
            LOG.error("The run %s cannot be taken up: %s", row.id, error)
            return
        if not folder.made_here():
            folder.drop_checkpoint()
            self._board.stop(self._board.active[row.id], CHANGED)

    def _is_over(self, row: Row) -> bool:
        """Whether a run ended by its own mathematics, and all of it is still there."""
        return (row.status == "done" or row.code == Exploded.code) and self.store.folder(row.id).complete(row.seq)

    def _admit(self, viewer: str) -> None:
        queue, settings = self._board.queue, self.settings
        if queue.count(viewer) >= settings.max_queue_client:
            raise Busy(f"{settings.max_queue_client} of your runs wait already: wait for one, or cancel one.")
        if queue.awaited >= settings.max_queue:
            raise Busy("The server has as many runs waiting as it may: try again in a minute.")
