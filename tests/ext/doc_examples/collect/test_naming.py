"""Names are unique on a page, and stay with their blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doc_examples.collect.naming import Names
from doc_examples.records import Kind

STEMS = st.sampled_from(["a", "a-1", "a-text", "b", "a-1-output"])
KINDS = st.sampled_from([Kind.PYTHON, Kind.PROSE, Kind.OUTPUT, Kind.DATA])
BLOCKS = st.lists(st.tuples(STEMS, KINDS))


@given(st.sets(st.sampled_from(["a-1", "a-2", "b-1", "a-text-1", "a-output"])), BLOCKS)
def test_names_never_meet(given_names: set[str], blocks: list[tuple[str, Kind]]) -> None:
    names = Names(given_names)
    made = [names.make(stem, kind) for stem, kind in blocks]
    assert len({*made, *given_names}) == len(made) + len(given_names)


@given(BLOCKS)
def test_blocks_below_other_headings_and_prose_rename_nothing(
    others: list[tuple[str, Kind]],
) -> None:
    names = Names([])
    for stem, kind in others:
        names.make(f"other-{stem}", kind)
    names.make("mine", Kind.PROSE)
    assert names.make("mine", Kind.PYTHON) == "mine-1"
    assert names.make("mine-1", Kind.OUTPUT) == "mine-1-output"
    assert names.make("mine", Kind.DATA) == "mine-2"
