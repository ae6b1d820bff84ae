"""The report's counts: nothing is lost, and only real differences are listed."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from doc_examples.live import tally
from doc_examples.live.standing import Standing, State
from doc_examples.live.tally import differing, totals


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(tally).failed == 0


@given(st.lists(st.sampled_from(State)))
def test_totals_count_every_standing_once(states: list[State]) -> None:
    found = totals(Standing(str(index), state) for index, state in enumerate(states))
    assert found.total() == len(states)


@given(st.lists(st.sampled_from(["a", "a \n", "b", ""]), min_size=1, max_size=4))
def test_lines_are_grouped_by_what_they_printed(outputs: list[str]) -> None:
    standings = [
        Standing(str(index), State.PASSED, stdout=output) for index, output in enumerate(outputs)
    ]
    found = differing(standings)
    if len({output.strip() for output in outputs}) == 1:
        assert found == []
    else:
        assert sorted(line for lines, _ in found for line in lines) == [s.line for s in standings]


def test_a_failed_line_is_no_difference() -> None:
    standings = [Standing("a", State.PASSED, stdout="x"), Standing("b", State.FAILED, stdout="y")]
    assert differing(standings) == []
