from __future__ import annotations

import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pattern_language.citations.authors import Author
from pattern_language.citations.entry import cite, one_line
from pattern_language.edition import Edition
from pattern_language.model import Pattern, Place, State

# How long a law takes on a busy machine says nothing about it.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

EDITION = Edition("A Catalogue of Patterns", ("The authors",), "1.0", "2026-11-22", "MIT")


def pattern(name: str = "Pool", intent: str = "Do\nit.") -> Pattern:
    return Pattern("pool", name, intent, "work", State.COMPLETE, (), "pool", Place("pool", 1))


def test_a_citation_is_made_of_pattern_and_edition() -> None:
    citation = cite(pattern(), EDITION, "https://example.org/pool.html", "en-GB")
    assert citation.key == "a-catalogue-pool"
    assert (citation.title, citation.container) == ("Pool", "A Catalogue of Patterns")
    assert citation.authors == (Author("The authors"),)
    assert (citation.version, citation.date) == ("1.0", "2026-11-22")
    assert (citation.url, citation.language) == ("https://example.org/pool.html", "en-GB")
    assert citation.abstract == "Do it."


def test_the_key_depends_on_the_id_and_not_on_the_name() -> None:
    assert cite(pattern("Renamed"), EDITION).key == cite(pattern(), EDITION).key


@LAW
@given(st.text())
def test_one_line_holds_no_line_end_no_control_and_no_surrogate(text: str) -> None:
    line = one_line(text)
    assert line.splitlines() in ([], [line])
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(char) for char in line}
    assert line == one_line(line) == line.strip()
    assert "  " not in line
