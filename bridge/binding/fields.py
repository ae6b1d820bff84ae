"""Form fields that hold a typed value: what the user types, and what the program makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from bridge.reactivity import Signal, batch, computed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Field"]

T = TypeVar("T")


class _Entry(NamedTuple):
    """What was typed last, the signal's value after that, and what was wrong with it."""

    raw: str
    value: object
    message: str | None


class Field(Generic[T]):
    """Joins a signal of any type with a text that a user types.

    What does not parse leaves the signal alone and becomes a message. While the text stands for
    the signal's value it stays as it was typed (``007``, ``1.``), so that nothing jumps under the
    caret; when the program sets the signal, text and message follow.

    Args:
        signal: Holds the value.
        parse: Turns a text into a value; raises ``ValueError`` with a message for the user.
        format: Turns a value into a text.

    Attributes:
        text: The text to show (a computed).
        error: The message, or ``None`` while the text is right (a computed).

    Examples:
        >>> age = Signal(36)
        >>> field = Field(age, int)
        >>> field.enter("037")
        >>> age.value, field.text.value, field.error.value
        (37, '037', None)
        >>> field.enter("many")
        >>> age.value, field.text.value
        (37, 'many')
        >>> field.error.value
        "invalid literal for int() with base 10: 'many'"
        >>> age.value = 40
        >>> field.text.value, field.error.value
        ('40', None)
    """

    __slots__ = ("_entry", "_parse", "error", "signal", "text")

    def __init__(
        self,
        signal: Signal[T],
        parse: Callable[[str], T],
        format: Callable[[T], str] = str,  # noqa: A002 - the counterpart of parse
    ) -> None:
        self.signal = signal
        self._parse = parse
        self._entry: Signal[_Entry | None] = Signal(None, name="entry")

        def current() -> _Entry | None:
            entry, value = self._entry.value, signal.value
            if entry is None or not (value is entry.value or value == entry.value):
                return None
            return entry

        def text() -> str:
            entry = current()
            return format(signal.value) if entry is None else entry.raw

        def error() -> str | None:
            entry = current()
            return None if entry is None else entry.message

        self.text = computed(text)
        self.error = computed(error)

    def enter(self, raw: str) -> None:
        """Take what a user typed."""
        with batch():
            message = None
            try:
                self.signal.set(self._parse(raw))
            except ValueError as error:
                message = str(error) or "not a value"
            self._entry.set(_Entry(raw, self.signal.peek(), message))
