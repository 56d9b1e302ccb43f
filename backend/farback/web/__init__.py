"""The web: thin routes over the engine. Nothing here knows mathematics, and nothing loads torch."""

from __future__ import annotations

from .app import create_app

__all__ = ["create_app"]
