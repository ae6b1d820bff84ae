"""What can go wrong on the way; the packages above tell it in errors of their own."""

from __future__ import annotations

__all__ = ["ByValueNeeded", "UnreadableError", "UnsendableError"]


class UnsendableError(Exception):
    """Something cannot be sent.

    Attributes:
        what: What it is.
        reason: Why.
    """

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} cannot be sent: {reason}")
        self.what = what
        self.reason = reason


class UnreadableError(Exception):
    """What arrived is not what `bridge._marshal` writes.

    Attributes:
        detail: What is wrong with it.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ByValueNeeded(Exception):  # noqa: N818 - not an error: the other way of writing has to be taken
    """Something has no name that another interpreter could import."""
