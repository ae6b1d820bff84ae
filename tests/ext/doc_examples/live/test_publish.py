"""Publishing: the root leads to the first page, and never replaces a page of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doc_examples.live.publish import redirect

if TYPE_CHECKING:
    from pathlib import Path


def test_the_root_leads_to_the_first_page_by_a_relative_address(tmp_path: Path) -> None:
    redirect(tmp_path, "reference/index.html")
    page = (tmp_path / "index.html").read_text("utf-8")
    assert 'content="0; url=reference/index.html"' in page
    assert '<a href="reference/index.html">' in page


def test_the_redirect_follows_another_first_page(tmp_path: Path) -> None:
    redirect(tmp_path, "one.html")
    redirect(tmp_path, "two.html")
    assert "two.html" in (tmp_path / "index.html").read_text("utf-8")


def test_a_root_page_of_the_project_stays(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    redirect(tmp_path, "reference/index.html")
    assert (tmp_path / "index.html").read_text("utf-8") == "mine"
