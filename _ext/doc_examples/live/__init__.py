"""The reader's page: blocks that run where they are read, with the result of their tests.

Only HTML pages get it; other builders show plain code. Nothing here runs an example.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

from doc_examples.live.badges import page_badge
from doc_examples.live.directives import replace_upstream
from doc_examples.live.node import ExampleNode, depart_example, visit_example
from doc_examples.live.publish import publish, redirect
from doc_examples.live.report import (
    ReportDirective,
    WriteReport,
    report_address,
    report_pages,
)
from doc_examples.live.site import open_site, site_of
from doc_examples.live.transform import HTML_BUILDERS, LiveExamples

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from doc_examples.live.badges import Badge

logger = logging.getLogger(__name__)

_SHOWN = ".doc_examples.json"
"""Beside the pages: what each of them shows about its examples."""


def setup(app: Sphinx) -> None:
    """Register nodes, transforms, directives and the files of the site."""
    app.add_config_value("doc_examples_results", "_build/results", "", types=str)
    app.add_config_value("doc_examples_site_lines", ["all"], "", types=(list, tuple))
    app.add_node(ExampleNode, html=(visit_example, depart_example))
    app.add_post_transform(LiveExamples)
    app.add_post_transform(WriteReport)
    app.add_directive("verification-report", ReportDirective)
    app.connect("config-inited", _late, priority=950)
    app.connect("builder-inited", open_site)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    app.connect("env-get-updated", _outdated)
    app.connect("html-page-context", _add_files)
    # After the themes, which make the navigation in the same event.
    app.connect("html-page-context", _level_captions, priority=900)
    app.connect("build-finished", _finish)


def badge_of_page(app: Sphinx, docname: str, seen_from: str) -> tuple[Badge, str] | None:
    """Return what is known of a page's examples, for other extensions to show.

    Args:
        app: The application, once its pages have been read.
        docname: The page whose examples are meant.
        seen_from: The page that shows it.

    Returns:
        A badge and the address of the page's first row in the report, relative to ``seen_from``
        and empty without a report; None for a page without examples.
    """
    if app.builder.name not in HTML_BUILDERS:
        return None
    site = site_of(app)
    examples = [example for example in site.plan.items() if example.docname == docname]
    if not examples:
        return None
    shown = page_badge([site.standings(example) for example in examples])
    return shown, report_address(app, examples[0], seen_from)


def _late(app: Sphinx, _config: Config) -> None:
    replace_upstream(app)


def _forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    vars(env).get("doc_examples_reports", set()).discard(docname)


def _merge(
    _app: Sphinx, env: BuildEnvironment, _docnames: Iterable[str], other: BuildEnvironment
) -> None:
    found = vars(other).get("doc_examples_reports", set())
    vars(env).setdefault("doc_examples_reports", set()).update(found)


def _outdated(app: Sphinx, _env: BuildEnvironment) -> list[str]:
    """Pages whose results have changed since they were written."""
    if app.builder.name not in HTML_BUILDERS:
        return []
    shown = _read_shown(app)
    return [name for name, value in _fingerprints(app).items() if shown.get(name) != value]


def _fingerprints(app: Sphinx) -> dict[str, str]:
    site = site_of(app)
    pages = dict.fromkeys(example.docname for example in site.plan.examples)
    found = {docname: site.fingerprint(docname) for docname in pages}
    return found | {docname: site.fingerprint() for docname in report_pages(app)}


def _read_shown(app: Sphinx) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((Path(app.outdir) / _SHOWN).read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def _add_files(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    del context
    if doctree is None or app.builder.name not in HTML_BUILDERS:
        return
    if pagename in report_pages(app) or next(doctree.findall(ExampleNode), None) is not None:
        app.add_css_file("doc_examples/live.css")
        app.add_js_file("doc_examples/live.mjs", type="module")


def _level_captions(
    _app: Sphinx,
    _pagename: str,
    _template: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Complete the captions of tables of contents, which Sphinx makes headings of no level.

    Axe-core counts that as critical (aria-required-attr).
    """
    for name, value in context.items():
        if isinstance(value, str) and '<p class="caption" role="heading">' in value:
            context[name] = value.replace(' role="heading">', ' role="heading" aria-level="2">')


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name not in HTML_BUILDERS:
        return
    outdir = Path(app.outdir)
    publish(site_of(app), outdir)
    root = app.config.root_doc
    if root != "index":
        redirect(outdir, app.builder.get_target_uri(root))
    partial = outdir / f"{_SHOWN}.{os.getpid()}"
    partial.write_text(json.dumps(_fingerprints(app), indent=1, sort_keys=True), "utf-8")
    partial.replace(outdir / _SHOWN)
