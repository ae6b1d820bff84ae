"""The roles for figures that were not measured here: each names its source.

``limit`` is for limits and definitions, ``quoted`` for figures that others published::

    {limit}`50 ms <long-tasks>`                a key of the bibliography
    {limit}`64 KiB <https://example.org/>`     an address
    {quoted}`1.1 kB </project/benchmarks>`     a page, from the root of the sources

The figure becomes a link to the source.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxRole

from bench_figures.place import true_line
from bench_figures.prose import SOURCED

if TYPE_CHECKING:
    from docutils.nodes import Node, system_message
    from sphinx.environment import BuildEnvironment

_FORM = re.compile(r"(?P<text>.*\S)\s*<(?P<source>[^<>]*)>", re.DOTALL)


class UnknownSourceError(LookupError):
    """A figure names no source, or one that is not there."""


class Work(NamedTuple):
    """A work of the bibliography that has an address."""

    title: str
    address: str


def split(text: str) -> tuple[str, str]:
    """Return the figure and the source of a role's text.

    Raises:
        UnknownSourceError: There is none.

    >>> split("50 ms <long-tasks>")
    ('50 ms', 'long-tasks')
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or not match["source"].strip():
        raise UnknownSourceError(
            f"{text!r} names no source; expected FIGURE <SOURCE>, the source being a key of the "
            "bibliography, an https address, or a page beginning with a slash"
        )
    return match["text"], match["source"].strip()


def works(env: BuildEnvironment) -> dict[str, Work | None]:
    """Return the works of the site's bibliography by key; None for those without an address."""
    domain = env.domains.get("cite")
    if domain is None:
        return {}
    found: dict[str, Work | None] = {}
    for key, entry in domain.data["bibdata"].data.entries.items():
        fields = entry.fields
        address = fields.get("url") or (
            f"https://doi.org/{fields['doi']}" if "doi" in fields else ""
        )
        title = re.sub(r"[{}]", "", fields.get("title", key))
        found[key] = Work(title, address) if address else None
    return found


class SourcedRole(SphinxRole):
    """A figure that links to its source."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        """Make the link; a source that is missing or unknown is an error at its line."""
        try:
            return [self._link(*split(self.text))], []
        except UnknownSourceError as error:
            line = true_line(self, self.text)
            message = self.inliner.reporter.error(f"{self.name}: {error}", line=line)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]

    def _link(self, figure: str, source: str) -> Node:
        classes = [SOURCED, f"{self.name}-figure"]
        if source.startswith("/"):
            return self._page(figure, source, classes)
        work = self._work(source)
        return nodes.reference(
            self.rawtext,
            figure,
            internal=False,
            refuri=work.address,
            reftitle=work.title,
            classes=classes,
        )

    def _work(self, source: str) -> Work:
        if urlsplit(source).scheme in {"http", "https"}:
            return Work(source, source)
        known = works(self.env)
        if source not in known:
            raise UnknownSourceError(
                f"no source {source!r} in the bibliography; known are "
                f"{', '.join(sorted(known)) or 'none'}"
            )
        work = known[source]
        if work is None:
            raise UnknownSourceError(
                f"the source {source!r} has neither url nor doi, so that no link can lead to it; "
                "add one, or quote the figure in words and cite the work"
            )
        return work

    def _page(self, figure: str, source: str, classes: list[str]) -> Node:
        docname = source.removeprefix("/")
        if docname not in self.env.found_docs:
            raise UnknownSourceError(f"no page {source!r}")
        link = addnodes.pending_xref(
            self.rawtext,
            nodes.inline("", figure),
            refdoc=self.env.current_document.docname,
            refdomain="std",
            reftype="doc",
            refexplicit=True,
            reftarget=source,
            refwarn=True,
            classes=classes,
        )
        self.set_source_info(link)
        return link
