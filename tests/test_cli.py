"""The command line, as somebody types it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from farback import __version__
from farback.cli import main

SPEC = json.dumps(
    {"task": {"name": "recall", "lag": 4}, "cell": {"name": "rnn", "hidden": 4}, "training": {"steps": 3}}
)


def run(*arguments: str) -> int:
    """The exit status."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert isinstance(end.value.code, int)
    return end.value.code


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"farback {__version__}\n"


def test_a_run_prints_its_frames_and_its_result(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spec.json").write_text(SPEC)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(SPEC.encode())))
    printed = []
    for spec in (SPEC, str(tmp_path / "spec.json"), "-"):
        assert run("run", spec) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] == printed[2]
    *frames, result = printed[0].splitlines()
    assert [line.split()[:2] for line in frames] == [["step", str(step)] for step in (0, 1, 2, 3)]
    assert json.loads(result).keys() == {"loss", "accuracy", "solved_at", "reach", "horizon", "steps"}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("nofile.json", "nofile.json cannot be read"),
        ("{", "not JSON"),
        ('{"task": {"name": "recal"}, "cell": {"name": "rnn"}}', "recall, adding"),
        ('{"task": {"name": "recall"}, "cell": {"name": "rnn"}, "seed": NaN}', "NaN"),
    ],
)
def test_a_spec_that_is_none(capsys: pytest.CaptureFixture[str], spec: str, words: str) -> None:
    assert run("run", spec) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("arguments", [[], ["train"], ["serve", "--port", "x"], ["run"]])
def test_a_command_that_is_none(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(*arguments) == 2
    assert "usage: farback" in capsys.readouterr().err
