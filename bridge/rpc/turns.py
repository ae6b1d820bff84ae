"""How to do something at the end of the present turn of the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["end_of_turn"]


def end_of_turn(loop: asyncio.AbstractEventLoop) -> Callable[[Callable[[], None]], object]:
    """Return a function that calls another one once the running Python code has returned."""
    return loop.call_soon
