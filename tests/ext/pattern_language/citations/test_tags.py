"""The pure tags, and those of a site that was really built.

What Zotero makes of them follows its translators 'Embedded Metadata' and 'RDF': ``DC.type`` decides
the kind of item before the guess that ``citation_title`` means a journal article; the tags of
:data:`ZOTERO` fill its fields; a ``citation_author`` with a comma is 'family, given'.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pattern_language.citations.authors import Author
from pattern_language.citations.entry import Citation
from pattern_language.citations.tags import linked_data, meta_tags, render, script_json
from pattern_language.edition import Edition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# How long a law takes on a busy machine says nothing about it.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

BASE = "https://example.org/language/"
URL = f"{BASE}work/alpha.html"
EDITION = Edition("A Catalogue", ("The authors",), "1.0", "2026-11-22", "CC-BY-4.0", BASE)
CITATION = Citation(
    "c-pool", "Pool", "A Catalogue", (Author("The authors"),), "1.0", "2026-11-22", URL, "Does it."
)
ZOTERO = {
    "citation_title": "title",
    "citation_publication_date": "date",
    "citation_inbook_title": "websiteTitle",
    "citation_language": "language",
    "citation_abstract": "abstractNote",
    "citation_public_url": "url",
}
CFF = """\
cff-version: 1.2.0
message: Please cite.
title: "Patterns & <Forces>: A Catalogue"
authors:
  - name: The small authors
  - family-names: Hopper
    given-names: Grace
version: "1.2"
date-released: "2026-11-22"
license: CC-BY-4.0
"""


class Head(HTMLParser):
    """The tags of a page, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: list[tuple[str, str]] = []
        self.links: dict[str, str] = {}
        self.scripts: list[str] = []
        self._in_data = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "meta" and (name := found.get("name") or found.get("property")):
            self.meta.append((name, found.get("content", "")))
        if tag == "link":
            self.links[found.get("rel", "")] = found.get("href", "")
        self._in_data = found.get("type") == "application/ld+json"
        if self._in_data:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.scripts[-1] += data

    def all(self, name: str) -> list[str]:
        return [content for found, content in self.meta if found == name]

    def one(self, name: str) -> str:
        (content,) = self.all(name)
        return content


def test_the_item_that_zotero_makes_is_a_web_page_with_all_its_fields() -> None:
    tags = dict(meta_tags(CITATION, EDITION))
    assert tags["DC.type"] == "webpage"
    assert {field: tags[name] for name, field in ZOTERO.items()} == {
        "title": "Pool",
        "date": "2026/11/22",
        "websiteTitle": "A Catalogue",
        "language": "en",
        "abstractNote": "Does it.",
        "url": URL,
    }


def test_no_reader_can_split_a_corporate_author() -> None:
    tags = meta_tags(CITATION, EDITION)
    assert ("citation_author", "The authors,") in tags
    assert ("DC.creator", "The authors") in tags


def test_without_a_published_address_no_tag_and_no_data_name_one() -> None:
    edition = Edition("A Catalogue", ("The authors",), "1.0", "2026-11-22", "MIT")
    citation = Citation("c-pool", "Pool", "A Catalogue", (Author("The authors"),))
    names = [name for name, _ in meta_tags(citation, edition)]
    assert not [name for name in names if "url" in name]
    assert not {"@id", "url"} & set(linked_data(citation, edition))


@LAW
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_no_content_leaves_its_attribute_or_its_script(text: str) -> None:
    citation = Citation("k", text, text, (Author(text),), text, "2026-11-22", "", text)
    tags = meta_tags(citation, EDITION)
    head = Head(render(tags, linked_data(citation, EDITION)))
    assert head.meta == tags
    (data,) = head.scripts
    assert json.loads(data) == linked_data(citation, EDITION)


