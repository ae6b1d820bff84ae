"""The live node: a block of code with what is known of it and the means to run it.

The block itself stays Sphinx's own node, as a child: Sphinx highlights and escapes it, and copy
buttons, captions and line numbers work as everywhere.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from sphinx_pyodide.main import PyodideNode

from doc_examples.live.blocks import IN_SESSION, RUNNABLE
from doc_examples.records import Kind

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

_LABELS = {
    Kind.DATA: "Data, parsed by the tests",
    Kind.HOST: "Run by CPython, outside the browser",
    Kind.PROSE: "Shown, not run",
}


class ExampleNode(PyodideNode):
    """A block of the catalogue in an HTML page.

    Attributes of the node: ``kind``; ``data`` (see ``blocks.py``; None where a reader cannot run
    the block); ``badge`` (state, text, detail; None for blocks without a result); ``recorded``
    (what it printed on the newest line) and ``recorded_on`` (its label); ``report`` (address of
    its row in the report, if there is one); ``editable``; ``label`` of blocks without buttons.
    """


def visit_example(self: HTML5Translator, node: ExampleNode) -> None:
    """Open the block and write its data; the code follows as a child."""
    kind = Kind(node["kind"])
    hidden = " hidden" if node.get("hidden") else ""
    self.body.append(f'<div class="example" data-kind="{kind.value}"{hidden}>\n')
    if kind is Kind.OUTPUT:
        self.body.append(f'<p class="example-label">{escape(node["label"])}</p>\n')
    if node["data"] is not None and kind in IN_SESSION:
        # Inside a script element only '<' could end it.
        data = json.dumps(node["data"]).replace("<", "\\u003c")
        self.body.append(f'<script type="application/json" class="example-data">{data}</script>\n')


def depart_example(self: HTML5Translator, node: ExampleNode) -> None:
    """Write what stands under the code, and close the block."""
    kind = Kind(node["kind"])
    if kind is Kind.OUTPUT:
        self.body.append("</div>\n")
        return
    self.body.append('<div class="example-bar">')
    if node["data"] is not None and kind in RUNNABLE:
        self.body.append(_buttons(node))
    elif label := node.get("label") or _LABELS.get(kind):
        self.body.append(f'<span class="example-label">{escape(label)}</span>')
    self.body.append(_badge(node))
    self.body.append("</div>\n")
    if node["recorded"]:
        self.body.append(_recorded(node))
    self.body.append("</div>\n")


def _buttons(node: ExampleNode) -> str:
    # Hidden until the page's script has found them: without it they would do nothing.
    name = escape(node["data"]["name"])
    edit = (
        f'<button type="button" class="example-edit" aria-label="Edit {name}" hidden>Edit</button>'
        if node["editable"]
        else ""
    )
    return (
        f'<button type="button" class="example-run" aria-label="Run {name}" hidden>Run</button>'
        f"{edit}"
        f'<button type="button" class="example-reset" aria-label="Reset {name}" hidden>Reset'
        "</button>"
    )


def _badge(node: ExampleNode) -> str:
    if node["badge"] is None:
        return ""
    state, text, detail = node["badge"]
    inner = f'<span class="example-state">{escape(text)}</span>'
    if detail:
        inner += f' <span class="example-detail">{escape(detail)}</span>'
    opened = f'class="example-badge" data-state="{state}"'
    if node["report"]:
        return f'<a {opened} href="{escape(node["report"])}">{inner}</a>'
    return f"<span {opened}>{inner}</span>"


def _recorded(node: ExampleNode) -> str:
    return (
        '<div class="example-recorded">'
        f'<p class="example-label">{escape(node["recorded_on"])}</p>'
        f"<pre>{escape(node['recorded'])}</pre></div>\n"
    )
