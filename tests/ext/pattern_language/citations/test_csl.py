from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pattern_language.citations.authors import Author
from pattern_language.citations.csl import item, write, write_all
from pattern_language.citations.entry import Citation, one_line

# How long a law takes on a busy machine says nothing about it.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

AUTHORS = (Author("The authors"), Author("Grace Hopper", "Hopper", "Grace"))
URL = "https://example.org/pool.html"
lines = st.text(st.characters(codec="utf-8")).map(one_line)


def made(title: str = "Pool", abstract: str = "Does it.") -> Citation:
    return Citation("c-pool", title, "A Catalogue", AUTHORS, "1.0", "2026-11-02", URL, abstract)


def test_the_item_is_a_web_page_in_the_fields_of_csl() -> None:
    assert json.loads(write(made())) == [
        {
            "id": "c-pool",
            "type": "webpage",
            "title": "Pool",
            "container-title": "A Catalogue",
            "author": [{"literal": "The authors"}, {"family": "Hopper", "given": "Grace"}],
            "issued": {"date-parts": [[2026, 11, 2]]},
            "version": "1.0",
            "URL": URL,
            "language": "en",
            "abstract": "Does it.",
        }
    ]


@LAW
@given(lines, lines)
def test_every_title_and_abstract_is_read_back(title: str, abstract: str) -> None:
    (found,) = json.loads(write(made(title, abstract)))
    assert found.get("title", "") == title
    assert found.get("abstract", "") == abstract


def test_a_date_stands_on_one_line_and_texts_that_look_like_one_are_kept() -> None:
    text = write(made("[ [1, 2] ]", "[[\n1,\n2]]"))
    assert '"date-parts": [[2026, 11, 2]]' in text
    (found,) = json.loads(text)
    assert (found["title"], found["abstract"]) == ("[ [1, 2] ]", "[[\n1,\n2]]")


def test_what_is_not_known_leaves_no_field() -> None:
    assert not {"issued", "version", "URL", "abstract"} & set(
        item(Citation("k", "Pool", "A Catalogue", AUTHORS))
    )


def test_a_bibliography_is_one_list_and_ends_in_a_line_end() -> None:
    text = write_all([made(), made("Other")])
    assert [one["title"] for one in json.loads(text)] == ["Pool", "Other"]
    assert text.endswith("]\n")
