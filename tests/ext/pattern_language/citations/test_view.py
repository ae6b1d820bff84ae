from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from docutils import nodes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pattern_language.citations.authors import Author
from pattern_language.citations.entry import Citation
from pattern_language.citations.formats import FORMATS
from pattern_language.citations.view import CiteNode, cite, render
from pattern_language.context import Context
from pattern_language.edition import Edition
from pattern_language.model import Language, Page, Pattern, Place, State

if TYPE_CHECKING:
    from collections.abc import Sequence

# How long a law takes on a busy machine says nothing about it.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

EDITION = Edition("A Catalogue", ("The authors",), "1.0", "2026-11-22", "MIT")
POOL = Pattern("pool", "Pool", "Does it.", "work", State.COMPLETE, (), "pool", Place("pool", 1))
LANGUAGE = Language.of([Page("pool", (POOL,))])


class Texts(HTMLParser):
    """What stands in each ``pre``, and the elements that are open at the end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        del attrs
        self.open.append(tag)
        if tag == "pre":
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "pre":
            self.texts[-1] += data


def context(subject: str, *, is_html: bool) -> Context:
    return Context(LANGUAGE, EDITION, "pool", lambda page, _: page, is_html, subject)


def test_a_browser_s_page_gets_the_node_of_its_pattern() -> None:
    (node,) = cite(context("pool", is_html=True))
    assert isinstance(node, CiteNode)
    assert node["pattern"] == "pool"


def test_other_builders_get_a_sentence() -> None:
    (node,) = cite(context("pool", is_html=False))
    assert isinstance(node, nodes.paragraph)
    expected = "Cite this pattern: The authors. Pool. In: A Catalogue, version 1.0, 2026-11-22."
    assert node.astext() == expected


def test_a_force_is_not_cited() -> None:
    assert cite(context("speed-and-memory", is_html=True)) == []


@LAW
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_the_page_shows_each_format_as_it_is_written(text: str) -> None:
    citation = Citation("k", text, text, (Author(text),), "1.0", "2026-11-22", "", text)
    # The parser gives CR LF as the file has it; a browser gives LF.
    found = [shown.replace("\r\n", "\n") for shown in Texts(render(citation)).texts]
    assert found == [one.write(citation).replace("\r\n", "\n") for one in FORMATS]


def test_the_element_closes_all_that_it_opens_and_links_the_files() -> None:
    citation = Citation("k", "Pool", "A Catalogue", (Author("x"),))
    html = render(citation, [("BibTeX", "../patterns.bib")])
    assert Texts(html).open == []
    assert '<a href="../patterns.bib" download>BibTeX</a>' in html
    assert "http" not in html
