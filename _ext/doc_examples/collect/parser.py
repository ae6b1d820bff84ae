"""MyST's parser, taught to keep the attribute lines of fences.

MyST keeps the identifier and the classes of an attribute line and drops every other key
without a word. The parser here puts all of them on the node, as ``example_attrs``. It also sees
to it that only line ends end lines; nothing else is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_parser.config.main import (
    MdParserConfig,
    TopmatterReadError,
    merge_file_level,
    read_topmatter,
)
from myst_parser.mdit_to_docutils import base
from myst_parser.mdit_to_docutils.base import make_document
from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from myst_parser.parsers.mdit import create_md_parser
from myst_parser.parsers.sphinx_ import MystParser
from myst_parser.warnings_ import MystWarnings, create_warning

from doc_examples.collect.marks import ATTRS, GENERATED
from doc_examples.collect.options import BY_NAME
from doc_examples.collect.rest_parser import LineParser
from doc_examples.lines import ANY_SEPARATOR, ANY_STAND_IN, hidden, shown

if TYPE_CHECKING:
    from docutils.parsers.rst import Directive
    from markdown_it.tree import SyntaxTreeNode


class ExampleRenderer(SphinxRenderer):
    """Renders fences as MyST does, then notes their attributes on the code block."""

    def render_fence(self, token: SyntaxTreeNode) -> None:
        """Render a fence of backticks or tildes."""
        parent = self.current_node
        before = len(parent.children)
        super().render_fence(token)
        self._note(token, parent.children[before:])

    def render_colon_fence(self, token: SyntaxTreeNode) -> None:
        """Render a fence of colons."""
        parent = self.current_node
        before = len(parent.children)
        super().render_colon_fence(token)
        self._note(token, parent.children[before:])

    def render_substitution(self, token: SyntaxTreeNode, inline: bool) -> None:
        """Render a substitution; a block in it stands in the configuration, not on the page."""
        parent = self.current_node
        before = len(parent.children)
        super().render_substitution(token, inline)
        for node in parent.children[before:]:
            for block in node.findall(nodes.literal_block):
                block[GENERATED] = True
                block.line = token.map[0] + 1 if token.map else block.line

    def render_restructuredtext(self, token: SyntaxTreeNode) -> None:
        """Render the content of ``{eval-rst}``, with the lines that an editor shows."""
        if not ANY_SEPARATOR.search(token.content):
            super().render_restructuredtext(token)
            return
        inner = make_document()
        inner["source"] = self.document["source"]
        inner.settings, inner.reporter = self.document.settings, self.reporter
        above = "\n" * (token.map[0] + 1 if token.map else 0)
        LineParser().parse(above + token.content, inner)
        for node in inner:
            if isinstance(node, nodes.Element) and node["names"]:
                self.document.note_explicit_target(node, node)
        self.current_node.extend(inner.children)

    def run_directive(
        self,
        name: str,
        first_line: str,
        content: str,
        position: int,
        additional_options: dict[str, str] | None = None,
        **rest: Any,
    ) -> list[nodes.Element]:
        """Run a directive on the lines that an editor shows.

        MyST splits what stands in a directive by ``str.splitlines``. While it does so, other
        characters stand in place of those that it would split at.
        """
        run = super().run_directive
        if not ANY_SEPARATOR.search(content) or ANY_STAND_IN.search(content):
            return run(name, first_line, content, position, additional_options, **rest)
        names = vars(base)
        split = names["parse_directive_text"]

        def parse(kind: type[Directive], first: str, text: str, **how: Any) -> Any:
            names["parse_directive_text"] = split
            parsed = split(kind, first, hidden(text), **how)
            parsed.body[:] = [shown(line) for line in parsed.body]
            for key, value in parsed.options.items():
                if isinstance(value, str):
                    parsed.options[key] = shown(value)
            return parsed

        names["parse_directive_text"] = parse
        try:
            return run(name, first_line, content, position, additional_options, **rest)
        finally:
            names["parse_directive_text"] = split

    def _note(self, token: SyntaxTreeNode, made: list[nodes.Node]) -> None:
        attrs = {key: str(value) for key, value in token.attrs.items()}
        # Attributes that begin with "on" count as event handlers and are set aside.
        attrs |= {k: str(v) for k, v in (token.meta.get("insecure_attrs") or {}).items()}
        if not attrs:
            return
        blocks = [block for node in made for block in node.findall(nodes.literal_block)]
        plain = not token.info.strip().startswith("{")
        code = plain or _shows_code(token.info)
        if code and len(blocks) == 1:
            # What the directive's own options say is written nearer to the code, and wins.
            blocks[0][ATTRS] = {**attrs, **blocks[0].get(ATTRS, {})}
        elif lost := sorted((BY_NAME.keys() - {"name"}) & attrs.keys()):
            line = token.map[0] if token.map else None
            create_warning(
                self.document,
                f"the attribute line gives {', '.join(lost)} to {token.info.strip()!r}, "
                "which is no block of code: put it above the block itself",
                MystWarnings.INVALID_ATTRIBUTE,
                line=line,
                append_to=self.current_node,
            )


def _shows_code(info: str) -> bool:
    name = info.strip().split(maxsplit=1)[0].strip("{}")
    return name in {"code", "code-block", "sourcecode", "literalinclude", "pyodide"}


class ExampleParser(MystParser):
    """MyST's parser with :class:`ExampleRenderer`."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a page into the document.

        The steps are those of ``MystParser.parse``, which names its renderer itself.
        """
        config: MdParserConfig = document.settings.env.myst_config
        try:
            topmatter = read_topmatter(inputstring)
        except TopmatterReadError:
            topmatter = None  # reported when it is rendered
        if topmatter:

            def warn(wtype: MystWarnings, message: str) -> None:
                create_warning(document, message, wtype, line=1, append_to=document)

            config = merge_file_level(config, topmatter, warn)
        parser = create_md_parser(config, ExampleRenderer)
        parser.options["document"] = document
        parser.render(inputstring)
