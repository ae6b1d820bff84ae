"""``bind:`` props: a form's state and a signal that follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from bridge._browser import ffi
from bridge._browser.attributes import PropError
from bridge.binding.fields import Field
from bridge.reactivity import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Read: TypeAlias = "Callable[[object], object]"

__all__ = ["TwoWay", "bind_two_way", "entered"]


class TwoWay(NamedTuple):
    """Both directions of a binding.

    Attributes:
        reads: Props of the element, and what reads their values.
        event: The type of event that brings the user's change.
        handler: Takes the event; in a template the item and the event.
    """

    reads: list[tuple[str, Callable[[object], object]]]
    event: str
    handler: Callable[..., object]


def bind_two_way(
    tag: str, name: str, target: object, own: Callable[[object], object], *, of_item: bool
) -> TwoWay:
    """Join a form's state and a signal.

    Args:
        tag: The element.
        name: ``bind:value`` (a text; of a list box that takes several, a list), ``bind:checked``
            (a bool), or ``bind:group`` (a signal that holds the ``value`` of the chosen one of
            several radio buttons).
        target: A `Signal` or a `Field`; in a template a function of the item that returns one.
        own: Reads the element's own ``value``, for ``bind:group``.
        of_item: Whether it stands in a template.

    Raises:
        PropError: No such binding, or nothing that can be written.
    """
    if isinstance(target, (Signal, Field)):
        _check(tag, name, target)
        find = _always(target)
    elif of_item and callable(target):
        find = _checked(tag, name, cast("Callable[[object], object]", target))
    else:
        raise _unfit(tag, name, target)
    if name not in _FORMS:
        raise PropError(tag, name, "no such binding", f"Expected one of {', '.join(_FORMS)}.")
    two_way = _FORMS[name](find, own)
    if of_item:
        return two_way
    handler = two_way.handler
    return two_way._replace(handler=lambda event: handler(None, event))


def _always(target: object) -> Callable[[object], object]:
    return lambda _: target


def _checked(tag: str, name: str, find: Callable[[object], object]) -> Callable[[object], object]:
    def found(item: object) -> object:
        target = find(item)
        _check(tag, name, target)
        return target

    return found


def _unfit(tag: str, name: str, target: object) -> PropError:
    return PropError(
        tag,
        name,
        f"a {type(target).__name__} cannot be written",
        "Expected a Signal or a Field; in a template, a function of the item that returns one.",
    )


def _check(tag: str, name: str, target: object) -> None:
    if isinstance(target, Field) and name == "bind:value":
        return
    if not isinstance(target, Signal):
        raise _unfit(tag, name, target)
    value = target.peek()
    if name == "bind:value" and not isinstance(value, (str, list, tuple)):
        raise PropError(
            tag,
            name,
            f"the signal holds a {type(value).__name__}, and what is typed is a text",
            "Give Field(signal, parse), such as Field(age, int).",
        )


def entered(event: object, *, several: bool) -> object:
    """Read what a user has typed or chosen: a text, or a list of texts."""
    element = ffi.get(event, "target")
    if not several:
        return ffi.read(element, "value")
    chosen = cast("Iterable[object]", ffi.read(element, "selectedOptions"))
    return [ffi.read(option, "value") for option in chosen]


def _value(find: _Read, own: _Read) -> TwoWay:  # noqa: ARG001 - one signature for all forms
    def read(item: object) -> object:
        target = find(item)
        return target.text.value if isinstance(target, Field) else _signal(target).value

    def invalid(item: object) -> object:
        target = find(item)
        return "true" if isinstance(target, Field) and target.error.value is not None else None

    def handle(item: object, event: object) -> None:
        target = find(item)
        if isinstance(target, Field):
            target.enter(str(entered(event, several=False)))
        else:
            signal = _signal(target)
            several = not isinstance(signal.peek(), str)
            signal.set(entered(event, several=several))

    return TwoWay([("value", read), ("aria-invalid", invalid)], "input", handle)


def _checked_box(find: _Read, own: _Read) -> TwoWay:  # noqa: ARG001 - one signature for all forms
    def handle(item: object, event: object) -> None:
        _signal(find(item)).set(bool(ffi.read(ffi.get(event, "target"), "checked")))

    return TwoWay([("checked", lambda item: bool(_signal(find(item)).value))], "change", handle)


def _signal(target: object) -> Signal[object]:
    return cast("Signal[object]", target)


def _group(find: _Read, own: _Read) -> TwoWay:
    def handle(item: object, event: object) -> None:  # noqa: ARG001 - a handler takes the event
        _signal(find(item)).set(own(item))

    return TwoWay(
        [("checked", lambda item: _signal(find(item)).value == own(item))], "change", handle
    )


_FORMS: dict[str, Callable[[_Read, _Read], TwoWay]] = {
    "bind:value": _value,
    "bind:checked": _checked_box,
    "bind:group": _group,
}
