"""The view and its node in sites that were really built."""

from __future__ import annotations

import json
from typing import Any

import pytest

CFF = """\
title: A Catalogue of Patterns
authors: [{name: The authors}]
version: "1.2"
date-released: "2026-11-22"
"""
CONF = """
pattern_language_citation = "CITATION.cff"
html_baseurl = "https://example.org/language"
epub_show_urls = "no"
version = release
"""
SENTENCE = "The authors. Alpha. In: A Catalogue of Patterns, version 1.2, 2026-11-22."


@pytest.fixture
def cited(sources: dict[str, str]) -> dict[str, str]:
    """Sources with a citation file."""
    return {**sources, "CITATION.cff": CFF}


@pytest.mark.parametrize(
    ("builder", "page", "url"),
    [
        ("html", "work/alpha.html", "work/alpha.html"),
        ("dirhtml", "work/alpha/index.html", "work/alpha/"),
        ("singlehtml", "index.html", "index.html#document-work/alpha"),
    ],
)
def test_a_page_for_a_browser_cites_its_own_address(
    site: Any, cited: dict[str, str], builder: str, page: str, url: str
) -> None:
    built = site.build(cited, builder=builder, conf=CONF)
    assert (built.error, built.warnings) == ("", "")
    html = built.text(page)
    assert f"{SENTENCE} https://example.org/language/{url}</pre>" in html
    assert html.count('<details class="pattern-cite"') == (4 if builder == "singlehtml" else 1)


@pytest.mark.parametrize(
    ("builder", "page"),
    [("text", "work/alpha.txt"), ("epub", "work/alpha.xhtml"), ("latex", "asmalllanguage.tex")],
)
def test_other_builders_write_the_sentence(
    site: Any, cited: dict[str, str], builder: str, page: str
) -> None:
    built = site.build(cited, builder=builder, conf=CONF)
    assert (built.error, built.warnings) == ("", "")
    text = " ".join(built.text(page).split())
    assert SENTENCE.removesuffix("2026-11-22.") in text
    assert "<details" not in text
    assert "citation_title" not in text


def test_without_a_citation_file_the_project_is_cited(site: Any, sources: dict[str, str]) -> None:
    built = site.build(sources)
    expected = "The authors. Alpha. In: A small language, version 1.2.</pre>"
    assert expected in built.text("work/alpha.html")
    edition = json.loads(built.text("patterns.json"))["edition"]
    assert edition == {"title": "A small language", "authors": ["The authors"], "version": "1.2"}


def test_the_links_of_a_page_lead_to_the_files_of_the_site(
    site: Any, cited: dict[str, str]
) -> None:
    built = site.build(cited, conf=CONF)
    page = built.outdir / "work" / "alpha.html"
    links = page.read_text("utf-8").split('class="pattern-cite-files"')[1].split("</p>")[0]
    found = [part.partition('"')[0] for part in links.split('href="')[1:]]
    assert [name.rpartition("/")[2] for name in found] == [
        "patterns.bib",
        "patterns.csl.json",
        "patterns.ris",
    ]
    assert all((page.parent / name).is_file() for name in found)


def test_a_new_edition_is_cited_by_pages_that_have_not_changed(
    site: Any, cited: dict[str, str]
) -> None:
    site.build(cited, conf=CONF)
    newer = CFF.replace('"1.2"', '"1.3"').replace("11-22", "12-01")
    built = site.build({**cited, "CITATION.cff": newer}, conf=CONF)
    html = built.text("work/beta.html")
    assert "version 1.3, 2026-12-01." in html
    assert '<meta name="citation_publication_date" content="2026/12/01" />' in html
