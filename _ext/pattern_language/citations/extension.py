"""What joins citations to Sphinx: the node of the view, and the tags in a page's head."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.osutil import relative_uri

from pattern_language.citations import plain, tags, view
from pattern_language.citations.address import from_root
from pattern_language.citations.edition import EditionError, read
from pattern_language.citations.entry import cite
from pattern_language.edition import Edition
from pattern_language.model import State
from pattern_language.words import STATE_WORDS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

    from pattern_language.citations.entry import Citation
    from pattern_language.domain import PatternDomain
    from pattern_language.model import Language, Pattern

PAGES: Final = frozenset({"html", "dirhtml"})
"""Builders that give a pattern a page of its own, with a head."""

_FILES: Final = (
    ("BibTeX", "patterns.bib"),
    ("CSL-JSON", "patterns.csl.json"),
    ("RIS", "patterns.ris"),
)
_OG_URL = re.compile(r'<meta property="og:url"[^>]*>\n?')


def setup(app: Sphinx) -> None:
    """Register the node and the handlers; called by the extension's own ``setup``."""
    app.add_node(view.CiteNode, html=(_visit, None), epub=(_visit_book, None))
    app.connect("builder-inited", edition_of)
    # Before extensions that take what is already there as given, and after them.
    app.connect("html-page-context", _describe, priority=400)
    app.connect("html-page-context", _withdraw, priority=900)


def edition_of(app: Sphinx) -> Edition:
    """Return the edition that the build is of.

    Without a citation file it has the project's title, author and release, and no date.

    Raises:
        ConfigError: The citation file is missing or does not say what citations need.
    """
    base_url = app.config.html_baseurl
    if not app.config.pattern_language_citation:
        url = base_url and base_url.rstrip("/") + "/"
        authors = (app.config.author,) if app.config.author != "unknown" else ()
        return Edition(app.config.project, authors, app.config.release, "", "", url)
    try:
        return read(Path(app.srcdir, app.config.pattern_language_citation), base_url)
    except EditionError as error:
        raise ConfigError(f"pattern_language_citation: {error}") from error


def citation_of(app: Sphinx, pattern: Pattern) -> Citation:
    """Return the citation of a pattern, with the address that the present builder gives it."""
    edition = edition_of(app)
    address = from_root(app.builder)
    url = edition.base_url and edition.base_url + address(pattern.docname, "")
    return cite(pattern, edition, url, app.config.language or "en")


def _language(app: Sphinx) -> Language:
    return cast("PatternDomain", app.env.get_domain("pattern")).language


def _visit(translator: HTML5Translator, node: nodes.Element) -> None:
    builder = translator.builder
    app = builder.app
    pattern = _language(app).patterns[node["pattern"]]
    here = from_root(builder)(pattern.docname, "")
    files = [(label, relative_uri(here, name)) for label, name in _FILES]
    translator.body.append(view.render(citation_of(app, pattern), files))
    raise nodes.SkipNode


def _visit_book(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write a paragraph: in a book nothing can be opened or copied."""
    app = translator.builder.app
    pattern = _language(app).patterns[node["pattern"]]
    text = plain.write(cite(pattern, edition_of(app)))
    translator.body.append(f'<p class="pattern-cite">Cite as: {escape(text)}</p>\n')
    raise nodes.SkipNode


def _describe(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add tags to the head of a pattern's page, and give other extensions what they show of it."""
    if app.builder.name not in PAGES or doctree is None:
        return
    # sphinxext-opengraph writes these values as they are, but for quotation marks.
    meta = {"og:title": escape(_text(context.get("title", "")))}
    language = _language(app)
    pattern = next((p for p in language.patterns.values() if p.docname == pagename), None)
    if pattern is not None:
        citation = citation_of(app, pattern)
        context["metatags"] += _head(citation, edition_of(app), language, pattern)
        meta |= {"og:description": escape(citation.abstract), "og:type": "article"}
    # The page's own metadata win; they belong to the environment and must not be changed.
    context["meta"] = meta | (context.get("meta") or {})


def _head(citation: Citation, edition: Edition, language: Language, pattern: Pattern) -> str:
    section = language.categories.get(pattern.category, pattern.category)
    status = STATE_WORDS[pattern.state] if pattern.state is State.IN_PROGRESS else ""
    names = tags.meta_tags(citation, edition)
    if citation.abstract:
        names.insert(0, ("description", citation.abstract))
    return tags.render(names, tags.linked_data(citation, edition, section, status))


def _withdraw(
    app: Sphinx,
    _pagename: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Take back ``og:url`` where nobody said where the site is: it would be no address."""
    if app.builder.name in PAGES and not app.config.html_baseurl:
        context["metatags"] = _OG_URL.sub("", context.get("metatags", ""))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def _text(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    parser.close()
    return parser.text
