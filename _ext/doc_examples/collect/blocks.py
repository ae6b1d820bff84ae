"""The blocks of code of a doctree, with where each of them really stands."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from docutils import nodes
from sphinx import addnodes

from doc_examples.collect import doctest_nodes
from doc_examples.collect.anchor import Anchors, Place
from doc_examples.collect.docstrings import Docstring, docstring_of
from doc_examples.collect.marks import ATTRS, DIRECTIVE, GENERATED, HINT, LINES, MARKED_UP, TRIM
from doc_examples.collect.torn import TornFile, text_at, torn_files
from doc_examples.lines import read_text, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DOCSTRING = re.compile(r"^(?:(?P<path>.*):)?docstring of (?P<name>.+)$", re.DOTALL)

CodeNode = nodes.literal_block | nodes.doctest_block | nodes.comment
"""A comment is one where ``sphinx.ext.doctest`` hides a block in it."""


@dataclass(slots=True)
class Block:
    """A block of code as the doctree has it."""

    node: CodeNode
    code: str
    """Its text, ending in exactly one newline."""
    language: str
    attrs: dict[str, str]
    file: Path
    """The file where the text stands."""
    place: Place | None
    """Where in the file; ``None`` when the text stands nowhere."""
    hint: int
    """A line of the page to name when the text stands nowhere."""
    heading: str
    above: str
    """The heading above the nearest heading."""
    generated: bool = False
    """Whether a directive made the text."""
    docstring_of: str = ""
    trim: tuple[int, int] = (0, 0)
    """Lines at its start and end that stand in no file."""
    tests: str = ""
    """The directive of ``sphinx.ext.doctest`` that made it, if one did."""
    in_cell: bool = False
    """Whether it stands in a table that is drawn with characters, which the scanner cannot read."""
    included: bool = False
    """Whether the text is that of another file, shown as it is."""
    directive: int = 0
    """The page's line of the ``literalinclude`` that brought the text, if one did."""


