"""Export: snapshots as a site of files, which any host of files serves without a program behind it."""

from __future__ import annotations

from .site import Exported, export

__all__ = ["Exported", "export"]
