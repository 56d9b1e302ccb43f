"""Where runs execute. `Engine` is the interface; `LocalEngine` runs them in worker processes of this machine."""

from __future__ import annotations

from .base import Capacity, Engine, Job, State, Status
from .job import job_of
from .local import LocalEngine
from .queue import BACKGROUND

__all__ = ["BACKGROUND", "Capacity", "Engine", "Job", "LocalEngine", "State", "Status", "job_of"]
