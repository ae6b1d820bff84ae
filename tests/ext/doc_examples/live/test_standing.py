"""Standings: a result holds only while everything that it depends on is the same."""

from __future__ import annotations

import pytest

from doc_examples.live.standing import HOST, State, lines_for, standing
from doc_examples.records import (
    Example,
    Fate,
    Kind,
    LineRange,
    LineResults,
    Options,
    Result,
)


def example(kind: Kind = Kind.PYTHON, options: Options | None = None) -> Example:
    return Example("page", "name", "python", kind, "1\n", "page.md", "page.md", 3,
                   options=options or Options())  # fmt: skip


def results(fate: Fate, key: str = "k") -> LineResults:
    result = Result("page#name", fate, key, stdout="out\n", message="why", date="2026-01-02")
    return LineResults("314", "314.0.4", "3.14.0", "Chromium 1.2", {"page#name": result})


@pytest.mark.parametrize("fate", list(Fate))
def test_a_result_with_the_present_key_says_what_became_of_the_block(fate: Fate) -> None:
    found = standing(example(), "314", results(fate), "k")
    assert found.state.value == fate.value
    assert (found.stdout, found.reason, found.version) == ("out\n", "why", "314.0.4")


@pytest.mark.parametrize("fate", list(Fate))
def test_another_key_makes_any_result_stale_and_hides_its_output(fate: Fate) -> None:
    found = standing(example(), "314", results(fate), "another")
    assert (found.state, found.stdout) == (State.STALE, "")


def test_without_a_result_or_a_key_nothing_is_verified() -> None:
    passed = results(Fate.PASSED)
    assert standing(example(), "314", None, "k").state is State.UNVERIFIED
    assert standing(example(), "314", passed, None).state is State.UNVERIFIED
    other = LineResults("314", "", "", "", {})
    assert standing(example(), "314", other, "k").state is State.UNVERIFIED


def test_a_line_that_the_page_excludes_needs_no_run() -> None:
    limited = example(options=Options(lines=LineRange(">=0.28", "the reason")))
    found = standing(limited, "0.26", None, None)
    assert (found.state, found.reason) == (State.NOT_APPLICABLE, "the reason")
    assert standing(limited, "314", None, None).state is State.UNVERIFIED


def test_an_excluded_line_whose_need_can_be_probed_is_not_believed_unprobed() -> None:
    options = Options(lines=LineRange(">=0.28", "the reason"), needs=("jspi",))
    assert standing(example(options=options), "0.26", None, None).state is State.UNVERIFIED


def test_only_what_is_run_has_lines() -> None:
    lines = ("0.28", "314")
    assert lines_for(example(), lines) == lines
    assert lines_for(example(Kind.HOST), lines) == (HOST,)
    assert lines_for(example(Kind.PROSE), lines) == ()
    assert lines_for(example(Kind.OUTPUT), lines) == ()
