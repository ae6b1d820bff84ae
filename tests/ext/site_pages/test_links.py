"""A loop of links among the sources is followed at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from site_pages.links import loops

if TYPE_CHECKING:
    from pathlib import Path


def test_a_link_to_a_folder_above_it_is_a_loop_and_others_are_not(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (inner / "up").symlink_to("..")
    (inner / "root").symlink_to(tmp_path)
    (inner / "self").symlink_to(".")
    (inner / "nowhere").symlink_to("nowhere")
    (inner / "other").symlink_to(tmp_path / "other")
    (tmp_path / "other" / "back").symlink_to(tmp_path / "a")
    found = list(loops(tmp_path))
    assert {"a/b/up", "a/b/root", "a/b/self"} <= {*found}
    # A way around through another folder ends where it comes back to itself.
    assert {"a/b/other/back", "other/back/b/other"} <= {*found}
    assert all(path.count("/") <= 3 for path in found)
    assert list(loops(tmp_path, ["a", "other"])) == []
