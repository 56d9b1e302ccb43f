"""RunFolder: where the files of one run lie, and how they are read and written."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load

from ..arrays import Floats
from ..errors import FarbackError
from ..machine import fingerprint
from .row import Row

PARTS = ("frames", "weights")


class StorageFailed(FarbackError):
    """The disk is full, or may not be written to."""

    code = "storage"
    status = 507


@dataclass(frozen=True)
class RunFolder:
    """The files of one run.

    `run.json`, `spec.json` and `machine.json` are written by the web process; everything else by the worker that has
    the run. Whatever is read under its name is complete, because it was renamed to it; only a power cut can spoil it.
    """

    path: Path

    @property
    def run(self) -> Path:
        """What the index is made from, should it be lost. It comes first and goes last."""
        return self.path / "run.json"

    @property
    def spec(self) -> Path:
        """The fully resolved spec, with a person's own text. It lies here and not in the index, so that deleting the
        folder deletes the text."""
        return self.path / "spec.json"

    @property
    def machine(self) -> Path:
        """By what the run's bits were made: `farback.machine.fingerprint`."""
        return self.path / "machine.json"

    @property
    def start(self) -> Path:
        """The weights that training goes on from, where they are a snapshot's. They are a copy: that may be deleted."""
        return self.path / "start.safetensors"

    @property
    def checkpoint(self) -> Path:
        """All that is needed to go on after the newest frame but the last."""
        return self.path / "checkpoint.safetensors"

    def frame(self, seq: int) -> Path:
        """One frame as it goes over the wire, one byte a value."""
        return self.path / "frames" / f"{seq:06}.json"

    def weights(self, step: int) -> Path:
        """The weights that the frame was taken with."""
        return self.path / "weights" / f"{step:06}.safetensors"

    def create(self, spec: str, start: bytes | None = None) -> None:
        """Make the folder of a run that is new, or is to go on.

        Args:
            spec: JSON.
            start: the weights that it goes on from; None: it needs none, or has them already.

        Raises:
            OSError: it cannot be written.
        """
        self.make_parts()
        if start is not None:
            write_whole(self.start, start, sure=True)  # nothing that is left could make them anew
        write_whole(self.spec, spec.encode())
        write_whole(self.machine, json.dumps(fingerprint()).encode())

    def note(self, row: Row) -> None:
        """Keep what the index knows of the run.

        Raises:
            OSError: it cannot be written.
        """
        write_whole(self.run, json.dumps(asdict(row)).encode(), sure=True)

    def noted(self) -> Row | None:
        """What was noted last; None where nothing was, or it is spoilt."""
        try:
            row = Row(**json.loads(self.run.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return row if row.id == self.path.name else None

    def made_here(self) -> bool:
        """Whether the run's bits so far are those that this program makes on this machine."""
        try:
            return bool(json.loads(self.machine.read_bytes()) == fingerprint())
        except (OSError, ValueError):
            return False

    def read_start(self) -> bytes | None:
        """The weights that training goes on from; None where there are none."""
        try:
            return self.start.read_bytes()
        except OSError:
            return None

    def read_checkpoint(self) -> dict[str, Floats] | None:
        """The arrays to go on from; None where there are none, or they are spoilt: then only time is lost."""
        try:
            return load(self.checkpoint.read_bytes())
        except (OSError, SafetensorError):
            self.drop_checkpoint()
            return None

    def drop_checkpoint(self) -> None:
        """Go on from nothing, or not at all."""
        if self.checkpoint.is_dir():
            shutil.rmtree(self.checkpoint)
        self.checkpoint.unlink(missing_ok=True)

    def read_frame(self, seq: int) -> bytes | None:
        """One frame as it goes over the wire; None where it is not there, or spoilt."""
        try:
            data = self.frame(seq).read_bytes()
        except OSError:
            return None
        return data if _braced(data[:1], data[-1:]) else None

    def newest(self) -> tuple[int, int]:
        """Seq and step of the last frame that all frames before it are there of, (-1, 0) where there is none."""
        seq = -1
        while _is_whole(self.frame(seq + 1)):
            seq += 1
        try:
            return seq, int(json.loads(self.frame(seq).read_bytes())["step"]) if seq >= 0 else 0
        except (ValueError, KeyError, OSError):
            return -1, 0

    def complete(self, seq: int) -> bool:
        """Whether something lies under the name of all that a run with so many frames leaves. Quick: it reads none."""
        return all(self._files(part) > seq for part in PARTS)

    def mend(self) -> None:
        """Prepare the folder of a run that is to go on. Where a frame is missing or spoilt, nothing after it can be
        trusted: all is cleared, to be trained again in the same bits.

        Raises:
            OSError: it cannot be written.
        """
        self.make_parts()
        seq, _ = self.newest()
        if len(list((self.path / "frames").glob("*.json"))) > seq + 1 or not self.complete(seq):
            for part in PARTS:
                shutil.rmtree(self.path / part)
            self.drop_checkpoint()
            self.make_parts()

    def make_parts(self) -> None:
        """Make the folders within.

        Raises:
            OSError: they cannot be made.
        """
        for part in PARTS:
            (self.path / part).mkdir(parents=True, exist_ok=True)

    def steps(self) -> list[int]:
        """The training steps that weights are kept of, rising."""
        return sorted(int(file.stem) for file in (self.path / "weights").glob("*.safetensors"))

    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())

    def _files(self, part: str) -> int:
        """How many files of a part there are, empty ones left out."""
        try:
            with os.scandir(self.path / part) as files:
                return sum(not file.name.endswith(".half") and file.stat().st_size > 0 for file in files)
        except OSError:
            return 0


def write_whole(path: Path, data: bytes, sure: bool = False) -> None:
    """Write a file that is never seen half-written, also when the process is killed.

    Args:
        path: the file.
        data: all of it.
        sure: force it to the disk. For most files that would cost more than the training between two frames, and what
            a power cut spoils can be trained again in the same bits.

    Raises:
        OSError: it cannot be written; then nothing of it takes up room.
    """
    half = path.with_name(f"{path.name}.half")
    try:
        with half.open("wb") as file:
            file.write(data)
            if sure:
                file.flush()
                os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def _is_whole(frame: Path) -> bool:
    """Whether a file begins and ends as a frame does; a power cut leaves nothing, or zeros."""
    try:
        with frame.open("rb") as file:
            first = file.read(1)
            file.seek(-1, os.SEEK_END)
            return _braced(first, file.read(1))
    except OSError:
        return False


def _braced(first: bytes, last: bytes) -> bool:
    return first == b"{" and last == b"}"
