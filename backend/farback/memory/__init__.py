"""The memory table: every task with every cell as the presets train them, over three seeds, and what came of it."""

from __future__ import annotations

from .row import MEASURED, Row, read
from .summary import Summary, markdown, measured, summaries

__all__ = ["MEASURED", "Row", "Summary", "markdown", "measured", "read", "summaries"]
