"""What all tests share: determinism, one thread, no settings of this machine, the browser last."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# Set before torch is loaded: with two threads on busy cores it is several times slower. Workers inherit it.
os.environ["OMP_NUM_THREADS"] = "1"

# A test means the same on every machine, whatever a person has set there; only the browser's path counts.
for name in [name for name in os.environ if name.startswith("FARBACK_") and name != "FARBACK_CHROMIUM"]:
    del os.environ[name]
os.environ["FARBACK_PREPARE_LESSONS"] = (
    "0"  # a server that a test starts trains what the test asks for and nothing else
)

hypothesis.settings.register_profile("farback", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("farback")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright's event loop stays in this thread once it runs, and no test can start another one beside it.
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout's folder."""
    return Path(__file__).parent.parent
