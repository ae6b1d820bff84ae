"""What the head of a pattern's page says to reference managers and search engines.

Three readers, three vocabularies:

- Highwire Press tags (``citation_*``), which Google Scholar's 'Inclusion Guidelines for Webmasters'
  name first and which Zotero's translator 'Embedded Metadata' reads.
- Dublin Core. Zotero takes a page with ``citation_title`` for a journal article unless something
  says otherwise, and its RDF translator lets ``DC.type`` say so.
- schema.org in JSON-LD, for search engines.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pattern_language.citations.authors import Author
    from pattern_language.citations.csl import Json
    from pattern_language.citations.entry import Citation
    from pattern_language.edition import Edition


def meta_tags(citation: Citation, edition: Edition) -> list[tuple[str, str]]:
    """Name and content of each tag, in order; what is not known is left out."""
    pairs = [
        ("citation_title", citation.title),
        *(("citation_author", author.inverted) for author in citation.authors),
        ("citation_publication_date", citation.date.replace("-", "/")),
        ("citation_inbook_title", citation.container),
        ("citation_language", citation.language),
        ("citation_abstract", citation.abstract),
        ("citation_public_url", citation.url),
        ("citation_fulltext_html_url", citation.url),
        ("DC.type", "webpage"),
        ("DC.title", citation.title),
        *(("DC.creator", author.name) for author in citation.authors),
        ("DC.date", citation.date),
        ("DC.language", citation.language),
        ("DC.rights", edition.license),
        ("DC.identifier", citation.url or citation.key),
    ]
    return [(name, content) for name, content in pairs if content]


def linked_data(
    citation: Citation, edition: Edition, section: str = "", status: str = ""
) -> dict[str, Json]:
    """Describe the page in schema.org's terms.

    Args:
        citation: The citation of its pattern.
        edition: The edition.
        section: Title of the pattern's category.
        status: How far the pattern has come, in words; empty for a complete one.

    Returns:
        A ``TechArticle`` that is part of a ``Collection``.
    """
    shared: dict[str, Json] = {
        "author": [_agent(author) for author in citation.authors],
        "datePublished": citation.date,
        "version": citation.version,
        "license": edition.license and f"https://spdx.org/licenses/{edition.license}.html",
        "inLanguage": citation.language,
    }
    if " " in edition.license:
        # An expression of several licences has no address.
        shared["license"] = edition.license
    whole = {"@type": "Collection", "name": citation.container, "url": edition.base_url, **shared}
    article: dict[str, Json] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "@id": citation.url,
        "identifier": citation.key,
        "headline": citation.title,
        "name": citation.title,
        "abstract": citation.abstract,
        "articleSection": section,
        "creativeWorkStatus": status,
        "url": citation.url,
        **shared,
        "isPartOf": _known(whole),
    }
    return _known(article)


def render(tags: Iterable[tuple[str, str]], data: dict[str, Json]) -> str:
    """Write tags and linked data as HTML for the head of a page, ending in a line end."""
    lines = [
        '<link rel="schema.DC" href="http://purl.org/dc/elements/1.1/" />',
        *(f'<meta name="{name}" content="{escape(content)}" />' for name, content in tags),
        f'<script type="application/ld+json">{script_json(data)}</script>',
    ]
    return "\n".join(lines) + "\n"


def script_json(data: Json) -> str:
    r"""Write JSON that may stand in a script element: nothing in it can end or open one.

    >>> script_json({"abstract": "</script><!--"})
    '{"abstract": "\\u003c/script\\u003e\\u003c!--"}'
    """
    text = json.dumps(data, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _agent(author: Author) -> Json:
    return {"@type": "Organization" if author.is_corporate else "Person", "name": author.name}


def _known(fields: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value}
