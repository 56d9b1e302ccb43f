"""`farback lesson FILE...`, as a teacher types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from farback.cli import main

from .test_reader import WHOLE, line_of


def run(*files: Path) -> int:
    """The exit status."""
    with pytest.raises(SystemExit) as end:
        main(["lesson", *map(str, files)])
    assert isinstance(end.value.code, int)
    return end.value.code


def test_whole_files_are_ok_and_may_lead_to_each_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one, two = tmp_path / "8-holding.md", tmp_path / "9-more.md"
    one.write_text(WHOLE.replace("lesson:unfolding", "lesson:more"))
    two.write_text(WHOLE)
    assert run(one, two) == 0
    assert capsys.readouterr() == (f"{one}: OK\n{two}: OK\n", "")


def test_every_broken_file_is_told_with_its_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole, broken, lost = tmp_path / "1-a.md", tmp_path / "2-b.md", tmp_path / "3-c.md"
    whole.write_text(WHOLE)
    broken.write_text(WHOLE.replace("length = 5", "length = 99"))
    lost.write_text(WHOLE.replace("lesson:unfolding", "lesson:nothing"))
    assert run(tmp_path / "none.md", broken, lost, whole) == 2
    out, err = capsys.readouterr()
    assert out == f"{whole}: OK\n"
    said = err.splitlines()
    assert len(said) == 3
    assert said[0] == f"farback: {tmp_path / 'none.md'} cannot be read: No such file or directory."
    assert said[1].startswith(f"farback: 2-b.md, line {line_of('length = 5')}: ")
    assert said[2].startswith(f"farback: 3-c.md, line {line_of('lesson:unfolding')}: ")