@LAW
@given(st.text())
def test_script_json_is_json_without_markup(text: str) -> None:
    written = script_json({"text": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"text": text}


def test_an_expression_of_licences_is_given_as_text() -> None:
    edition = Edition("A Catalogue", (), "1.0", "2026-11-22", "MIT OR Apache-2.0")
    assert linked_data(CITATION, edition)["license"] == "MIT OR Apache-2.0"


# On a built site.

CONF = """
language = "en"
pattern_language_citation = "CITATION.cff"
extensions += ["sphinxext.opengraph"]
ogp_social_cards = {"enable": False}
"""


@pytest.fixture
def tagged(sources: dict[str, str], page: Callable[..., str]) -> dict[str, str]:
    """Sources with a citation file, and a name that has to be escaped."""
    escaped = page("Salt & \\<Pepper>", id="alpha").replace("Do the", 'Do "the" \\</script> &')
    return {**sources, "CITATION.cff": CFF, "work/alpha.md": escaped}


@pytest.fixture
def head(site: Any, tagged: Mapping[str, str]) -> Callable[..., Head]:
    """Builds the site and reads the head of one of its pages."""

    def build(path: str = "work/alpha.html", builder: str = "html", base: str = BASE) -> Head:
        conf = CONF + f"html_baseurl = {base!r}\nogp_site_url = {base!r}\n"
        built = site.build(tagged, builder=builder, conf=conf)
        assert built.error == ""
        assert built.warnings == ""
        return Head(built.text(path))

    return build


INTENT = 'Do "the" </script> & Salt & <Pepper> thing.'


def test_the_tags_of_a_page_are_those_that_reference_managers_read(
    head: Callable[..., Head],
) -> None:
    found = head()
    assert found.one("citation_title") == "Salt & <Pepper>"
    assert found.all("citation_author") == ["The small authors,", "Hopper, Grace"]
    assert found.one("citation_publication_date") == "2026/11/22"
    assert found.one("citation_inbook_title") == "Patterns & <Forces>: A Catalogue"
    assert found.one("citation_language") == "en"
    assert found.one("citation_abstract") == INTENT
    assert found.one("citation_public_url") == URL
    assert found.one("citation_fulltext_html_url") == URL
    assert found.one("DC.type") == "webpage"
    assert found.all("DC.creator") == ["The small authors", "Grace Hopper"]
    assert found.one("DC.date") == "2026-11-22"
    assert found.one("DC.rights") == "CC-BY-4.0"
    assert found.one("description") == INTENT
    assert found.links["canonical"] == URL
    assert found.links["schema.DC"] == "http://purl.org/dc/elements/1.1/"


def test_open_graph_tells_an_article_with_the_pattern_s_name_and_intent(
    head: Callable[..., Head],
) -> None:
    found = head()
    assert found.one("og:title") == "Salt & <Pepper>"
    assert found.one("og:type") == "article"
    assert found.one("og:description") == INTENT
    assert found.one("og:url") == URL


def test_the_linked_data_of_a_page_describe_an_article_of_the_catalogue(
    head: Callable[..., Head],
) -> None:
    (script,) = head().scripts
    data = json.loads(script)
    authors = [
        {"@type": "Organization", "name": "The small authors"},
        {"@type": "Person", "name": "Grace Hopper"},
    ]
    shared: dict[str, object] = {
        "author": authors,
        "datePublished": "2026-11-22",
        "version": "1.2",
        "license": "https://spdx.org/licenses/CC-BY-4.0.html",
        "inLanguage": "en",
    }
    assert data == {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "@id": URL,
        "identifier": "patterns-forces-alpha",
        "headline": "Salt & <Pepper>",
        "name": "Salt & <Pepper>",
        "abstract": INTENT,
        "articleSection": "Work",
        "url": URL,
        **shared,
        "isPartOf": {
            "@type": "Collection",
            "name": "Patterns & <Forces>: A Catalogue",
            "url": BASE,
            **shared,
        },
    }


def test_addresses_are_those_of_the_builder(head: Callable[..., Head]) -> None:
    found = head("work/alpha/index.html", "dirhtml")
    assert found.one("citation_public_url") == f"{BASE}work/alpha/"


def test_without_a_base_no_tag_of_any_page_holds_an_address(head: Callable[..., Head]) -> None:
    found = head(base="")
    assert found.one("citation_title") == "Salt & <Pepper>"
    assert not [name for name, _ in found.meta if re.search("url", name)]
    assert "http" not in json.loads(found.scripts[0])["isPartOf"].get("url", "")
    assert "canonical" not in found.links


def test_other_pages_are_no_citable_article(head: Callable[..., Head]) -> None:
    found = head("forces.html")
    assert not [name for name, _ in found.meta if name.startswith(("citation_", "DC."))]
    assert found.scripts == []
    assert found.one("og:type") == "website"


def test_a_page_s_own_metadata_win(head: Callable[..., Head], tagged: dict[str, str]) -> None:
    tagged["work/alpha.md"] = '---\n"og:title": Mine\n---\n' + tagged["work/alpha.md"]
    assert head().one("og:title") == "Mine"


def test_a_citation_file_that_does_not_exist_stops_the_build(
    site: Any, sources: dict[str, str]
) -> None:
    with pytest.raises(Exception, match=r"pattern_language_citation: .*expected a file") as caught:
        site.build(sources, conf='pattern_language_citation = "CITATION.cff"\n')
    assert type(caught.value).__name__ == "ConfigError"
