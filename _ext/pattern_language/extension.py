"""Registers the language with Sphinx."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pattern_language import exports, incremental, site
from pattern_language.citations import extension as citations
from pattern_language.directives import DIRECTIVES
from pattern_language.domain import PatternDomain
from pattern_language.model import Place
from pattern_language.nodes import LanguageView, RelatedPatterns
from pattern_language.resolve import ResolveLanguage
from pattern_language.transform import RecordPage
from pattern_language.warn import warn

if TYPE_CHECKING:
    from docutils import nodes
    from docutils.nodes import Element
    from sphinx.application import Sphinx
    from sphinx.domains import Domain


def setup(app: Sphinx) -> None:
    """Add configuration, domain, directives and what runs when pages are read and written."""
    app.add_config_value("pattern_language_categories", {}, "env", types=dict)
    app.add_config_value("pattern_language_ids", "", "env", types=str)
    app.add_config_value("pattern_language_citation", "", "", types=str)
    app.add_event("pattern-badge")
    app.add_node(LanguageView)
    app.add_node(RelatedPatterns)
    app.add_domain(PatternDomain)
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    app.add_transform(RecordPage)
    app.add_post_transform(ResolveLanguage)
    app.connect("doctree-read", _note_labels)
    app.connect("warn-missing-reference", _warn_missing)
    incremental.setup(app)
    site.setup(app)
    citations.setup(app)
    exports.setup(app)


def code_version() -> int:
    """Return a number that changes with the code: pages read by other code are read again."""
    package = Path(__file__).parent
    hashes = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        hashes.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return int.from_bytes(hashes.digest()[:4])


def _note_labels(app: Sphinx, _doctree: nodes.document) -> None:
    # After the standard domain has taken the labels that the author gave.
    domain = cast("PatternDomain", app.env.domains["pattern"])
    domain.note_labels(app.env.current_document.docname)


def _warn_missing(app: Sphinx, domain: Domain | None, node: Element) -> bool | None:
    """Report a reference to an unknown id under the language's own subtypes."""
    if domain is None or domain.name != PatternDomain.name:
        return None
    if not node.get("pattern_judged"):
        kind = node["reftype"]
        message = f"there is no {kind} {node['reftarget']!r}"
        warn(app.env, _place(node), f"unknown-{kind}", message)
    return True


def _place(node: Element) -> Place:
    return Place(cast("str", node["refdoc"]), node.line or 1)
