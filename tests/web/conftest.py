"""One site for the tests of a file: each test uses a seed of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .site import Site, running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site
