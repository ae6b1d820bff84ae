"""A block that only the collector or only the scanner knows is named at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.collect.check import Sources, comparable, differences
from doc_examples.collect.collector import Included, PageRecord
from doc_examples.records import Example, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MARKUPS = {".md": "markdown", ".rst": "restructuredtext"}
PAGE = "# P\n\n```python\nx = 1\n```\n"


def block(line: int = 4, code: str = "x = 1\n", language: str = "python") -> Example:
    return Example("page", f"b{line}", language, Kind.PYTHON, code, "page.md", "page.md", line)


def record(*blocks: Example, included: tuple[Included, ...] = ()) -> PageRecord:
    return PageRecord("page", "page.md", blocks, (), included)


def compare(
    folder: Path, text: str, page: PageRecord, exclude: Mapping[str, str] | None = None
) -> list[tuple[str, int]]:
    (folder / "page.md").write_text(text)
    found = differences([page], Sources(folder, MARKUPS, exclude=exclude))
    return [(fault.file, fault.line) for fault in found]


def test_agreement_is_silent(tmp_path: Path) -> None:
    assert compare(tmp_path, PAGE, record(block())) == []


@pytest.mark.parametrize(
    "page",
    [
        record(),
        record(block(line=5)),
        record(block(code="x = 2\n")),
        record(block(language="js")),
        record(block(), block(line=9)),
    ],
)
def test_every_difference_is_named(tmp_path: Path, page: PageRecord) -> None:
    found = compare(tmp_path, PAGE, page)
    lines = {example.line for example in page.examples} ^ {4} or {4}
    assert {line for _, line in found} == lines


@pytest.mark.parametrize("exclude", ["page.md:4", "*.md", "page.md"])
def test_a_named_difference_is_silent(tmp_path: Path, exclude: str) -> None:
    assert compare(tmp_path, PAGE, record(), {exclude: "for a reason"}) == []


def test_a_name_for_another_place_or_without_a_reason_excludes_nothing(tmp_path: Path) -> None:
    exclude = {"page.md:5": "for a reason", "other/*": "for a reason", "page.md": " "}
    assert compare(tmp_path, PAGE, record(), exclude) == [("page.md", 4)]


def test_a_literalinclude_that_gave_nothing_is_named(tmp_path: Path) -> None:
    text = "# P\n\n```{literalinclude} a.py\n```\n"
    assert compare(tmp_path, text, record()) == [("page.md", 3)]
    example = Example("page", "a", "python", Kind.PYTHON, "x\n", "page.md", "a.py", 1)
    assert compare(tmp_path, text, record(example, included=(Included("a", 3),))) == []


def test_a_file_that_is_included_in_part_answers_for_that_part_only(tmp_path: Path) -> None:
    (tmp_path / "part.md").write_text(f"{PAGE}\n```python\ny = 1\n```\n")
    example = Example("page", "a", "python", Kind.PYTHON, "x = 1\n", "page.md", "part.md", 4)
    for options, found in (("", [("part.md", 8)]), (":end-line: 6\n", [])):
        text = f"# P\n\n```{{include}} part.md\n{options}```\n"
        assert compare(tmp_path, text, record(example)) == found


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    faults = differences([record(block())], Sources(tmp_path, MARKUPS))
    assert [(fault.file, "cannot be read" in fault.message) for fault in faults] == [
        ("page.md", True)
    ]


def test_a_docstring_that_lost_a_block_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# P\n")
    lines = ("A.", "", ">>> 1", "1", "", ">>> 2", "2")
    example = Example(
        "page", "a", "pycon", Kind.DOCTEST, ">>> 1\n1\n", "page.md", "m.py", 3, docstring_of="m.f"
    )
    page = PageRecord("page", "page.md", (example,), (), rendered=(("m.f", lines),))
    faults = differences([page], Sources(tmp_path, MARKUPS))
    assert [(fault.file, fault.line) for fault in faults] == [("m.py", 3)]
    assert "shows 2 blocks, and 1" in faults[0].message


@given(st.lists(st.text("ab \t=", max_size=5)))
def test_tabs_and_trailing_blanks_make_no_difference(lines: list[str]) -> None:
    text = "\n".join(lines)
    changed = "\n".join(f"{line.expandtabs(8)}  " for line in lines) + "\n\n"
    assert comparable(text) == comparable(changed)
