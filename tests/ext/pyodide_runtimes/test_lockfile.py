"""A lock file answers which wheels a name means, and refuses what it cannot read."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyodide_runtimes import (
    LINES,
    InvalidRuntimeError,
    UnknownPackageError,
    ensure_runtime,
    lockfile,
)
from pyodide_runtimes.lockfile import Lock, LockedPackage, read_lock

if TYPE_CHECKING:
    from pathlib import Path


def lock_of(line: str) -> Lock:
    return read_lock(ensure_runtime(line).directory / "pyodide-lock.json", f"Pyodide {line}")


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(lockfile)
    assert result.failed == 0
    assert result.attempted > 0


@pytest.mark.parametrize("line", LINES)
def test_every_package_of_every_line_can_be_followed_to_its_needs(line: str) -> None:
    lock = lock_of(line)
    assert len(lock.closure(lock.packages)) == len(lock.packages)


@pytest.mark.parametrize("line", LINES)
def test_import_names_and_other_spellings_find_the_package(line: str) -> None:
    lock = lock_of(line)
    assert lock.find("sklearn") == lock.find("scikit-learn") == lock.find("Scikit_Learn")
    needed = {package.name for package in lock.closure(["sklearn"])}
    assert {"numpy", "scipy", "joblib", "scikit-learn"} <= needed


def test_an_unknown_name_is_answered_with_similar_ones() -> None:
    with pytest.raises(UnknownPackageError) as caught:
        lock_of(LINES[-1]).find("nunpy")
    assert "numpy" in caught.value.similar


@given(st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9)), min_size=1))
def test_a_closure_holds_each_need_once_and_ends_in_circles_too(graph: dict[int, set[int]]) -> None:
    nodes = set(graph).union(*graph.values())
    packages = {
        f"p{node}": LockedPackage(
            f"p{node}", "1", f"p{node}.whl", "", tuple(f"p{n}" for n in graph.get(node, ())), ()
        )
        for node in nodes
    }
    start = f"p{min(graph)}"
    closure = Lock("", "", "", packages).closure([start])
    names = [package.name for package in closure]
    assert len(names) == len(set(names))
    assert all(need in names for package in closure for need in package.depends)
    assert names[-1] == start
    assert closure == Lock("", "", "", packages).closure([start, *names])[: len(closure)]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"info": {"python": "3"}, "packages": {"a": {"name": "a"}}}']
)
def test_a_file_of_another_form_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "pyodide-lock.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRuntimeError, match="form of a lock file"):
        read_lock(path, "test")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRuntimeError, match=r"pyodide-lock\.json is missing"):
        read_lock(tmp_path / "pyodide-lock.json", "test")
