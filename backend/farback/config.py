"""Every limit and every path, each with its reason. The server enforces them; the page only repeats them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# --- What a spec may ask for. The numbers bound one run's memory and time on one core.

MAX_STEPS_OF_TIME = 400
"""Longest sequence T: a training step keeps T x B x H floats a gate, and a T x T connectivity grows with its square."""
MAX_HIDDEN = 256
"""Most hidden units H: a step costs H squared, and a heatmap of more rows than a screen has pixels shows nothing."""
MAX_LAYERS = 3
"""Most layers: every layer is one more row of panels in a column of the page."""
MAX_BATCH = 256
"""Most sequences a training step: memory grows with it, and the tasks gain nothing beyond."""
MAX_TRAINING_STEPS = 20_000
"""Most updates of a run: the timeline keeps a frame every 50, and 400 frames is what a page can hold."""
MAX_UPDATES = 1_000_000
"""Most updates that weights may have had when a run goes on from them: fifty of the longest runs, one after another."""
MAX_SYMBOLS = 64
"""Most symbols of an alphabet: each is one input line of the model and one row of the input panel."""
MAX_WORK = 2.0e13
"""Most floating-point operations of a run, frames and result included: some 15 minutes at the 20 GFLOP/s that
small matrices reach."""
MAX_SWEEPS = 1_500_000
"""Most time steps of a run's training (updates x T): each costs at least 100 microseconds a layer whatever the
sizes, so this is some 3 minutes of one core."""
MAX_FLOATS = 2.5e8
"""Most numbers that an update or a frame keeps: 1 GB in float32, and four runs train at a time."""
MAX_TEXT = 1_000_000
"""Longest text of one's own, in characters: about two novels, and it is kept in memory while training."""
MIN_TEXT = 1_000
"""Shortest text of one's own, in characters: a tenth is held out, and less cannot be measured on."""
MAX_ALPHABET = 128
"""Most distinct characters of a text: rarer ones share one symbol, so the model's input stays small."""
MAX_VOCABULARY = 4096
"""Most words to choose from: each is one line of the read-out, which then takes most of a training step, and every run
tells the page all of their names."""
MIN_VOCABULARY = 10
"""Fewest words to choose from: with less, three suggestions are nearly all there is."""
MAX_WORD = 50
"""Longest word that can be suggested, in letters: longer ones are no words of any language but strings of letters, and
whoever reads them keeps every beginning of each."""
MAX_SEED = 2**31 - 1
"""Largest seed: what every language reads as a whole number."""

# --- What is measured.

REACH_SKILL = 0.5
"""Skill from which a lag counts as connected: halfway between guessing and perfect."""
REACH_SHARE = 0.9
"""Share of the lags up to the reach that must be connected: one weak lag must not zero the number."""
REACH_NATS = 0.01
"""Change of the mean loss, in nats, below which older context counts as unused."""
REACH_ERRORS = 3.0
"""Standard errors that such a change must be away from zero: noise passes one test in 400."""
REACH_STRETCHES = 8
"""Fewest independent stretches of held-out data behind such a change: from fewer the standard error is itself a guess,
and noise passes more than one test in 50."""
HORIZON_THRESHOLD = 0.01
"""Share of the largest gradient from which a lag counts as seen."""
RESULT_TRIALS = 200
"""Held-out sequences a lag behind a result: a skill of one half is then known to +- 0.07 (two standard errors)."""
FRAME_TRIALS = 6
"""Fewest held-out sequences a lag behind a live frame: what fits into a fifth of the training time."""
RESULT_LAGS = 50
"""Most lags tested in a result, evenly spread: a test of all 399 would outlast the training."""
FRAME_LAGS = 20
"""Most lags tested in a live frame, evenly spread: every second one of the opening comparison. With all of them the
test would take as long as everything else in a frame."""
CONNECTIVITY_ROWS = 200
"""Most output times whose connectivity a frame tells, evenly spread: as many as a screen has pixels for."""
SUGGESTIONS = 3
"""Words that are suggested at each step: as many as a person reads at a glance, and as Madsen 2019 takes."""
LETTER_STEPS = 20
"""Fewest held-out steps behind the accuracy at so many letters known: its standard error is then at most 0.11."""
HELD_OUT_SEQUENCES = 128
"""Sequences behind loss and accuracy: 99 % then means at most one wrong answer."""
PROBE_SEQUENCES = 16
"""Sequences of the fixed probe batch, over which gradient medians and spreads are taken."""
SETTLE_STEPS = 50
"""Updates after a task was solved at two frames in a row before the run ends: shows that it stays solved."""

# --- What a snapshot may hold.

MAX_SNAPSHOT_RUNS = 8
"""Most runs of a snapshot: two comparisons of four models, which is more columns than a page shows side by side."""
MAX_TITLE = 200
"""Longest title, in characters: more does not fit into one line of anything."""
MAX_NOTE = 4000
"""Longest note, in characters: a page of text."""
MAX_VIEW_BYTES = 16 * 1024
"""Largest view as JSON: a few hundred times what the page's address can carry."""
MAX_VIEW_DEPTH = 8
"""Deepest nesting of a view: lists in objects in lists, with room to spare."""
MAX_MANIFEST_BYTES = 16 * 2**20
"""Largest manifest: eight runs with texts of their own, and the names of all words of theirs."""
MAX_FRAMES_BYTES = 256 * 2**20
"""Most bytes of a snapshot's frames, unpacked: four hundred runs of the opening comparison. A page must hold them all,
and whoever takes a file in must read them all."""

# --- What a class may do that answers together.

