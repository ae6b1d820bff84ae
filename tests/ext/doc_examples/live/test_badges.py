"""Badges: the worst state gives the colour, and no line is left out."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from doc_examples.live import badges
from doc_examples.live.badges import WORST_FIRST, badge, page_badge
from doc_examples.live.standing import HOST, Standing, State

LINES = ("0.26", "0.27", "0.28", "314")


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(badges).failed == 0


@given(st.lists(st.sampled_from(State), min_size=4, max_size=4))
def test_a_badge_is_as_bad_as_its_worst_line(states: list[State]) -> None:
    found = badge([Standing(line, state) for line, state in zip(LINES, states, strict=True)])
    assert found.state is min(states, key=WORST_FIRST.index)


@given(st.lists(st.sampled_from(State), min_size=4, max_size=4))
def test_every_line_is_named_once_unless_one_word_says_it_of_all(states: list[State]) -> None:
    found = badge([Standing(line, state) for line, state in zip(LINES, states, strict=True)])
    words = found.text.replace(",", "").replace(";", "").split()
    named = [word for word in words if word in LINES]
    one_word = found.text in {"not verified", "stale", "not applicable"}
    assert named == [] if one_word else sorted(named) == sorted(LINES)
    if one_word:
        assert len(set(states)) == 1


def test_a_passed_badge_names_lines_browser_and_date() -> None:
    passed = [
        Standing(line, State.PASSED, date="2026-01-02T10:00:00", browser="Chromium 140.0.7339.5")
        for line in LINES
    ]
    found = badge(passed)
    assert found.text == "passed on 0.26, 0.27, 0.28, 314"
    assert found.detail == "Chromium 140 · 2026-01-02"


def test_a_badge_gives_the_reasons_of_its_worst_lines() -> None:
    found = badge(
        [
            Standing("0.28", State.NOT_APPLICABLE, "needs webgpu"),
            Standing("314", State.NOT_APPLICABLE, "needs webgpu"),
        ]
    )
    assert (found.text, found.detail) == ("not applicable", "needs webgpu")


def test_what_cpython_ran_names_cpython() -> None:
    assert (
        badge([Standing(HOST, State.PASSED, version="3.13.1")]).text == "passed on CPython 3.13.1"
    )


@given(st.lists(st.lists(st.sampled_from(State), min_size=1, max_size=4), min_size=1))
def test_a_page_is_as_bad_as_its_worst_block_and_counts_each_once(
    page: list[list[State]],
) -> None:
    blocks = [
        [Standing(line, state) for line, state in zip(LINES, block, strict=False)] for block in page
    ]
    found = page_badge(blocks)
    assert found.state is min((state for block in page for state in block), key=WORST_FIRST.index)
    counted = found.text.partition(" on ")[0].replace(",", "").split()
    assert sum(int(word) for word in counted if word.isdigit()) == len(page)


def test_a_page_whose_blocks_cpython_runs_names_cpython() -> None:
    assert page_badge([[Standing(HOST, State.PASSED)]]).text == "1 example passed on CPython"


def test_a_page_without_blocks_is_not_called_passed() -> None:
    assert page_badge([]).state is State.UNVERIFIED
