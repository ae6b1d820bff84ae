from __future__ import annotations

from pattern_language.citations.authors import Author
from pattern_language.citations.entry import Citation
from pattern_language.citations.plain import write

AUTHORS = (Author("The Engineering Blueprints authors"),)


def test_the_sentence_names_authors_title_catalogue_version_date_and_address() -> None:
    url = "https://example.org/pool.html"
    citation = Citation("k", "Pool", "Catalogue", AUTHORS, "1.0", "2026-11-22", url)
    assert write(citation) == (
        "The Engineering Blueprints authors. Pool. In: Catalogue, version 1.0, 2026-11-22. "
        "https://example.org/pool.html"
    )


def test_what_is_not_known_leaves_no_trace() -> None:
    assert write(Citation("k", "Pool", "Catalogue", ())) == "Pool. In: Catalogue."


def test_a_title_that_ends_in_a_mark_gets_no_second_one() -> None:
    authors = (Author("Grace Hopper", "Hopper", "Grace"), Author("Acme, Inc."))
    text = write(Citation("k", "Why wait?", "Catalogue", authors))
    assert text == "Grace Hopper, Acme, Inc. Why wait? In: Catalogue."