@dataclass(slots=True)
class Reader:
    """Reads the blocks of one page."""

    page: Path
    srcdir: Path
    highlight_language: str
    doctest_flags: int = 0
    """The flags that the project's doctests have by ``sphinx.ext.doctest``."""
    encodings: tuple[str, ...] = ()
    """What the project's pages may be encoded in, besides UTF-8."""
    _anchors: dict[Path, Anchors | None] = field(init=False, default_factory=dict)
    _in_cells: set[int] = field(init=False, default_factory=set)
    _torn: dict[Path, list[TornFile]] = field(init=False, default_factory=dict)
    _docstrings: dict[tuple[Path, Docstring], Anchors] = field(init=False, default_factory=dict)

    def blocks(self, doctree: nodes.document) -> Iterator[Block]:
        """Yield the blocks of the page in reading order; what sets up or cleans up, around it."""
        found = list(self._blocks(doctree))
        ranks = {doctest_nodes.SETUP: -1, doctest_nodes.CLEANUP: 1}
        yield from sorted(found, key=lambda block: ranks.get(doctest_nodes.purpose(block.node), 0))

    def _blocks(self, doctree: nodes.document) -> Iterator[Block]:
        default = self.highlight_language
        for node in doctree.findall(nodes.Element):
            if isinstance(node, addnodes.highlightlang):
                default = node["lang"]
            elif _is_code(node) and not _quoted_by_docutils(node):
                yield self._block(node, default)

    def _block(self, node: CodeNode, default: str) -> Block:
        language = _language(node, default)
        before, after = node.get(TRIM, (0, 0))
        marked = node.get(MARKED_UP) or any(isinstance(n, nodes.Element) for n in node.children)
        # sphinx.ext.doctest shows a text without flags, and keeps the one that is to be run.
        text = node.get("test") or (node.rawsource if marked else "") or node.astext()
        code = text.rstrip("\n") + "\n"
        files, documented = self._files(node)
        hint = _hint(node)
        standing = code.split("\n")[before : len(code.split("\n")) - 1 - after]
        file, place, gaps = files[-1], None, False
        # What 'rst_prolog' and 'rst_epilog' add to every page has a source that is no file.
        made = bool(node.get(GENERATED)) or files[-1].name.startswith("<rst_")
        if not made:
            gaps = _has_gaps(node)
            if gaps and (filled := self._fill(files[-1], standing, node[LINES])):
                place, inner = filled
                lines = code.removesuffix("\n").split("\n")
                code = "\n".join([*lines[:before], *inner, *lines[len(lines) - after :]]) + "\n"
            elif not gaps:
                file, place = self._find(files, documented, "\n".join(standing) + "\n", node)
            if not (before or after or gaps) and (
                mended := self._mend(files, file, place, code, node)
            ):
                file, place, code = mended
                if not marked:
                    node[:] = [nodes.Text(code.removesuffix("\n"))]
        if place is not None and before:
            # Before line 1 of the other file there is no line to be named.
            place = Place(max(1, place.line - before), place.column)
        heading, above = _headings(node)
        return Block(
            node=node,
            code=code,
            language=language,
            attrs=dict(node.get(ATTRS, {})),
            file=file,
            place=place,
            hint=node.get(DIRECTIVE, 0) or hint or 1,
            heading=heading,
            above=above,
            # Of lines in another order, none can be named.
            generated=made or language == "udiff" or (place is None and gaps),
            in_cell=id(node) in self._in_cells,
            tests=doctest_nodes.purpose(node),
            included=DIRECTIVE in node or bool(node.get("source")),
            docstring_of=documented,
            trim=(before, after),
            directive=node.get(DIRECTIVE, 0),
        )

    def _files(self, node: CodeNode) -> tuple[list[Path], str]:
        """Return the files where the text may stand, and the object that it documents."""
        source = node.get("source") or next(
            (n.source for n in _with_ancestors(node) if n.source), str(self.page)
        )
        match = _DOCSTRING.match(source)
        if not match:
            return [self._resolve(source)], ""
        # autodoc names the module that was asked for; the object may come from another.
        defining = _module_file(match["name"])
        named = self._resolve(match["path"] or str(self.page))
        return ([defining, named] if defining else [named]), match["name"]

    def _resolve(self, source: str) -> Path:
        path = Path(source)
        if path.is_absolute():
            return path
        # docutils names included files from the working directory, others from the sources.
        here = Path.cwd() / path
        return here if here.is_file() else self.srcdir / path

    def _find(
        self, files: list[Path], documented: str, code: str, node: CodeNode
    ) -> tuple[Path, Place | None]:
        """Return the first of the files where the code stands, and the place."""
        for file in files:
            anchors = self._anchors_of(file)
            if anchors is None:
                place = None
            elif documented:
                line = node.line or 1
                place = self._place_in_docstring(file, anchors, documented, code, line)
            else:
                place = anchors.find(code, _hint(node))
                if place is None and any(isinstance(n, nodes.entry) for n in _with_ancestors(node)):
                    place = anchors.find_in_cell(code)
                    self._in_cells.add(id(node))
            if place is not None:
                return file, place
        return files[-1], None

    def _fill(
        self, file: Path, shown: list[str], numbers: list[int]
    ) -> tuple[Place, list[str]] | None:
        """Put blank lines where lines of the file are left out, so that each keeps its number."""
        anchors = self._anchors_of(file)
        if anchors is None or len(numbers) != len(shown) or numbers != sorted(numbers):
            return None
        kept = dict(zip(numbers, shown, strict=True))
        first = numbers[0]
        column = max(0, len(anchors.source[first - 1].rstrip()) - len(shown[0].rstrip()))
        return Place(first, column), [kept.get(n, "") for n in range(first, numbers[-1] + 1)]

    def _mend(
        self, files: list[Path], file: Path, place: Place | None, code: str, node: CodeNode
    ) -> tuple[Path, Place, str] | None:
        """Return file, place and text of a block whose text docutils has changed."""
        if place is not None:
            anchors = self._anchors_of(file)
            kept = text_at(anchors.source, place, code) if anchors else code
            return (file, place, kept) if kept != code else None
        for each in files:
            if each not in self._torn:
                anchors = self._anchors_of(each)
                self._torn[each] = torn_files(anchors.source) if anchors else []
            for torn in self._torn[each]:
                if found := torn.find(code, _hint(node)):
                    return each, *found
        return None

    def _anchors_of(self, file: Path) -> Anchors | None:
        if file not in self._anchors:
            lines = _lines(file, self.encodings)
            self._anchors[file] = Anchors(lines) if lines is not None else None
        return self._anchors[file]

    def _place_in_docstring(
        self, file: Path, anchors: Anchors, documented: str, code: str, line: int
    ) -> Place | None:
        """Return where a docstring's block stands; the line is counted in the docstring."""
        for doc in docstring_of("\n".join(anchors.source), documented):
            if place := anchors.find(code, doc.first + line - 2, within=(doc.first, doc.last)):
                return place
            if not doc.keeps_lines:
                continue
            # With escapes the text is not what the file shows, but its lines still are.
            inside = self._docstrings.setdefault((file, doc), Anchors(doc.text.split("\n")))
            if place := inside.find(code, max(0, line - 1)):
                return Place(doc.first - 1 + place.line, place.column)
        return anchors.find(code, None)


