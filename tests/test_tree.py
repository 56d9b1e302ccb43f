"""What no file of the project may hold: where one machine downloads from, and where it keeps its files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

REGISTRIES = re.compile(r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|pytorch[.]org/whl|yarnpkg[.]com")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|home|root|Users)/\w")


def test_files_name_no_registry_and_no_machine(root: Path) -> None:
    # Files git knows of, or would add; a tree without git has nothing to compare with and fails here.
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    paths = [root / name for name in names if name and (root / name).is_file()]
    assert len(paths) > 20
    found = []
    for path in paths:
        text = path.read_bytes().decode(errors="ignore")
        found += [f"{path}: {hit[0]}" for rule in (REGISTRIES, MACHINE_PATHS) for hit in rule.finditer(text)]
    assert found == []