MAX_CLASS_DAYS = 30
"""Days after which a class is deleted even where it is used all the time: a code on a slide is for one course."""
MAX_CLASS_TITLE = 80
"""Longest title of a class, in characters: one line on a projector."""
MAX_ANSWERS = 2_000
"""Most answers to a prediction in a class: the largest lecture halls seat fewer. It also bounds how long counting takes
and what one person can make up."""
MAX_ALL_ANSWERS = 500_000
"""Most answers in all classes: some 100 MB of disk."""
MAX_CURVE_POINTS = 64
"""Most points of a drawn curve: a finger draws no more."""
MAX_CLASSES_CLIENT = 30
"""Most classes that one address may make in an hour: a school's teachers often share one."""
MAX_WRONG_CODES = 100
"""Most different wrong codes from one address in a minute: a hall of 300 shares one, and a tenth mistypes. Trying codes
to find a class takes months (`classes/code.py`)."""

PUBLIC_URL = re.compile(r"https?://[\w.:\[\]-]+(/[\w.~%/-]*)?", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """How one server runs. Each field can be set by an environment variable `FARBACK_<NAME>` or by `farback serve`."""

    host: str = "127.0.0.1"
    """Address to listen on: only this machine, until someone decides otherwise."""
    port: int = 8000
    """Port to listen on."""
    prefix: str = "/"
    """Path below which a proxy passes requests on unchanged. One that takes its prefix off needs nothing here: the page
    asks for everything relative to where it stands."""
    public_url: str = ""
    """Address under which people reach the explorer, like `https://course.example/farback/`. Links that leave the page
    begin with it; left empty, with what was asked for, which a proxy may have changed."""
    data_dir: Path = field(default_factory=lambda: Path.cwd() / "data")
    """Folder of the index and of all frames and weights; lessons of one's own lie in `lessons` within it."""
    prepare_lessons: bool = True
    """Whether the lessons' models are trained when the server starts: some minutes, once, so that lessons open at
    once."""
    workers: int = field(default_factory=lambda: max(4, os.cpu_count() or 1))
    """Runs that train at the same time: at least the four models of a comparison, so they advance side by side."""
    max_queue: int = 200
    """Most runs that wait: a class of 300 opens one lesson and shares its runs; beyond this an answer comes sooner
    from trying again later."""
    max_queue_client: int = 24
    """Most runs of one client that wait: six comparisons of four."""
    quota_bytes: int = 5 * 2**30
    """Disk that frames and weights may take before the oldest unsaved runs are dropped."""
    quota_snapshots_bytes: int = 5 * 2**30
    """Disk that snapshots may take; beyond it the next one is refused, since none is ever dropped."""
    max_snapshot_bytes: int = 64 * 2**20
    """Largest snapshot on disk, and largest file that can be taken in: fifty times that of an opening comparison."""
    max_saves_client: int = 60
    """Most snapshots that one client saves, or takes in, within an hour: a course prepared at one sitting. A script
    that went wrong leaves room for others."""
    max_body_bytes: int = 6 * 2**20
    """Largest request body: the longest text, each character at its widest in JSON."""
    heartbeat_s: float = 15.0
    """Silence on a stream after which a comment is sent: proxies cut connections that are quiet for 30 or 60 s."""
    stream_skip: int = 8
    """New frames that may pile up for a viewer before it skips to the newest one."""
    stream_backlog: int = 500
    """Frames a returning viewer is sent one by one; an older event id is answered by `reset`."""
    max_streams: int = 500
    """Most open streams: each holds a socket; a class of 300 and some tabs fit."""
    worker_deaths: int = 3
    """Times a run may lose its worker before it is given up as broken by the machine."""

    class_hours: float = 24.0
    """Hours after its last use that a class is deleted, with all answers: the lesson's next day, and no longer."""
    max_classes: int = 2000
    """Most classes at a time: a hundred courses a day with room for those that nobody ended."""

    def __post_init__(self) -> None:
        """Refuse what no server can run with.

        Raises:
            ValueError: a setting is out of range, named in the message.
        """
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port is {self.port}, which is not between 0 and 65535")
        if not self.prefix.startswith("/"):
            raise ValueError(f"prefix is {self.prefix!r}, which does not start with a slash")
        if self.public_url and not PUBLIC_URL.fullmatch(self.public_url):
            raise ValueError(f"public_url is {self.public_url!r}, which is no address like https://course.example/")
        for name, value in vars(self).items():
            if name != "port" and type(value) in (int, float) and not value > 0:
                raise ValueError(f"{name} is {value}, which is not more than 0")

    @classmethod
    def from_environment(cls, **given: object) -> Settings:
        """Settings from `FARBACK_*` variables, with the explicitly given (not None) ones on top.

        Raises:
            ValueError: a variable cannot be read as its setting's type, named in the message.
        """
        values: dict[str, object] = {}
        kinds: dict[str, Callable[[str], object]]
        kinds = {"int": int, "float": float, "Path": Path, "str": str, "bool": _flag}
        for name, annotation in cls.__annotations__.items():
            text = os.environ.get(f"FARBACK_{name.upper()}")
            if text is None:
                continue
            try:
                values[name] = kinds[annotation](text)
            except ValueError:
                raise ValueError(f"FARBACK_{name.upper()} is {text!r}, which is not a {annotation}") from None
        values |= {name: value for name, value in given.items() if value is not None}
        return cls(**values)  # type: ignore[arg-type]


def _flag(text: str) -> bool:
    """A switch as shells write it.

    Raises:
        ValueError: it is none.
    """
    if text.lower() not in ("1", "true", "0", "false"):
        raise ValueError(text)
    return text.lower() in ("1", "true")
