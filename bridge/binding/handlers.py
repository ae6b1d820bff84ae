"""Several handlers of one event at one element: each runs as if it were alone."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, NamedTuple

from bridge._browser import ffi, ops
from bridge._browser.tasks import follow
from bridge.reactivity.reactions import raise_all

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from bridge._browser.dom import Handler
    from bridge._browser.ffi import HostObject

__all__ = ["Hearing", "handlers_of", "listeners_of"]

_DOWN, _UP = 1, 3  # the values of an event's eventPhase


class Hearing(NamedTuple):
    """A node that listens: its number, the event's type, flags, and the handler."""

    number: int
    kind: str
    flags: int
    handler: Callable[..., object]


def listeners_of(hearings: Iterable[Hearing]) -> list[tuple[str, int]]:
    """Find the listeners that an element needs: one for each event type and direction.

    What prevents the default or stops the event does so for the whole event, so that listeners
    of one direction can share. Only if all are passive, theirs is.

    Examples:
        >>> first, second = Hearing(1, "input", 0, print), Hearing(1, "input", 8, print)
        >>> listeners_of([first, second])
        [('input', 8)]
    """
    together: dict[tuple[str, int], int] = {}
    for _, kind, flags, _ in hearings:
        place = kind, flags & ops.CAPTURE
        known = together.get(place)
        if known is not None:
            passive = known & flags & ops.PASSIVE
            flags = (known | flags) & ~ops.PASSIVE | passive  # noqa: PLW2901 - the joint flags
        together[place] = flags
    return [(kind, flags) for (kind, _), flags in together.items()]


def handlers_of(
    hearings: Iterable[Hearing], adapt: Callable[[Callable[..., object]], Handler]
) -> dict[str, Handler]:
    """Make the one handler that an element has for each type of event.

    Args:
        hearings: Those of one element, in the order written.
        adapt: Makes a function of the event of an author's handler.
    """
    by_kind: dict[str, list[Hearing]] = {}
    for hearing in hearings:
        by_kind.setdefault(hearing.kind, []).append(hearing)
    made: dict[str, Handler] = {}
    for kind, several in by_kind.items():
        down = [adapt(each.handler) for each in several if each.flags & ops.CAPTURE]
        up = [adapt(each.handler) for each in several if not each.flags & ops.CAPTURE]
        made[kind] = _in_phases(down, up) if down and up else _all(down or up)
    return made


def _all(handlers: Sequence[Handler]) -> Handler:
    """Make a handler that runs all, whatever one of them raises."""
    if len(handlers) == 1:
        return handlers[0]

    def handle(event: HostObject) -> object:
        results: list[Awaitable[object]] = []
        errors: list[Exception] = []
        for handler in handlers:
            try:
                result = handler(event)
            except Exception as error:  # noqa: BLE001 - raised when all have run
                errors.append(error)
            else:
                if inspect.isawaitable(result):
                    results.append(result)
        if not errors:
            return None if not results else results[0] if len(results) == 1 else _await(results)
        for result in results:
            follow(result)
        raise_all("event handlers failed", errors)
        return None

    return handle


async def _await(results: list[Awaitable[object]]) -> None:
    """Wait for all; lose no error of any."""
    ended = await asyncio.gather(*results, return_exceptions=True)
    errors = [each for each in ended if isinstance(each, Exception)]
    raise_all("event handlers failed", errors)


def _in_phases(down: Sequence[Handler], up: Sequence[Handler]) -> Handler:
    """Make a handler of two listeners, which hear the same event on its way down and up."""
    on_way_down, on_way_up, both = _all(down), _all(up), _all([*down, *up])
    at_target: list[object] = []

    def handle(event: HostObject) -> object:
        phase = ffi.get(event, "eventPhase")
        if phase is None:  # not an event of a page, which comes once
            return both(event)
        if phase == _DOWN:
            return on_way_down(event)
        if phase == _UP:
            return on_way_up(event)
        # At the element itself the listener for the way down comes first.
        stamp = ffi.get(event, "timeStamp")
        if at_target == [stamp]:
            at_target.clear()
            return on_way_up(event)
        at_target[:] = [stamp]
        return on_way_down(event)

    return handle
