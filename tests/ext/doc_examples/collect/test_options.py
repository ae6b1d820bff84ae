"""Options are declared once; everything that knows their names follows from the table."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.collect.options import (
    BY_NAME,
    OPTIONS,
    check_use,
    parse_options,
    slug,
)
from doc_examples.records import Kind, LineRange, Options


def test_the_table_declares_every_option_of_the_records_and_no_other() -> None:
    beside = {"name", "session", "ellipsis"}
    assert {option.name for option in OPTIONS} == {
        f.name.replace("_", "-") for f in fields(Options)
    } | beside
    assert len(BY_NAME) == len(OPTIONS)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_the_example_of_each_option_is_understood(option: object) -> None:
    syntax = next(o.syntax for o in OPTIONS if o is option)
    key, _, value = syntax.partition("=") if "=" in syntax else ("id", "=", syntax[1:])
    parsed = parse_options({key: value.strip('"')})
    assert parsed.problems == ()
    assert len(parsed.given) == 1


def test_good_options_become_values() -> None:
    parsed = parse_options(
        {
            "id": "My Block",
            "class": "wide",
            "session": "a",
            "raises": "TypeError: no .*",
            "needs": "webgpu, isolation",
            "packages": "numpy",
            "lines": ">=0.27, <314: the loader is new: really",
            "timeout": "2.5",
            "file": "data/points.csv",
            "reload": "",
            "tab": "second",
            "host": "true",
        }
    )
    assert parsed.problems == ()
    assert (parsed.name, parsed.session) == ("my-block", "a")
    assert parsed.options == Options(
        raises="TypeError: no .*",
        needs=("webgpu", "isolation"),
        packages=("numpy",),
        lines=LineRange(">=0.27, <314", "the loader is new: really"),
        timeout=2.5,
        file="data/points.csv",
        reload=True,
        tab="second",
        host=True,
    )


def test_a_bad_option_is_named_and_the_good_ones_are_kept() -> None:
    parsed = parse_options({"timeout": "soon", "session": "a", "sesion": "b"})
    assert [problem.subtype for problem in parsed.problems] == ["bad_value", "unknown_option"]
    assert "'soon'" in parsed.problems[0].message
    assert "session" in parsed.problems[1].message
    assert (parsed.session, parsed.options) == ("a", Options())


@given(st.text())
def test_no_file_name_leads_out_of_its_folder(value: str) -> None:
    parsed = parse_options({"file": value})
    if not parsed.problems:
        parts = parsed.options.file.split("/")
        assert all(part not in {"", ".", ".."} for part in parts)
        assert not set("\\:\0\n") & set(parsed.options.file)


@given(st.dictionaries(st.sampled_from(sorted(BY_NAME)), st.text()))
def test_any_text_is_either_understood_or_named(raw: dict[str, str]) -> None:
    parsed = parse_options(raw)
    assert len(parsed.given) + len(parsed.problems) == len(raw)


@given(st.text())
def test_a_slug_is_fit_for_a_test_and_an_anchor(text: str) -> None:
    name = slug(text)
    assert name == "" or f"test_{name.replace('-', '_')}".isidentifier()
    assert slug(name) == name


def test_a_range_needs_a_reason_except_on_an_output() -> None:
    parsed = parse_options({"lines": ">=0.27"})
    assert [p.subtype for p in check_use(parsed, Kind.PYTHON)] == ["bad_value"]
    assert check_use(parsed, Kind.OUTPUT) == []


def test_an_option_that_means_nothing_on_a_block_is_named() -> None:
    parsed = parse_options({"raises": "X", "name": "a"})
    (problem,) = check_use(parsed, Kind.CSS)
    assert (problem.subtype, "'raises'" in problem.message) == ("misplaced_option", True)
    assert check_use(parsed, Kind.PYTHON) == []
