"""What is written is read back by rispy."""

from __future__ import annotations

import re

import rispy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pattern_language.citations.authors import Author
from pattern_language.citations.entry import Citation, one_line
from pattern_language.citations.ris import write, write_all

# How long a law takes on a busy machine says nothing about it.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

AUTHORS = (Author("The authors"), Author("Grace Hopper", "Hopper", "Grace"))
URL = "https://example.org/pool.html"
lines = st.text(st.characters(codec="utf-8")).map(one_line)


def made(title: str = "Pool", abstract: str = "Does it.") -> Citation:
    return Citation("c-pool", title, "A Catalogue", AUTHORS, "1.0", "2026-11-22", URL, abstract)


def test_the_record_is_a_web_page_with_version_and_date() -> None:
    (record,) = rispy.loads(write(made()))
    assert record == {
        "type_of_reference": "ELEC",
        "id": "c-pool",
        "authors": ["The authors,", "Hopper, Grace"],
        "title": "Pool",
        "secondary_title": "A Catalogue",
        "edition": "1.0",
        "year": "2026",
        "date": "2026/11/22",
        "language": "en",
        "abstract": "Does it.",
        "urls": [URL],
    }


def test_every_line_is_a_tag_of_the_format_and_ends_in_cr_lf() -> None:
    *found, last = write(made()).split("\r\n")
    assert last == ""
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in found)
    assert (found[0], found[-1]) == ("TY  - ELEC", "ER  - ")


@LAW
@given(lines, lines)
@example("ER  -", "TY  - JOUR")
def test_every_title_and_abstract_is_read_back(title: str, abstract: str) -> None:
    (record,) = rispy.loads(write(made(title, abstract)))
    assert record.get("title", "") == title
    assert record.get("abstract", "") == abstract


def test_what_is_not_known_leaves_no_line() -> None:
    (record,) = rispy.loads(write(Citation("k", "Pool", "A Catalogue", AUTHORS)))
    assert not {"edition", "year", "date", "abstract", "urls"} & set(record)


def test_a_bibliography_holds_every_record() -> None:
    records = rispy.loads(write_all([made(), made("Other")]))
    assert [record["title"] for record in records] == ["Pool", "Other"]