def _lines(file: Path, encodings: Sequence[str]) -> list[str] | None:
    try:
        return split_lines(read_text(file, encodings))
    except OSError:
        return None


def _module_file(dotted: str) -> Path | None:
    """Return the source of the module that defines an object, if autodoc has imported it."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        module = sys.modules.get(".".join(parts[:end]))
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py"):
            return Path(file)
    return None


def _hint(node: CodeNode) -> int | None:
    """Return the line that the doctree reports, where it reports one that means anything."""
    if HINT in node:
        # The directive knows the first line itself; hints name the line before.
        return max(0, int(node[HINT]) - 1)
    if node.get("source") or DIRECTIVE in node:
        return None  # the line is the directive's, in another file
    # 'parsed-literal' reports line 1 wherever it stands.
    return node.line if node.line and node.line > 1 else None


def _has_gaps(node: CodeNode) -> bool:
    numbers = node.get(LINES) or [0]
    return bool(numbers != list(range(numbers[0], numbers[0] + len(numbers))))


def _is_code(node: nodes.Node) -> TypeGuard[CodeNode]:
    if isinstance(node, nodes.comment):
        return bool(doctest_nodes.purpose(node))
    return isinstance(node, nodes.literal_block | nodes.doctest_block)


def _language(node: CodeNode, default: str) -> str:
    if isinstance(node, nodes.doctest_block):
        return "pycon"
    if node.get(MARKED_UP):
        return "none"
    if "language" in node:
        return str(node["language"])
    setting_up = doctest_nodes.purpose(node) in {doctest_nodes.SETUP, doctest_nodes.CLEANUP}
    if setting_up or (DIRECTIVE in node and str(node.get("source")).endswith(".py")):
        return "python"
    classes = node["classes"]
    if classes[:1] == ["code"]:
        return str(classes[1]) if len(classes) > 1 else "none"
    # A literal with elements in it is marked-up text.
    return "none" if any(isinstance(n, nodes.Element) for n in node.children) else default


def _with_ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    step: nodes.Node | None = node
    while step is not None:
        yield step
        step = step.parent


def _quoted_by_docutils(node: nodes.Node) -> bool:
    """Return whether docutils shows here the source of a directive that failed."""
    return any(isinstance(n, nodes.system_message) for n in _with_ancestors(node))


def _headings(node: nodes.Node) -> tuple[str, str]:
    """Return the nearest heading above a node and the heading above that."""
    titles = [
        child.astext()
        for section in _with_ancestors(node)
        if isinstance(section, nodes.section)
        for child in section.children[:1]
        if isinstance(child, nodes.title)
    ]
    return (titles[0] if titles else "", titles[1] if len(titles) > 1 else "")
