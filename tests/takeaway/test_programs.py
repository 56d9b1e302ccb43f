"""Script and notebook run where there is no Farback, and give the numbers that were kept."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from farback.snapshots import Snapshot
from farback.takeaway.kept import Kept
from farback.takeaway.notebook import notebook
from farback.takeaway.script import script

from .conftest import Keep

RUNNER = """
import sys, warnings
warnings.simplefilter("error")
sys.modules["farback"] = None  # as where it is not installed
for name in sys.argv[1:]:
    print("---")
    exec(compile(open(name, "rb").read(), name, "exec"), {"__name__": "__main__"})
"""


def run(folder: Path, *programs: str) -> list[str]:
    """What each program prints; all of them in one process, since loading torch takes longest."""
    command = [sys.executable, "-c", RUNNER, *programs]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("---\n")[1:]


def code_of(book: bytes) -> str:
    """The code of a notebook as one program."""
    cells = json.loads(book)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_the_script_gives_what_was_kept(every_cell: Snapshot, numbers: Snapshot, tmp_path: Path) -> None:
    programs = []
    for snapshot, name in ((every_cell, "cells"), (numbers, "numbers")):
        for n in range(len(snapshot.manifest.runs)):
            program = tmp_path / f"{name}-{n}.py"
            program.write_bytes(script(snapshot, n, name))
            (tmp_path / Kept(snapshot, n, name).file("safetensors")).write_bytes(snapshot.weights_file(n))
            programs.append(program.name)
            assert "import farback" not in program.read_text()
    for said in run(tmp_path, *programs):
        lines = said.splitlines()
        here, kept, precision = map(float, re.findall(r"[-\d.e]+(?=,|$| ±)|(?<=± )[-\d.e]+", lines[0])[-3:])
        assert abs(here - kept) <= 2 * precision + 1e-4, said
        horizon = re.findall(r"\d+", lines[2])
        assert horizon[0] == horizon[1], said
        for line in lines[3:]:
            here, kept = map(float, re.findall(r": ([-\d.e]+)", line))
            assert here == pytest.approx(kept, rel=0.1), line  # one of 254 shades


def test_a_title_declares_no_encoding(every_cell: Snapshot) -> None:
    lines = script(every_cell, 0, "x").decode().splitlines()
    assert every_cell.manifest.title in lines[6]
    assert not any("coding" in line for line in lines[:2])


def test_the_notebook_is_one(every_cell: Snapshot, numbers: Snapshot, keep: Keep) -> None:
    text = "to be or not to be, that is the question; " * 50
    own = keep({"task": {"name": "characters", "length": 8, "text": text}}, title="<script>*Who's*</script>")
    for snapshot in (every_cell, numbers, own):
        for n in range(len(snapshot.manifest.runs)):
            book = notebook(snapshot, n, "x")
            assert book == notebook(snapshot, n, "x")
            nbformat.validate(json.loads(book))
            assert "import farback" not in code_of(book)
            compile(code_of(book), "notebook", "exec")
    first = json.loads(notebook(own, 0, "x"))["cells"][0]["source"][0]
    assert first == "# &lt;script&gt;\\*Who's\\*&lt;/script&gt;\n"


SMALL: list[dict[str, Any]] = [
    {"name": "rnn", "hidden": 6},
    {"name": "gru", "hidden": 6},
    {"name": "lstm", "hidden": 6},
]


def test_the_notebook_trains_to_the_same_reach_and_horizon(
    every_cell: Snapshot, numbers: Snapshot, keep: Keep, tmp_path: Path
) -> None:
    training = {"steps": 60, "truncate": 4}
    parts = [
        *((keep({"task": {"name": "recall", "lag": 5}, "cell": cell, "training": {"steps": 60}}), 0) for cell in SMALL),
        *((keep({"task": {"name": "delayed_xor", "delay": 5}, "cell": c, "training": training}), 0) for c in SMALL),
        (numbers, 0),
        (every_cell, 7),
        (keep({"task": {"name": "stocks"}, "cell": SMALL[1], "training": {"steps": 20}}, step=16), 0),
    ]
    for at, (snapshot, n) in enumerate(parts):
        (tmp_path / f"{at}.py").write_text(code_of(notebook(snapshot, n, "x")))
    for said, (snapshot, n) in zip(run(tmp_path, *(f"{at}.py" for at in range(len(parts)))), parts, strict=True):
        assert "trained here: reach and horizon are the same." in said, said
        assert "kept weights: reach and horizon are the same." in said, said
        kept = Kept(snapshot, n, "x").frame
        here, measured, told = map(float, re.findall(r"^loss +([\d.]+) +([\d.]+) +([\d.]+)", said, re.MULTILINE)[0])
        assert told == pytest.approx(kept.loss, abs=1e-4)
        assert measured == pytest.approx(told, abs=1e-4)
        assert here == pytest.approx(told, rel=0.01)
