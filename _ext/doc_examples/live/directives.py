"""The directives of sphinx-pyodide, with its options and without its faults.

``{pyodide}`` makes an ordinary block of Python that is collected, tested and shown like every
other. What upstream does is not done: no code runs while the pages are read, no script of
another host is loaded, and equal blocks do not share an identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

import sphinx_pyodide.main as upstream
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from doc_examples.collect.marks import ATTRS, TRIM
from doc_examples.collect.options import BY_NAME, Accepting
from doc_examples.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx


EDITABLE = "example_editable"
"""On a node: whether a reader may edit the block; where it is absent, he may."""

OUTPUT = "example_author_output"
"""On a node: what the author says that the block prints."""


class PyodideDirective(SphinxDirective):
    """A block of Python in a session of its own: ``{pyodide}``.

    Options of upstream: ``editable`` (without it the block can be run but not edited),
    ``packages`` (names, by commas), ``setup-code`` (stands before the block and is shown: a
    reader sees all that runs), ``output`` (what the block prints, or the name of a
    ``{pyodide-output}`` that says it; shown as long as no verified run has recorded it),
    ``show-errors`` (accepted: errors are always shown). The options of other blocks hold as well.
    """

    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = Accepting(
        {**dict.fromkeys(BY_NAME, str), **upstream.PyodideDirective.option_spec}
    )

    def run(self) -> list[nodes.Node]:
        """Make the block, and a second one for the output that it shall have."""
        given = dict(self.options)
        setup = given.pop("setup-code", "").strip("\n")
        output = given.pop("output", "")
        editable = "editable" in given
        for flag in ("editable", "show-errors"):
            given.pop(flag, None)
        session = f"pyodide-{self.env.new_serialno('pyodide')}"
        lines = [*split_lines(setup), *self.content]
        text = "\n".join(lines)
        attrs = {"session": session, **{key: value or "" for key, value in given.items()}}
        attrs = {key: value for key, value in attrs.items() if value or key != "packages"}
        if wheels := [word for word in attrs.get("packages", "").split(",") if ".whl" in word]:
            raise self.error(
                f"'packages' names the wheel {wheels[0].strip()!r}: wheels of your own belong into "
                "'doc_examples_wheels' of conf.py, and are installed in every session"
            )
        block = nodes.literal_block(text, text, language="python")
        block.source, block.line = self.get_source_info()
        block[ATTRS] = attrs
        block[EDITABLE] = editable
        if setup:
            block[TRIM] = (len(split_lines(setup)), 0)
        if output:
            named = cast("dict[str, str]", vars(self.env).get("pyodide_outputs", {}))
            block[OUTPUT] = named.get(output, output)
        return [block]


class PyodideOutputDirective(SphinxDirective):
    """``{pyodide-output} NAME``: an output that ``{pyodide}`` blocks below refer to."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Remember the output; nothing is shown here."""
        outputs = vars(self.env).setdefault("pyodide_outputs", {})
        outputs[self.arguments[0]] = "\n".join(self.content)
        return []


def replace_upstream(app: Sphinx) -> None:
    """Register the directives, and silence sphinx-pyodide where a project loads it itself."""
    app.add_directive("pyodide", PyodideDirective, override=True)
    app.add_directive("pyodide-output", PyodideOutputDirective, override=True)
    theirs = {upstream.add_assets, upstream.copy_static_assets, upstream.copy_asset_files}
    for listeners in app.events.listeners.values():
        listeners[:] = [listener for listener in listeners if listener.handler not in theirs]
