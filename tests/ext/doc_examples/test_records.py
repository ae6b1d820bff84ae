"""Records travel as JSON and come back equal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doc_examples.records import (
    ITEM_KINDS,
    Example,
    Expected,
    Fault,
    Kind,
    LineRange,
    Options,
    Outcome,
    Plan,
    digest,
)

TEXT = st.text(max_size=20)
RANGES = st.none() | st.builds(LineRange, TEXT, TEXT)
WORDS = st.lists(TEXT, max_size=3).map(tuple)
OPTIONS = st.builds(
    Options,
    raises=TEXT,
    needs=WORDS,
    packages=WORDS,
    lines=RANGES,
    timeout=st.floats(0, 1e6),
    file=TEXT,
    reload=st.booleans(),
    tab=TEXT,
    host=st.booleans(),
)
EXPECTED = st.builds(Expected, TEXT, st.integers(1, 999), RANGES, st.booleans())
EXAMPLES = st.builds(
    Example,
    docname=TEXT,
    name=TEXT,
    language=TEXT,
    kind=st.sampled_from(Kind),
    code=TEXT,
    page=TEXT,
    file=TEXT,
    line=st.integers(1, 9999),
    column=st.integers(0, 80),
    session=TEXT,
    options=OPTIONS,
    expected=st.lists(EXPECTED, max_size=2).map(tuple),
    heading=TEXT,
    docstring_of=TEXT,
)


@given(st.builds(Plan, st.lists(EXAMPLES, max_size=3).map(tuple), WORDS, st.floats(0, 100), TEXT))
def test_a_plan_comes_back_equal_and_its_text_is_stable(plan: Plan) -> None:
    again = Plan.from_json(plan.to_json())
    assert again == plan
    assert again.to_json() == plan.to_json()


@given(EXAMPLES)
def test_only_outputs_and_prose_have_no_test(example: Example) -> None:
    assert example.is_item == (example.kind in ITEM_KINDS)
    assert example.is_item == (example.kind not in {Kind.OUTPUT, Kind.PROSE})


@given(st.lists(TEXT), st.lists(TEXT))
def test_a_digest_tells_every_split_of_a_text_apart(one: list[str], two: list[str]) -> None:
    assert (digest(*one) == digest(*two)) == (one == two)


def test_an_outcome_is_rebuilt_from_what_a_session_posts() -> None:
    assert Outcome.from_json({}) == Outcome()
    posted = {"stdout": "1\n", "fault": {"type": "E", "message": "m", "traceback": "t", "line": 3}}
    outcome = Outcome.from_json(posted)
    assert outcome.fault == Fault("E", "m", "t", 3)
    assert outcome.fault.summary == "E: m"
    assert Fault("E", "", "t").summary == "E"
