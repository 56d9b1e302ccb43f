"""The few kinds of error a caller can meet, each with its HTTP status and one clear sentence."""

from __future__ import annotations


class FarbackError(Exception):
    """An error with a sentence for people and a code for scripts.

    Args:
        message: one sentence that says what is wrong and what would be right.
        field: the part of the input that is meant, written like `training.lr`; None where there is none.
    """

    code = "error"
    status = 500

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidInput(FarbackError):
    """What was sent cannot be used as it is; nothing was changed."""

    code = "invalid"
    status = 422


class TooLarge(FarbackError):
    """What was sent, or the work it asks for, is over a limit of `config.py`."""

    code = "too_large"
    status = 413


class NotFound(FarbackError):
    """There is no such thing here (any more)."""

    code = "not_found"
    status = 404


class Gone(FarbackError):
    """There was such a thing, and whoever it belongs to has deleted it."""

    code = "gone"
    status = 410


class Forbidden(FarbackError):
    """Only somebody else may do this."""

    code = "forbidden"
    status = 403


class Conflict(FarbackError):
    """The thing exists, but is not in a state in which this can be done."""

    code = "conflict"
    status = 409


class Busy(FarbackError):
    """The server has taken on as much as it may; the same call can go through later.

    Args:
        retry_s: seconds until then; a small run is over within the default.
    """

    code = "busy"
    status = 429

    def __init__(self, message: str, retry_s: float = 5.0) -> None:
        super().__init__(message)
        self.retry_s = retry_s


class Exploded(FarbackError):
    """The loss or the gradient stopped being finite: a result of the run's own mathematics.

    Args:
        step: the update at which it happened.
    """

    code = "exploded"
    status = 200

    def __init__(self, step: int) -> None:
        super().__init__(f"exploded at step {step}")
        self.step = step
