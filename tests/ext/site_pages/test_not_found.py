"""The pieces of the page for addresses that do not exist."""

from __future__ import annotations

import pytest

from site_pages.not_found import body, head, mark_of, root_of


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("", "/"),
        ("https://example.org", "/"),
        ("https://example.org/", "/"),
        ("https://example.org/a/b", "/a/b/"),
        ("https://example.org/a/b/", "/a/b/"),
    ],
)
def test_the_root_is_the_path_of_the_published_address(base_url: str, root: str) -> None:
    assert root_of(base_url) == root


def test_the_mark_tells_sites_of_one_host_apart() -> None:
    assert mark_of("one", "index") == mark_of("one", "index")
    assert mark_of("one", "index") != mark_of("two", "index")


def test_the_base_stands_before_the_script_that_corrects_it() -> None:
    text = head("/a/", "root-1.txt")
    assert text.index('<base href="/a/">') < text.index("<script>")
    assert "${path}root-1.txt" in text
    assert "MARK" not in text


def test_titles_and_addresses_are_escaped() -> None:
    text = body("search.html", [("a.html?b&c", "<b> & co")])
    assert '<a href="a.html?b&amp;c">&lt;b&gt; &amp; co</a>' in text
