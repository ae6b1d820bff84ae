"""The plan is the same in whatever order pages arrive, and every test has one name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.plan import make_plan, module_path, modules, node_id
from doc_examples.records import Example, Kind


def example(docname: str, name: str = "one") -> Example:
    page = f"{docname}.md"
    return Example(docname, name, "python", Kind.PYTHON, "x\n", page, page, 1)


DOCNAMES = st.lists(st.sampled_from(["a", "a/b", "a/c-d", "b/e", "z"]), unique=True)


@given(DOCNAMES, st.randoms())
def test_the_order_of_pages_does_not_matter(docnames: list[str], random: object) -> None:
    pages = [[example(docname, "one"), example(docname, "two")] for docname in docnames]
    plan = make_plan(pages)
    random.shuffle(pages)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert make_plan(pages) == plan
    assert [e.docname for e in plan.examples] == sorted(e.docname for e in plan.examples)


def test_a_page_without_blocks_is_no_part_of_the_plan() -> None:
    assert make_plan([[], [example("a")]]).examples == (example("a"),)


@pytest.mark.parametrize(
    ("docname", "path"),
    [
        ("reference/workers/worker-pool", "workers/test_worker_pool.py"),
        ("reference/index", "test_index.py"),
        ("index", "test_index.py"),
        ("docs/a b/c.d", "a_b/test_c_d.py"),
    ],
)
def test_modules_are_called_after_their_pages(docname: str, path: str) -> None:
    assert module_path(docname) == path


def test_pages_that_would_meet_keep_their_first_folder() -> None:
    plan = make_plan([[example("guide/start")], [example("howto/start")], [example("guide/end")]])
    assert modules(plan) == {
        "guide/end": "test_end.py",
        "guide/start": "guide/test_start.py",
        "howto/start": "howto/test_start.py",
    }


def test_pages_that_meet_even_so_are_named() -> None:
    plan = make_plan([[example("a/x-y")], [example("a/x_y")]])
    with pytest.raises(ValueError, match=r"'a/x-y' and 'a/x_y'"):
        modules(plan)


def test_a_block_has_the_name_that_pytest_gives_its_test() -> None:
    block = example("reference/workers/worker-pool", "keyed-lists-1")
    plan = make_plan([[block]])
    assert node_id(plan, block) == (
        "tests/patterns/workers/test_worker_pool.py::test_keyed_lists_1"
    )
