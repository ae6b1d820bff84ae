"""Fields: what the user types and what the program makes of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.binding import Field
from bridge.reactivity import Signal, effect


@given(st.lists(st.one_of(st.text(max_size=4), st.integers(-99, 99).map(str)), max_size=6))
def test_the_signal_holds_the_last_text_that_parsed(entries: list[str]) -> None:
    age = Signal(36)
    field = Field(age, int)
    expected, wrong = 36, False
    for raw in entries:
        field.enter(raw)
        try:
            expected, wrong = int(raw), False
        except ValueError:
            wrong = True
        assert age.value == expected
        assert field.text.value == raw
        assert (field.error.value is not None) is wrong


def test_the_text_stays_as_typed_while_it_stands_for_the_value() -> None:
    price = Signal(1.0)
    field = Field(price, float)
    field.enter("1.50")
    assert (price.value, field.text.value) == (1.5, "1.50")
    price.value = 2.0
    assert field.text.value == "2.0"


def test_setting_the_signal_takes_the_message_away() -> None:
    age = Signal(1)
    field = Field(age, int)
    field.enter("x")
    before = field.error.value
    age.value = 2
    assert before is not None
    assert [field.error.peek(), field.text.peek()] == [None, "2"]


def test_text_and_message_change_together() -> None:
    age = Signal(1)
    field = Field(age, int)
    seen: list[tuple[int, str, bool]] = []
    effect(lambda: seen.append((age.value, field.text.value, field.error.value is None)))
    field.enter("2")
    field.enter("no")
    assert seen == [(1, "1", True), (2, "2", True), (2, "no", False)]


def test_format_is_the_way_back() -> None:
    tags = Signal(["a", "b"])
    field = Field(tags, str.split, " ".join)
    assert field.text.value == "a b"
    field.enter("c  d")
    assert (tags.value, field.text.value) == (["c", "d"], "c  d")
