"""Terms of definition lists become data, or say what was expected."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pattern_language.model import Answer, Effect, RelationKind
from pattern_language.terms import (
    TermError,
    is_id,
    parse_answers,
    parse_goods,
    parse_id,
    parse_relation,
)

ids = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
blank = st.sampled_from(["", " ", "  "])


@given(ids, blank)
def test_an_id_is_read_back(name: str, space: str) -> None:
    assert is_id(name)
    assert parse_id(space + name + space) == name


@given(st.text(max_size=8))
def test_what_is_no_id_is_refused(text: str) -> None:
    if not is_id(text.strip()):
        with pytest.raises(TermError):
            parse_id(text)


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Effect)), st.lists(ids, min_size=1, max_size=3)),
        min_size=1,
        max_size=3,
    ),
    blank,
)
def test_answers_are_read_back_in_order(
    clauses: list[tuple[Effect, list[str]]], space: str
) -> None:
    text = f"{space};{space}".join(
        f"{effect.value} {(space + ',' + space).join(forces)}" for effect, forces in clauses
    )
    assert parse_answers(text) == tuple(
        Answer(effect, force) for effect, forces in clauses for force in forces
    )


@given(st.sampled_from(list(RelationKind)), ids)
def test_a_relation_is_read_back(kind: RelationKind, target: str) -> None:
    assert parse_relation(f"{kind.value} {target}") == (kind, target)


@pytest.mark.parametrize("text", ["", "resolves", "solves a", "resolves a,", "resolves a;", "a"])
def test_a_malformed_consequence_names_the_effects(text: str) -> None:
    with pytest.raises(TermError) as caught:
        parse_answers(text)
    assert "resolves, balances" in str(caught.value) or "a force's id" in str(caught.value)


@pytest.mark.parametrize("text", ["", "requires", "needs a", "requires a b", "requires a, b"])
def test_a_malformed_relation_says_what_was_expected(text: str) -> None:
    with pytest.raises(TermError, match="expected"):
        parse_relation(text)


@pytest.mark.parametrize("text", ["", "One", "One |", "One | two | three"])
def test_a_force_has_two_goods(text: str) -> None:
    with pytest.raises(TermError, match="two goods"):
        parse_goods(text)


def test_an_error_keeps_its_facts_when_pickled() -> None:
    error = pickle.loads(pickle.dumps(TermError("an id", "X Y")))  # noqa: S301 - made here
    assert (error.expected, error.found, str(error)) == (
        "an id",
        "X Y",
        "expected an id, found 'X Y'",
    )
