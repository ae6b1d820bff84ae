"""What was published stays, or is redirected."""

from __future__ import annotations

from typing import Any

from pattern_language.published import parse
from pattern_language.rules import Surroundings

ALL = """
[patterns]
a = "a"
[forces]
x = "forces"
"""


def found(make: Any, text: str, *records: Any, pages: set[str] | None = None) -> list[Any]:
    published = parse(text, "ids.toml")
    around = Surroundings(published=published, pages=frozenset(pages) if pages else None)
    return list(make.found(*(records or [make.pattern("a")]), around=around))


def test_what_is_published_and_there_has_no_findings(make: Any) -> None:
    assert found(make, ALL) == []


def test_a_new_id_is_found_at_its_definition(make: Any) -> None:
    sequence = make.sequence("s", "a")
    assert found(make, "[patterns]\na = 'a'\n", make.pattern("a"), sequence) == [
        ("forces", 1, "unpublished-id"),
        ("index", 10, "unpublished-id"),
    ]


def test_a_lost_id_is_found_in_the_file(make: Any) -> None:
    assert found(make, ALL.replace('a = "a"', 'a = "a"\nb = "b"')) == [("ids.toml", 4, "lost-id")]


def test_a_redirected_id_is_not_lost(make: Any) -> None:
    text = ALL.replace('a = "a"', 'a = "a"\nb = "a"') + '[redirects.patterns]\nb = "a"\n'
    assert found(make, text) == []


def test_a_redirect_to_nothing_or_of_something_is_found(make: Any) -> None:
    text = ALL + '[redirects.patterns]\na = "x"\nb = "y"\n'
    assert found(make, text) == [
        ("ids.toml", 3, "lost-id"),
        ("ids.toml", 7, "redirect"),
        ("ids.toml", 8, "redirect"),
    ]


def test_a_moved_page_is_found_until_it_is_redirected(make: Any) -> None:
    moved = make.pattern("a", docname="new")
    assert found(make, ALL, moved) == [("ids.toml", 3, "moved-id")]
    assert found(make, ALL + '[redirects.pages]\na = "new"\n', moved, pages={"new"}) == []


def test_a_useless_redirect_of_a_page_is_found(make: Any) -> None:
    text = ALL + '[redirects.pages]\na = "b"\nold = "nowhere"\n'
    assert found(make, text, pages={"a", "forces"}) == [
        ("ids.toml", 7, "redirect"),
        ("ids.toml", 8, "redirect"),
    ]
