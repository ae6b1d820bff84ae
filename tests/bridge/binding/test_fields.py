"""Fields: what the user types and what the program makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bridge.binding import Field
from bridge.reactivity import Observable, Scope, Signal, batch, effect, observable, signal_of


@observable
@dataclass
class Person(Observable):
    age: int

    @property  # type: ignore[no-redef]
    def age(self) -> int:
        return self._age

    @age.setter
    def age(self, value: int) -> None:
        if value < 0:
            raise ValueError("no age is below 0")
        self._age = value


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


def test_what_was_typed_never_comes_back_after_the_signal_was_written() -> None:
    value = Signal(36)
    field = Field(value, int)
    field.enter("many")
    value.value = 40
    value.value = 36
    assert (field.text.value, field.error.value) == ("36", None)
    field.enter("007")
    with batch():
        value.value = 8
        value.value = 7
    assert field.text.value == "7"


def test_every_failure_of_parsing_is_the_fields_error() -> None:
    amount = Signal(Decimal(1))
    field = Field(amount, Decimal)
    field.enter("abc")
    assert amount.value == Decimal(1)
    assert (field.text.value, field.error.value) == ("abc", "'abc' is not a valid value")
    field.enter("2.50")
    assert (amount.value, field.text.value, field.error.value) == (Decimal("2.50"), "2.50", None)


def test_a_failure_of_formatting_is_the_fields_error_until_the_next_value() -> None:
    value = Signal[object]("a")
    field = Field(value, str, lambda found: found.upper())  # type: ignore[attr-defined]
    value.value = 1
    assert (field.text.value, field.error.value) == ("", "the value 1 cannot be shown")
    value.value = "b"
    assert (field.text.value, field.error.value) == ("B", None)


def test_a_model_that_refuses_a_value_is_the_fields_error() -> None:
    model = Person(36)
    field = Field(signal_of(model, "age"), int)
    field.enter("-1")
    assert (model.age, field.text.value, field.error.value) == (36, "-1", "no age is below 0")
    field.enter("37")
    assert (model.age, field.text.value, field.error.value) == (37, "37", None)


@given(acts=st.lists(st.sampled_from(["7", "07", "x", 7, 36, 40]), max_size=8))
def test_a_field_shows_what_came_last_of_entries_and_writes(acts: list[str | int]) -> None:
    age = Signal(36)
    field, shown = Field(age, int), "36"
    with Scope() as scope:
        seen: list[object] = []
        effect(lambda: seen.append((field.text.value, field.error.value is None)))
        for act in acts:
            if isinstance(act, str):
                field.enter(act)
                shown = act
            elif act != age.value:
                age.value = act
                shown = str(act)
            assert seen[-1] == (shown, shown != "x")
    scope.dispose()
