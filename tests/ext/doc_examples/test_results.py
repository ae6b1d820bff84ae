"""Results files keep what holds, drop what is gone, and say exactly what they depend on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples import results
from doc_examples.records import Example, Fate, Kind, LineResults, Options, Result
from doc_examples.results import Environment

SCHEMA = json.loads(Path(results.__file__).with_name("results.schema.json").read_text("utf-8"))
HERE = Environment("0.28", "0.28.3", "3.13.2", "Chromium 156", "d" * 64)


def example(name: str = "a", code: str = "x = 1\n") -> Example:
    return Example("d", name, "python", Kind.PYTHON, code, "d.md", "d.md", 5)


def result(name: str, fate: Fate = Fate.PASSED) -> Result:
    return Result(f"d#{name}", fate, "a" * 64, 0.5, "out\n", "", "", "2026-01-31")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
found = st.builds(
    Result,
    id=st.from_regex(r"[a-z/]{1,9}#[a-z-]{1,9}", fullmatch=True),
    fate=st.sampled_from(Fate),
    key=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    seconds=st.floats(0, 1e6),
    stdout=texts,
    stderr=texts,
    message=texts,
    date=st.dates().map(str),
)


@given(st.lists(found, max_size=5, unique_by=lambda item: item.id))
def test_any_results_survive_the_file_and_fit_the_schema(
    tmp_path_factory: pytest.TempPathFactory, items: list[Result]
) -> None:
    path = tmp_path_factory.mktemp("results") / "0.28.json"
    kept = LineResults("0.28", "0.28.3", "3.13.2", "Chromium", {item.id: item for item in items})
    results.write(path, kept)
    assert results.read(path) == kept
    jsonschema.validate(json.loads(path.read_text("utf-8")), SCHEMA)
    assert [each.name for each in path.parent.iterdir()] == ["0.28.json"]


def test_the_schema_refuses_what_is_no_result() -> None:
    bad = {"schema": 1, "line": "0.28", "version": "", "python": "", "browser": "", "results": [{}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, SCHEMA)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 0}', '{"schema": 1}', "\x00\xff"])
def test_a_file_that_cannot_be_read_counts_as_absent(tmp_path: Path, text: str) -> None:
    path = tmp_path / "0.28.json"
    path.write_bytes(text.encode("latin-1"))
    assert results.read(path) is None
    assert results.read(tmp_path / "absent.json") is None


def test_merging_replaces_what_ran_drops_what_is_gone_and_keeps_the_rest() -> None:
    names = ("kept", "gone", "ran")
    old = LineResults("0.28", "old", "old", "old", {f"d#{name}": result(name) for name in names})
    new = {"d#ran": result("ran", Fate.FAILED)}
    merged = results.merged(old, HERE, new, ["d#kept", "d#ran", "d#never"])
    assert merged.results == {"d#kept": result("kept"), "d#ran": result("ran", Fate.FAILED)}
    assert (merged.version, merged.browser) == ("0.28.3", "Chromium 156")
    assert results.merged(None, HERE, new, ["d#ran"]).results == new


def test_a_key_depends_on_all_that_the_result_depends_on() -> None:
    session = [example("a"), example("b")]
    key = results.result_key(HERE, session, 1)
    different = [
        results.result_key(replace(HERE, digest="e" * 64), session, 1),
        results.result_key(replace(HERE, browser="Chromium 157"), session, 1),
        results.result_key(HERE, [example("a", "x = 2\n"), session[1]], 1),
        results.result_key(HERE, [replace(session[0], options=Options(tab="t")), session[1]], 1),
        results.result_key(HERE, session, 0),
    ]
    assert len({key, *different}) == 6


def test_a_key_does_not_depend_on_what_follows_or_on_where_a_block_stands() -> None:
    session = [example("a"), example("b")]
    key = results.result_key(HERE, session, 0)
    assert results.result_key(HERE, [session[0], example("b", "other\n")], 0) == key
    assert results.result_key(HERE, [replace(session[0], line=99), session[1]], 0) == key


def test_only_the_same_key_is_current() -> None:
    kept = result("a")
    assert results.is_current(kept, "a" * 64)
    assert not results.is_current(kept, "b" * 64)
    assert not results.is_current(None, "a" * 64)
