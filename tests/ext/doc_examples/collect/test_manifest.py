"""A manifest tells without Sphinx whether its plan is current."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from doc_examples.collect.manifest import (
    MANIFEST,
    PLAN,
    Manifest,
    fingerprint,
    is_current,
    read,
    take,
)

if TYPE_CHECKING:
    from pathlib import Path


def collected(folder: Path) -> Path:
    """A project of one page whose plan has just been written."""
    (folder / "docs").mkdir()
    (folder / "docs" / "a.md").write_text("# A\n")
    (folder / "conf.py").write_text("")
    out = folder / "_build"
    out.mkdir()
    (out / PLAN).write_text("{}")
    files = [folder / "docs/a.md", folder / "conf.py", folder / "gone.md"]
    manifest = take(
        folder,
        files,
        suffixes=[".md"],
        include=["docs/**"],
        exclude=["docs/drafts"],
        counts={"docs/a": {"python": 1}},
    )
    (out / MANIFEST).write_text(manifest.to_json())
    return out


def test_a_plan_is_current_until_something_changes(tmp_path: Path) -> None:
    out = collected(tmp_path)
    assert is_current(tmp_path, out)
    (tmp_path / "docs/a.md").write_text("# B\n")
    assert not is_current(tmp_path, out)


def test_a_file_that_was_only_touched_is_unchanged(tmp_path: Path) -> None:
    out = collected(tmp_path)
    os.utime(tmp_path / "docs/a.md", (1, 1))
    assert is_current(tmp_path, out)


@pytest.mark.parametrize(
    ("name", "current"),
    [
        ("docs/b.md", False),
        ("docs/deep/c.md", False),
        ("docs/drafts/d.md", True),
        ("docs/b.txt", True),
        ("e.md", True),
        ("gone.md", False),
    ],
)
def test_a_new_file_counts_where_it_is_a_page_or_was_missed(
    tmp_path: Path, name: str, current: bool
) -> None:
    out = collected(tmp_path)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("# New\n")
    assert is_current(tmp_path, out) is current


@pytest.mark.parametrize("name", ["docs/a.md", "conf.py", f"_build/{PLAN}", f"_build/{MANIFEST}"])
def test_a_file_that_is_gone_counts(tmp_path: Path, name: str) -> None:
    out = collected(tmp_path)
    (tmp_path / name).unlink()
    assert not is_current(tmp_path, out)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 99}'])
def test_a_manifest_that_is_none_is_not_trusted(tmp_path: Path, text: str) -> None:
    out = collected(tmp_path)
    (out / MANIFEST).write_text(text)
    assert read(out) is None
    assert not is_current(tmp_path, out)


def test_a_manifest_comes_back_equal(tmp_path: Path) -> None:
    manifest = read(collected(tmp_path))
    assert manifest is not None
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert manifest.files["gone.md"] == fingerprint(tmp_path / "gone.md") == ("", 0, 0)


def test_a_file_that_was_changed_while_pages_were_read_is_not_trusted(tmp_path: Path) -> None:
    out = collected(tmp_path)
    page = tmp_path / "docs/a.md"
    for since, current in ((page.stat().st_mtime_ns, True), (page.stat().st_mtime_ns - 1, False)):
        manifest = take(
            tmp_path,
            [page],
            suffixes=[".md"],
            include=["docs/**"],
            exclude=[],
            counts={},
            since=since,
        )
        (out / MANIFEST).write_text(manifest.to_json())
        assert is_current(tmp_path, out) is current
