"""What routes are given: the server's parts, and who is calling."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from ..config import Settings
from ..engine import LocalEngine
from ..errors import InvalidInput
from ..lessons import Shelf
from ..snapshots import Snapshots
from .allowance import Allowance
from .hub import Hub
from .metrics import Metrics

VIEWER = re.compile(r"[\w.-]{1,64}", re.ASCII)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _engine(request: Request) -> LocalEngine:
    engine: LocalEngine = request.app.state.engine
    return engine


def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


def _snapshots(request: Request) -> Snapshots:
    snapshots: Snapshots = request.app.state.snapshots
    return snapshots


def _lessons(request: Request) -> Shelf:
    lessons: Shelf = request.app.state.lessons
    return lessons


def _allowance(request: Request) -> Allowance:
    saves: Allowance = request.app.state.allowance
    return saves


def viewer_of(request: Request, token: str | None) -> str:
    """The viewer's name: its token, or its address where it gave none.

    Raises:
        InvalidInput: the token is not one.
    """
    if token is None:
        return f"@{request.client.host if request.client else ''}"
    if not VIEWER.fullmatch(token):
        raise InvalidInput("A viewer's token is 1 to 64 letters, digits, dots, dashes and underscores.", "viewer")
    return token


def _viewer(request: Request, x_farback_viewer: Annotated[str | None, Header()] = None) -> str:
    return viewer_of(request, x_farback_viewer)


InSettings = Annotated[Settings, Depends(_settings)]
InEngine = Annotated[LocalEngine, Depends(_engine)]
InHub = Annotated[Hub, Depends(_hub)]
InMetrics = Annotated[Metrics, Depends(_metrics)]
InSnapshots = Annotated[Snapshots, Depends(_snapshots)]
InAllowance = Annotated[Allowance, Depends(_allowance)]
InLessons = Annotated[Shelf, Depends(_lessons)]
Viewer = Annotated[str, Depends(_viewer)]
"""Who calls, as the header `X-Farback-Viewer` says."""
