"""The directives that show code, taught the options of examples.

Whatever class is registered for ``code-block``, ``code``, ``sourcecode`` and ``literalinclude``
is subclassed, so that another extension's version keeps its behaviour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.parsers.rst.directives.body import ParsedLiteral
from docutils.parsers.rst.directives.misc import Include
from docutils.statemachine import StringList
from sphinx.directives.code import LiteralInclude, LiteralIncludeReader
from sphinx.util.docutils import SphinxDirective

from doc_examples.collect.marks import ATTRS, DIRECTIVE, HINT, LINES, MARKED_UP, TRIM
from doc_examples.collect.options import BY_NAME, Accepting
from doc_examples.lines import ANY_SEPARATOR, ANY_STAND_IN, hidden, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinx.application import Sphinx

SHOWING = ("code-block", "sourcecode", "code", "literalinclude")

RENAMED: Mapping[str, str] = {"on-lines": "lines"}
"""Where ``literalinclude`` has an option of the same name: what an example's is called there."""


class _Noting(SphinxDirective):
    """Moves the options of examples from the directive to the node that it makes."""

    taken: ClassVar[Mapping[str, str]]
    """The directive's option names, and the options of examples that they stand for."""

    def run(self) -> list[nodes.Node]:
        """Let the directive do its work, then note the options on its block of code."""
        given = {
            option: self.options[name] or ""
            for name, option in self.taken.items()
            if name in self.options
        }
        for name in self.taken:
            if name != "name":
                self.options.pop(name, None)
        for name in self.options.keys() - dict(self.option_spec or {}).keys():
            given[name] = self.options.pop(name) or ""
        given_options = dict(self.options)
        made = list(super().run())
        for node in made:
            for block in node.findall(nodes.literal_block):
                if given:
                    block[ATTRS] = given
                if isinstance(self, LiteralInclude):
                    self._note_origin(block, given_options)
        return made

    def _note_origin(self, block: nodes.literal_block, options: dict[str, Any]) -> None:
        # The number that the parser counts includes lines of 'rst_prolog'.
        block[DIRECTIVE] = self.get_source_info()[1]
        block[TRIM] = (int("prepend" in options), int("append" in options))
        if "diff" in options:
            return
        try:
            _, filename = self.env.relfn2path(self.arguments[0])
            numbers = _Tracing(filename, options, self.config).numbers()
        except (OSError, ValueError):
            return  # the directive has reported it
        if numbers:
            block[HINT] = numbers[0]
            block[LINES] = numbers


class _Numbered(str):
    """A line of a file that knows its number."""

    __slots__ = ("number",)
    number: int


class _Tracing(LiteralIncludeReader):
    """Finds the lines that a ``literalinclude`` takes from its file."""

    def numbers(self) -> list[int]:
        """Return their numbers, as an editor counts, in the order in which they are shown."""
        lines: list[str] = []
        number = 1
        # The file is torn as the directive tears it: its options count such lines.
        for line in self.read_file(self.filename):
            numbered = _Numbered(line)
            numbered.number = number
            lines.append(numbered)
            number += line.endswith(("\n", "\r"))
        for keep in (self.pyobject_filter, self.start_filter, self.end_filter, self.lines_filter):
            lines = keep(lines)
        return list(dict.fromkeys(line.number for line in lines if isinstance(line, _Numbered)))


class _Marked(Directive):
    """Notes that a text is markup, and where it stands."""

    def run(self) -> list[nodes.Node]:
        """Let the directive do its work."""
        made = list(super().run())
        for node in made:
            if isinstance(node, nodes.literal_block):
                node[MARKED_UP] = True
                node.line = None
        return made


class _Including(Include):
    """Keeps docutils from tearing the lines of a text that it includes."""

    def insert_into_input_lines(self, text: str) -> None:
        """Put the text in place of the directive."""
        if not ANY_SEPARATOR.search(text) or ANY_STAND_IN.search(text):
            super().insert_into_input_lines(text)
            return
        super().insert_into_input_lines(hidden(text))
        lines = self.state_machine.input_lines or StringList()
        for index, line in enumerate(lines.data):
            if ANY_STAND_IN.search(line):
                lines[index] = shown(line)


def _registered(name: str) -> type[Directive] | None:
    # docutils can only look a directive up for a document that it is parsing.
    registry = cast("dict[str, type[Directive]]", vars(directives)["_directives"])
    return registry.get(name)


def teach(app: Sphinx) -> None:
    """Register the subclasses, over whatever other extensions registered."""
    for name in SHOWING:
        base = _registered(name)
        if base is None or issubclass(base, _Noting):
            continue
        own = dict(base.option_spec or {})
        taken = {option: option for option in BY_NAME if option == "name" or option not in own}
        if len(taken) < len(BY_NAME):
            taken |= {alias: name for alias, name in RENAMED.items() if name not in taken}
        unchanged: Callable[[str], str] = directives.unchanged
        spec = Accepting({**dict.fromkeys(taken, unchanged), **own})
        made = type(
            f"Example{base.__name__}", (_Noting, base), {"option_spec": spec, "taken": taken}
        )
        app.add_directive(name, made, override=True)
    # docutils registers its own directives when they are first used.
    parsed = _registered("parsed-literal") or ParsedLiteral
    if not issubclass(parsed, _Marked):
        app.add_directive("parsed-literal", type("Marked", (_Marked, parsed), {}), override=True)
    include = _registered("include")
    if include is not None and issubclass(include, Include) and not issubclass(include, _Including):
        app.add_directive(
            "include", type("ExampleInclude", (_Including, include), {}), override=True
        )
