"""The verdict compares what a block did with what its page says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from doc_examples.judge import covers, excluded, judge, matches, normalised, same_output
from doc_examples.records import (
    Example,
    Expected,
    Fate,
    Fault,
    Kind,
    LineRange,
    Options,
    Outcome,
)

BLOCK = Example("d", "a", "python", Kind.PYTHON, "x = 1\n", "d.md", "d.md", 5)
FAULT = Fault("ValueError", "too small", "Traceback", 6, 3)


def with_options(**options: object) -> Example:
    return replace(BLOCK, options=Options(**options))  # type: ignore[arg-type]


def test_a_block_that_says_nothing_passes_when_nothing_is_wrong() -> None:
    assert judge(BLOCK, "0.28", Outcome(stdout="anything")).fate is Fate.PASSED


def test_a_fault_fails_at_its_place() -> None:
    verdict = judge(BLOCK, "0.28", Outcome(fault=FAULT))
    assert (verdict.fate, verdict.line, verdict.column) == (Fate.FAILED, 6, 3)
    assert verdict.headline == "ValueError: too small"


def test_a_problem_that_nobody_handled_fails() -> None:
    verdict = judge(BLOCK, "0.28", Outcome(problems=(FAULT,)))
    assert verdict.headline == "nobody handled ValueError: too small"


@pytest.mark.parametrize("outcome", [Outcome(fault=FAULT), Outcome(problems=(FAULT,))])
def test_raises_is_met_by_the_blocks_end_and_by_what_nobody_handled(outcome: Outcome) -> None:
    assert judge(with_options(raises="ValueError: too .*"), "0.28", outcome).passed


def test_raises_covers_no_other_error() -> None:
    outcome = Outcome(fault=FAULT, problems=(Fault("KeyError", "k", ""),))
    verdict = judge(with_options(raises="ValueError: .*"), "0.28", outcome)
    assert verdict.headline == "nobody handled KeyError: k"


def test_a_lost_session_fails_whatever_the_block_announced() -> None:
    block = with_options(raises=".*")
    verdict = judge(block, "0.28", Outcome(lost="the browser page crashed", fault=FAULT))
    assert verdict.headline == "the browser page crashed"


def test_time_that_ran_out_fails_even_where_the_interrupt_was_announced() -> None:
    block = with_options(raises="KeyboardInterrupt", timeout=2.0)
    outcome = Outcome(timed_out=True, fault=Fault("KeyboardInterrupt", "", ""))
    assert judge(block, "0.28", outcome).headline == "took longer than its limit of 2 s"


def test_only_outputs_for_the_line_are_compared() -> None:
    new = Expected("new\n", 9, LineRange(">=0.28"))
    old = Expected("old\n", 12, LineRange("<0.28"))
    block = replace(BLOCK, expected=(new, old))
    assert judge(block, "0.26", Outcome(stdout="old\n")).passed
    assert judge(block, "314", Outcome(stdout="new\n")).passed
    assert judge(block, "314", Outcome(stdout="old\n")).line == 9


def test_an_excluded_line_has_the_reason_of_the_page() -> None:
    block = with_options(lines=LineRange(">=0.27", "needs the new loader"))
    verdict = excluded(block, "0.26")
    assert verdict is not None
    assert (verdict.fate, verdict.headline) == (Fate.NOT_APPLICABLE, "needs the new loader")
    assert excluded(block, "0.27") is None
    assert excluded(BLOCK, "0.26") is None


def test_a_range_covers_lines_and_exact_versions() -> None:
    assert covers(LineRange(">=0.27"), "314")
    assert covers(LineRange(">=0.27"), "0.28.3+local")
    assert not covers(LineRange("<0.28"), "314")
    assert covers(None, "anything")


def test_a_pattern_fits_all_of_the_type_or_of_the_summary() -> None:
    assert matches("ValueError", FAULT)
    assert matches("ValueError: too small", FAULT)
    assert not matches("Value", FAULT)
    assert matches("ValueError: .*", Fault("ValueError", "two\nlines", ""))


@given(st.text())
def test_any_output_is_the_same_as_itself(text: str) -> None:
    assert same_output(Expected(text, 1), text)
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("want", "got", "ellipsis", "same"),
    [
        ("a\nb\n", "a  \nb", False, True),
        ("a\n", "a\n\n\n", False, True),
        ("a\n", "\na\n", False, False),
        (" a\n", "a\n", False, False),
        ("a...z\n", "abcz\n", False, False),
        ("a...z\n", "abcz\n", True, True),
    ],
)
def test_only_blanks_at_line_ends_and_declared_ellipses_are_forgiven(
    want: str, got: str, ellipsis: bool, same: bool
) -> None:
    assert same_output(Expected(want, 1, ellipsis=ellipsis), got) is same


@given(st.text(), st.text(alphabet="\r\v\f\x1c\x85\u2028", min_size=1), st.text())
def test_no_character_but_a_line_feed_equals_a_line_end(before: str, odd: str, after: str) -> None:
    assume("..." not in before + after)
    for ellipsis in (False, True):
        want = Expected(f"{before}x\nx{after}", 1, ellipsis=ellipsis)
        assert not same_output(want, f"{before}x{odd}x{after}")
        assert not same_output(want, f"{before}x{odd}\nx{after}")


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("a...b...c\n", "a1b2c\n", True),
        ("a...b...c\n", "a1c\n", False),
        ("aa...aa\n", "aaa\n", False),
        ("...\n", "anything\nat all\n", True),
        ("1\n", "True\n", False),
        ("<BLANKLINE>\n...\n", "\nx\n", False),
        ("\\xe9...\n", "é\n", False),
    ],
)
def test_an_ellipsis_stands_for_any_text_and_nothing_else_is_forgiven(
    want: str, got: str, same: bool
) -> None:
    assert same_output(Expected(want, 1, ellipsis=True), got) is same


def test_only_another_output_lets_the_session_go_on() -> None:
    mismatch = Fault("DoctestMismatch", "m", "", mismatch=True)
    printed = replace(BLOCK, expected=(Expected("1\n", 9),))
    goes_on = [
        judge(printed, "314", Outcome(stdout="2\n")),
        judge(BLOCK, "314", Outcome(fault=mismatch)),
        judge(BLOCK, "314", Outcome()),
    ]
    assert [verdict.ends_session for verdict in goes_on] == [False, False, False]
    assert [verdict.passed for verdict in goes_on] == [False, False, True]
    ends = [
        judge(BLOCK, "314", Outcome(fault=FAULT)),
        judge(printed, "314", Outcome(stdout="2\n", fault=FAULT)),
        judge(BLOCK, "314", Outcome(fault=mismatch, problems=(FAULT,))),
        judge(BLOCK, "314", Outcome(fault=mismatch, timed_out=True)),
        judge(BLOCK, "314", Outcome(fault=mismatch, lost="gone")),
        judge(with_options(raises="KeyError"), "314", Outcome()),
    ]
    assert all(verdict.ends_session for verdict in ends)
