"""Form fields that hold a typed value: what the user types, and what the program makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from bridge.reactivity import Signal, batch, computed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Field"]

T = TypeVar("T")


class _Written(NamedTuple, Generic[T]):
    """What the signal holds, as one object for each time that it was written."""

    value: T


class _Entry(NamedTuple):
    """What was typed last, the state of the signal after that, and what was wrong with it."""

    raw: str
    after: object
    message: str | None


class Field(Generic[T]):
    """Joins a signal of any type with a text that a user types.

    What does not parse leaves the signal alone and becomes a message. Until the signal changes
    otherwise, the text stays as it was typed (``007``, ``1.``), so that nothing jumps under the
    caret; when the program changes the signal, text and message follow it for good.

    Args:
        signal: Holds the value.
        parse: Turns a text into a value; raises ``ValueError`` with a message for the user. Any
            other exception of it makes a message that names the text only.
        format: Turns a value into a text. If it raises, the text is empty and the message says
            which value cannot be shown.

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
        >>> age.value = 36
        >>> field.text.value, field.error.value
        ('36', None)
    """

    __slots__ = ("_entry", "_parse", "_written", "error", "signal", "text")

    def __init__(
        self,
        signal: Signal[T],
        parse: Callable[[str], T],
        format: Callable[[T], str] = str,  # noqa: A002 - the counterpart of parse
    ) -> None:
        self.signal = signal
        self._parse = parse
        # The same text may be entered twice, with something written in between.
        self._entry: Signal[_Entry | None] = Signal(None, equals=False, name="entry")
        # Not the value itself: it may come back later, and what was typed must not.
        self._written = computed(lambda: _Written(signal.value), equals=False)

        def shown() -> tuple[str, str | None]:
            entry, written = self._entry.value, self._written.value
            if entry is not None and entry.after is written:
                return entry.raw, entry.message
            try:
                return format(written.value), None
            except Exception:  # noqa: BLE001 - a converter's failure is the field's error
                return "", f"the value {written.value!r} cannot be shown"

        pair = computed(shown)
        self.text = computed(lambda: pair.value[0], name="text")
        self.error = computed(lambda: pair.value[1], name="error")

    def enter(self, raw: str) -> None:
        """Take what a user typed."""
        with batch():
            message = None
            try:
                self.signal.set(self._parse(raw))
            except Exception as error:  # noqa: BLE001 - a converter's failure is the field's error
                told = str(error) if isinstance(error, ValueError) else ""
                message = told or f"{raw!r} is not a valid value"
            self._entry.set(_Entry(raw, self._written.peek(), message))
