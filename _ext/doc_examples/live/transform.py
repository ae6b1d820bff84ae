"""Puts a live node around every example when an HTML page is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from doc_examples.collect.marks import ATTRS, ID
from doc_examples.judge import covers, same_output
from doc_examples.live.badges import badge
from doc_examples.live.blocks import IN_SESSION, block_data
from doc_examples.live.directives import EDITABLE, OUTPUT
from doc_examples.live.node import ExampleNode
from doc_examples.live.report import report_address
from doc_examples.live.site import site_of
from doc_examples.live.standing import State
from doc_examples.records import Kind

if TYPE_CHECKING:
    from doc_examples.live.site import Site
    from doc_examples.live.standing import Standing
    from doc_examples.records import Example

HTML_BUILDERS = ("html", "dirhtml", "singlehtml")
"""The builders whose pages run a script; an EPUB is HTML, too, and does not."""


class LiveExamples(SphinxPostTransform):
    """Wraps the blocks of a page; every other builder shows them as they are."""

    default_priority = 400
    builders = HTML_BUILDERS

    def run(self, **kwargs: Any) -> None:
        """Replace each block by a live node that holds it."""
        del kwargs
        site = site_of(self.app)
        examples = [node for node in self.document.findall(nodes.Element) if ID in node]
        for node in examples:
            example = site.by_id.get(node[ID])
            if example is not None:
                node.replace_self(_Live(self, site, example, node).build())


class _Live:
    """One live node under construction."""

    def __init__(
        self, transform: LiveExamples, site: Site, example: Example, block: nodes.Element
    ) -> None:
        self._transform = transform
        self._site = site
        self._example = example
        self._block = block

    def build(self) -> ExampleNode:
        example, standings = self._example, self._site.standings(self._example)
        block = self._block.deepcopy()
        hidden = isinstance(block, nodes.comment)
        if hidden:
            block = nodes.literal_block(example.code, example.code, language=example.language)
        live = ExampleNode("", block)
        live["hidden"] = hidden
        live.source, live.line = self._block.source, self._block.line
        runs_here = bool(self._site.runtimes) and example.kind in IN_SESSION
        timeout = float(self._transform.config.doc_examples_timeout)
        live["kind"] = example.kind.value
        live["data"] = None
        if runs_here:
            session = self._site.sessions[example.session_key]
            live["data"] = block_data(example, session, self._site.lines, timeout)
        live["editable"] = self._block.get(EDITABLE, True) and example.kind is not Kind.FILE
        live["badge"] = None
        if standings:
            shown = badge(standings)
            live["badge"] = (shown.state.value, shown.text, shown.detail)
        live["report"] = report_address(self._transform.app, example)
        newest = standings[-1] if standings else None
        live["recorded"] = self._recorded(newest)
        live["recorded_on"] = f"Output on Pyodide {newest.version}" if newest else ""
        if not live["recorded"] and self._block.get(OUTPUT):
            live["recorded"] = self._block[OUTPUT]
            live["recorded_on"] = "Output as the author gives it, not verified"
        if example.kind is Kind.FILE:
            live["label"] = f"{example.options.file}, written before the blocks that follow"
        if example.kind is Kind.OUTPUT:
            live["label"] = self._output_label()
        return live

    def _recorded(self, newest: Standing | None) -> str:
        """Return what the block printed, unless an output fence below shows just that."""
        if newest is None or newest.state not in {State.PASSED, State.FAILED}:
            return ""
        fences = [e for e in self._example.expected if covers(e.lines, newest.line)]
        if any(not e.ellipsis and same_output(e, newest.stdout) for e in fences):
            return ""
        return newest.stdout

    def _output_label(self) -> str:
        given: dict[str, str] = self._block.get(ATTRS) or {}
        lines = given.get("lines")
        return f"Output on Pyodide {lines}" if lines else "Output"
