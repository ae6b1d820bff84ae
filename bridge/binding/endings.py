"""Endings: what ends together ends whole, whatever some of it raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.reactivity.reactions import raise_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["end_all"]


def end_all(ends: Iterable[Callable[[], object]], error: BaseException | None = None) -> None:
    """Call all, whatever some of them raise.

    Args:
        ends: What ends something.
        error: Why it has to end, if it failed.

    Raises:
        Exception: What they raised: one as it is, several as a group, with `error` if there is one.
    """
    errors: list[BaseException] = []
    for end in ends:
        try:
            end()
        except BaseException as failure:  # noqa: BLE001 - raised when all have ended
            errors.append(failure)
    if errors and error is not None:
        raise BaseExceptionGroup("a part of a view failed, and its clean-ups", [error, *errors])
    raise_all("clean-ups of a view failed", errors)
