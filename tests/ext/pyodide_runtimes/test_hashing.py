"""Files are hashed once, and again whenever they may have changed."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyodide_runtimes.hashing import damaged, integrity_of, sha256_of, write_atomically

EMPTY_SHA512 = (
    "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6"
    "+SfaPg=="
)


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, str]:
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"content of {name}", encoding="utf-8")
    return {name: sha256_of(tmp_path / name) for name in ("a", "b")}


def test_hashes_are_those_of_the_standard_tools(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    assert integrity_of(path) == EMPTY_SHA512
    path.write_bytes(b"x" * 3_000_000)
    assert sha256_of(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


def test_whole_files_are_stamped_and_not_read_again(
    tmp_path: Path, expected: dict[str, str]
) -> None:
    stamp = tmp_path / "stamp.json"
    assert damaged(tmp_path, expected, stamp) == []
    status = (tmp_path / "a").stat()
    (tmp_path / "a").write_text("CONTENT OF a", encoding="utf-8")
    os.utime(tmp_path / "a", ns=(status.st_atime_ns, status.st_mtime_ns))
    # Same size, same time: this is the change that only a thorough look can see.
    assert damaged(tmp_path, expected, stamp) == []
    assert damaged(tmp_path, expected, stamp, thorough=True) == ["a"]


def test_a_change_of_content_is_seen(tmp_path: Path, expected: dict[str, str]) -> None:
    stamp = tmp_path / "stamp.json"
    damaged(tmp_path, expected, stamp)
    (tmp_path / "b").write_text("something else", encoding="utf-8")
    assert damaged(tmp_path, expected, stamp) == ["b"]


def test_a_missing_file_is_damaged(tmp_path: Path, expected: dict[str, str]) -> None:
    (tmp_path / "a").unlink()
    assert damaged(tmp_path, expected, tmp_path / "stamp.json") == ["a"]


def test_a_file_stamped_for_another_hash_is_hashed_again(
    tmp_path: Path, expected: dict[str, str]
) -> None:
    stamp = tmp_path / "stamp.json"
    damaged(tmp_path, expected, stamp)
    assert damaged(tmp_path, {**expected, "a": "0" * 64}, stamp) == ["a"]


@given(st.one_of(st.text(), st.recursive(st.integers(), st.lists).map(json.dumps)))
def test_no_content_of_the_stamp_makes_a_damaged_file_whole(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "stamp.json").write_text(text, encoding="utf-8")
        (directory / "a").write_text("bad", encoding="utf-8")
        assert damaged(directory, {"a": "0" * 64}, directory / "stamp.json") == ["a"]


def test_an_unwritable_stamp_costs_only_time(tmp_path: Path, expected: dict[str, str]) -> None:
    stamp = tmp_path / "a" / "stamp.json"
    assert damaged(tmp_path, expected, stamp) == []


def test_writing_leaves_the_whole_text_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"
    write_atomically(path, "one")
    write_atomically(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert list(path.parent.iterdir()) == [path]
