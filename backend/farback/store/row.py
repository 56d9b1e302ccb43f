"""Row: what is known of one run without looking into its files."""

from __future__ import annotations

from dataclasses import dataclass

UNFINISHED = ("queued", "running")


@dataclass(frozen=True)
class Row:
    """One run as the index knows it."""

    id: str
    status: str
    public: str  # the resolved spec as JSON, without a person's own text
    facts: str  # JSON
    private: bool  # whether the spec carries a person's own text
    saved: bool  # whether a snapshot holds on to it
    client: str
    step: int
    steps: int  # at most
    seq: int = -1  # newest frame
    code: str | None = None  # why it failed, for scripts
    reason: str | None = None  # why it failed, for people
    result: str | None = None  # JSON
    deaths: int = 0  # workers lost
    bytes: int = 0
    created: float = 0.0  # seconds since 1970
    used: float = 0.0  # when it was last asked for

    @property
    def finished(self) -> bool:
        """Whether it neither waits nor trains."""
        return self.status not in UNFINISHED
