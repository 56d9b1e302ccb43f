"""The Chromium that browser tests drive: found, or installed where the machine has none.

`python tools/chromium.py` makes sure that there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
ADVICE = "install Chromium or Google Chrome, or set FARBACK_CHROMIUM to its executable"


def find() -> str:
    """Path of a Chromium that starts: FARBACK_CHROMIUM, else the system's, else Playwright's own.

    Raises:
        LookupError: there is none; the message says what to do.
    """
    given = os.environ.get("FARBACK_CHROMIUM")
    if given:
        if _starts(given):
            return given
        raise LookupError(f"FARBACK_CHROMIUM is {given}, which does not start: {ADVICE}")
    for path in _candidates():
        if _starts(path):
            return path
    raise LookupError(f"no Chromium was found: {ADVICE}")


def install() -> None:
    """Install Chromium with the system's package manager where that is allowed, else with Playwright's."""
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run([apt, "-qq", "update"], environment)
        # The font is named because a page without any has no letters to measure.
        _run(
            [apt, "-qq", "-y", "install", "--no-install-recommends", "chromium", "fonts-liberation"],
            environment,
        )
    if not any(map(_starts, _candidates())):
        _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from filter(os.path.exists, APPLICATIONS)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        yield own


def _starts(path: str) -> bool:
    # Started, not only looked at: the packages of some systems are a script that only gives advice.
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        print(f"`{' '.join(command)}` failed; run it by hand to see why.", file=sys.stderr)


def ensure() -> None:
    """Install Chromium unless there is one; raises LookupError as `find` does."""
    try:
        find()
    except LookupError:
        if "FARBACK_CHROMIUM" in os.environ:
            raise
        print("Installing Chromium for the browser tests.")
        install()
        find()


def main() -> None:
    try:
        ensure()
    except LookupError as error:
        sys.exit(f"The browser tests cannot run: {error}.")


if __name__ == "__main__":
    main()
