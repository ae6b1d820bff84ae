"""Data blocks parse as their language says, or fail at their place in the page."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.records import Kind
from doc_examples.runner.data import PARSERS, DataError, parse_data, parse_json, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from doc_examples.records import Example

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)  # fmt: skip


@given(values)
def test_all_json_is_accepted(value: object) -> None:
    parse_json(json.dumps(value))
    parse_json(json.dumps(value, indent=1))


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "{'a': 1}", "{} {}", ""])
def test_what_only_some_parsers_take_is_no_json(text: str) -> None:
    with pytest.raises(DataError):
        parse_json(text)


@pytest.mark.parametrize(
    ("language", "code", "at", "column"),
    [
        ("json", '{\n  "a": 1,\n}\n', 12, 3),
        ("toml", "a = 1\nb = \n", 11, 7),
        ("yaml", "a: 1\nb: [1\nc: 2\n", 12, 4),
        ("yml", "a: 'open\n", 11, 3),
        ("yaml", "# \u2028\x85\u2029\na: 1\nb: [1\nc: 2\n", 13, 4),
    ],
)
def test_a_fault_has_line_and_column_of_the_page(
    block: Callable[..., Example], language: str, code: str, at: int, column: int
) -> None:
    found = parse_data(block(code, Kind.DATA, language=language, line=10, column=2)).fault
    assert found is not None
    assert found.type == f"{language.upper()}Error"
    assert found.line == at
    assert abs(found.column - column) <= 2


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("json", "[1, 2]"),
        ("toml", 'title = "a"\n[table]\nkey = 1979-05-27'),
        ("yaml", "---\na: 1\n---\n- b\n"),
    ],
)
def test_what_parses_has_no_fault(block: Callable[..., Example], language: str, code: str) -> None:
    assert parse_data(block(code, Kind.DATA, language=language)).fault is None


def test_a_language_without_a_parser_is_an_error_of_the_caller(
    block: Callable[..., Example],
) -> None:
    with pytest.raises(ValueError, match="no parser for 'ini'"):
        parse_data(block("a=1", Kind.DATA, language="ini"))


def test_yaml_that_would_run_code_is_refused() -> None:
    with pytest.raises(DataError):
        parse_yaml("!!python/object/apply:os.getcwd []")


@pytest.mark.parametrize(
    ("language", "code", "at", "says"),
    [
        ("yaml", "b: 1\na: 2024-99-99\n", 11, "2024-99-99"),
        ("yaml", "- 2024-01-01 25:00:00\n", 10, "timestamp"),
        ("yaml", "b: 1\n? [1]\n: 2\n", 11, "unhashable"),
        ("yaml", "- !!int x\n", 10, "no int"),
        ("yaml", "- !!float x\n", 10, "no float"),
        ("yaml", "- !!bool x\n", 10, ""),
        ("yaml", "- !!binary 1\n", 10, ""),
        ("yaml", "- " + "9" * 5000, 10, "digits"),
        ("yaml", "[" * 5000, 10, "deep"),
        ("json", "9" * 5000, 10, "digits"),
        ("json", "[" * 100_000, 10, "deep"),
        ("json", '{"a": NaN}', 10, "NaN"),
        ("toml", "a = 2024-99-99", 10, ""),
        ("toml", "a = " + "9" * 5000, 10, "digits"),
        ("toml", "a = " + "[" * 5000, 10, "deep"),
    ],
)
def test_what_has_the_form_of_a_value_and_is_none_is_a_fault_at_its_place(
    block: Callable[..., Example], language: str, code: str, at: int | None, says: str
) -> None:
    found = parse_data(block(code, Kind.DATA, language=language, line=10)).fault
    assert found is not None
    assert says in found.message
    assert at is None or found.line == at


@given(
    st.sampled_from(["yaml", "json", "toml"]),
    st.text(st.sampled_from("a1-:?{}[]&*!<>|=\"'.# \n\t\0e0") | st.characters(), max_size=60),
)
def test_no_text_ends_a_parser_without_a_place(language: str, code: str) -> None:
    with contextlib.suppress(DataError):
        PARSERS[language](code)
