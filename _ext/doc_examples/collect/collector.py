"""Collects the examples of every page while Sphinx reads it."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from doc_examples.collect import doctest_nodes
from doc_examples.collect.blocks import Block, Reader
from doc_examples.collect.languages import kind_of, looks_like_python, meant
from doc_examples.collect.marks import ID, MARKED_UP
from doc_examples.collect.naming import Names
from doc_examples.collect.options import Parsed, Problem, check_use, parse_options, slug
from doc_examples.lines import split_lines
from doc_examples.records import Example, Expected, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a block, at its place."""

    file: str
    """POSIX path relative to the source directory."""
    line: int
    subtype: str
    message: str


@dataclass(frozen=True, slots=True)
class Included:
    """A block whose text a ``literalinclude`` brought from another file."""

    name: str
    """The block's name."""
    line: int
    """The page's line of the directive."""


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What was collected from one page; kept in Sphinx's environment."""

    docname: str
    page: str
    examples: tuple[Example, ...]
    faults: tuple[Fault, ...]
    included: tuple[Included, ...] = ()
    generated: frozenset[str] = frozenset()
    """Blocks, by name, whose text a directive made: it stands in no file."""
    trims: tuple[tuple[str, int, int], ...] = ()
    """Blocks, by name, with lines at start and end that a directive added to the text."""
    rendered: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Objects whose docstrings autodoc rendered, with the lines that it rendered."""


def store(env: BuildEnvironment) -> dict[str, PageRecord]:
    """Return the records of all pages by docname, as kept in the environment."""
    return cast("dict[str, PageRecord]", vars(env).setdefault("doc_examples", {}))


def rendered(env: BuildEnvironment) -> dict[str, tuple[str, ...]]:
    """Return the docstrings that autodoc rendered on the page that is being read."""
    data = vars(env).setdefault("doc_examples_rendered", {})
    return cast("dict[str, tuple[str, ...]]", data)


def report(fault: Fault, srcdir: Path) -> None:
    """Log a fault as a warning at its place, under ``doc_examples.SUBTYPE``."""
    logger.warning(
        "%s",
        fault.message,
        type="doc_examples",
        subtype=fault.subtype,
        location=f"{Path(os.path.normpath(srcdir / fault.file))}:{fault.line}",
    )


class ExampleCollector(EnvironmentCollector):
    """Keeps the examples of each page in the environment, as plain records."""

    def clear_doc(self, _app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page that is read again or gone."""
        store(env).pop(docname, None)

    def merge_other(
        self,
        _app: Sphinx,
        env: BuildEnvironment,
        docnames: AbstractSet[str],
        other: BuildEnvironment,
    ) -> None:
        """Take over the pages that another process has read."""
        records = store(other)
        store(env).update({name: records[name] for name in docnames if name in records})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Collect the blocks of a page, and report what is wrong with them."""
        env = app.env
        docname = env.current_document.docname
        reader = Reader(
            page=Path(env.doc2path(docname)),
            srcdir=Path(env.srcdir),
            highlight_language=app.config.highlight_language,
            encodings=(app.config.source_encoding,),
            doctest_flags=getattr(app.config, "doctest_default_flags", 0),
        )
        record = collect_page(docname, list(reader.blocks(doctree)), reader)
        spoken = rendered(env)
        record = replace(record, rendered=tuple(sorted(spoken.items())))
        spoken.clear()
        store(env)[docname] = record
        for fault in record.faults:
            report(fault, reader.srcdir)


def collect_page(docname: str, blocks: list[Block], reader: Reader) -> PageRecord:
    """Turn the blocks of a page into records, and tag each node with the identity."""
    builder = _Page(docname, reader)
    builder.add_all(blocks)
    return PageRecord(
        docname=docname,
        page=builder.relative(reader.page),
        examples=tuple(builder.examples),
        faults=tuple(builder.faults),
        included=tuple(builder.included),
        generated=frozenset(builder.generated),
        trims=tuple(builder.trims),
    )


class _Page:
    """The page under construction."""

    def __init__(self, docname: str, reader: Reader) -> None:
        self.docname = docname
        self.reader = reader
        self.examples: list[Example] = []
        self.faults: list[Fault] = []
        self.included: list[Included] = []
        self.generated: set[str] = set()
        self.trims: list[tuple[str, int, int]] = []

    def relative(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.reader.srcdir)).as_posix()

    def add_all(self, blocks: list[Block]) -> None:
        parsed = [parse_options(block.attrs) for block in blocks]
        names = Names(item.name for item in parsed if item.name)
        stems = _stems(self.docname, blocks)
        seen: dict[str, Example] = {}
        for block, said, stem in zip(blocks, parsed, stems, strict=True):
            example = self._example(block, said)
            problems = [*said.problems, *check_use(said, example.kind)]
            problems += _malformed(block)
            if block.place is None and not block.generated:
                problems.append(_unanchored(block, example.file))
            if example.kind is Kind.PROSE and "prose" not in block.node["classes"]:
                problems += _disguised(block)
            if said.name in seen:
                other = seen[said.name]
                where = f"{other.file}:{other.line}"
                message = f"the name {said.name!r} is taken by the block at {where}"
                problems.append(Problem("duplicate_name", message))
            if block.tests == doctest_nodes.OUTPUT:
                example = self._attach_test(example)
            elif example.kind is Kind.OUTPUT:
                problems += self._attach(example, said)
            name = said.name if said.name and said.name not in seen else ""
            after = self._printer(stem) if example.kind is Kind.OUTPUT else stem
            example = replace(example, name=name or names.make(after, example.kind))
            seen[example.name] = example
            self.examples.append(example)
            if block.in_cell or (block.generated and not block.place):
                self.generated.add(example.name)
            if block.trim != (0, 0):
                self.trims.append((example.name, *block.trim))
            if block.included:
                self.included.append(Included(example.name, block.directive))
            self._report(block, example, problems)
            _tag(block.node, example)

    def _report(self, block: Block, example: Example, problems: list[Problem]) -> None:
        at = (example.file, example.line)
        if block.directive:  # what is wrong is wrong there, not in the other file
            at = (self.relative(self.reader.page), block.directive)
        self.faults += [Fault(*at, problem.subtype, problem.message) for problem in problems]

    def _printer(self, default: str) -> str:
        """Return the name of the block that an output here belongs to."""
        before = (e.name for e in reversed(self.examples) if e.kind is not Kind.OUTPUT)
        return next(before, default)

    def _example(self, block: Block, said: Parsed) -> Example:
        lost = block.place is None
        kind = kind_of(block.language, block.code, said.options)
        flags: tuple[str, ...] = ()
        not_run, session = "", said.session
        if block.tests:
            not_run = doctest_nodes.why_skipped(block.node)
            session = session or doctest_nodes.session(block.node)
        if not_run:
            kind = Kind.PROSE
        if block.tests or kind is Kind.DOCTEST:
            flags = doctest_nodes.flags(block.node, self.reader.doctest_flags)
        file = self.reader.page if lost else block.file
        return Example(
            docname=self.docname,
            name="",
            language=block.language,
            kind=kind,
            code=block.code,
            page=self.relative(self.reader.page),
            file=self.relative(file),
            line=block.place.line if block.place else block.hint,
            column=block.place.column if block.place else 0,
            session=session,
            options=said.options,
            heading=block.heading,
            docstring_of=block.docstring_of,
            flags=flags,
            not_run=not_run,
        )

    def _attach_test(self, output: Example) -> Example:
        """Give a ``testoutput`` to the ``testcode`` before it in its group."""
        position = next(
            (
                index
                for index in range(len(self.examples) - 1, -1, -1)
                if self.examples[index].language == "python"
                and self.examples[index].session == output.session
            ),
            None,
        )
        before = None if position is None else self.examples[position]
        if output.not_run or position is None or before is None or not before.is_item:
            reason = output.not_run or "the block that would print it is not run"
            return replace(output, kind=Kind.PROSE, not_run=reason)
        if pattern := doctest_nodes.raises(output.code, output.flags):
            pattern = before.options.raises or pattern
            self.examples[position] = replace(
                before, options=replace(before.options, raises=pattern)
            )
        else:
            expected = Expected(output.code, output.line, ellipsis="ELLIPSIS" in output.flags)
            self.examples[position] = replace(before, expected=(*before.expected, expected))
        return replace(output, kind=Kind.OUTPUT)

    def _attach(self, output: Example, said: Parsed) -> Iterable[Problem]:
        """Give an output to the block before it."""
        position = next(
            (
                index
                for index in range(len(self.examples) - 1, -1, -1)
                if self.examples[index].kind is not Kind.OUTPUT
            ),
            None,
        )
        if position is None or not self.examples[position].is_item:
            return [
                Problem(
                    "output_without_block",
                    "an 'output' fence follows the block that prints it; there is "
                    + ("no block before it" if position is None else "a block of text before it"),
                )
            ]
        before = self.examples[position]
        expected = Expected(output.code, output.line, said.options.lines, said.ellipsis)
        unbounded = [e for e in before.expected if e.lines is None]
        self.examples[position] = replace(before, expected=(*before.expected, expected))
        if unbounded and expected.lines is None:
            return [
                Problem(
                    "ambiguous_output",
                    f"the block {before.name!r} has an output for every line already; "
                    'say in both which lines print what: lines=">=0.28"',
                )
            ]
        return []


def _stems(docname: str, blocks: list[Block]) -> list[str]:
    """Return what unnamed blocks are called after."""
    page = slug(docname.rsplit("/", 1)[-1]) or "block"
    plain = [slug(block.docstring_of or block.heading) or page for block in blocks]
    meant: dict[str, set[int]] = {}
    for block, stem in zip(blocks, plain, strict=True):
        meant.setdefault(stem, set()).add(id(_section(block.node)))
    repeated = Counter({stem: len(sections) for stem, sections in meant.items()})
    return [
        f"{slug(block.above)}-{stem}"
        if repeated[stem] > 1 and not block.docstring_of and slug(block.above)
        else stem
        for block, stem in zip(blocks, plain, strict=True)
    ]


def _section(node: nodes.Node) -> nodes.Node | None:
    step: nodes.Node | None = node
    while step is not None and not isinstance(step, nodes.section):
        step = step.parent
    return step


def _malformed(block: Block) -> Iterable[Problem]:
    """Notice an attribute line that MyST could not read and showed as text."""
    parent = block.node.parent
    index = parent.index(block.node) if parent is not None else 0
    before = parent[index - 1] if index else None
    if not isinstance(before, nodes.paragraph):
        return []
    lines = split_lines(before.rawsource.strip())
    if lines and lines[-1].startswith("{") and lines[-1].rstrip().endswith("}"):
        line = lines[-1].strip()
        if line[1:2] in {"#", "."} or "=" in line:
            message = (
                f"the attribute line {line!r} is not understood; put quotes around a value "
                "that is more than letters, digits, hyphens and underscores"
            )
            return [Problem("malformed_options", message)]
    return []


def _unanchored(block: Block, page: str) -> Problem:
    first = next((line for line in split_lines(block.code) if line.strip()), "")
    return Problem(
        "unanchored",
        f"the block that begins with {first.strip()[:60]!r} stands nowhere in {block.file.name}, "
        f"so its lines cannot be named (it is shown on {page}); show text that stands in one piece",
    )


def _disguised(block: Block) -> Iterable[Problem]:
    if block.node.get(MARKED_UP) or block.tests:
        return []
    if name := meant(block.language):
        message = f"no language is called {block.language!r}: is {name!r} meant?"
        return [Problem("unknown_language", message)]
    if not looks_like_python(block.language, block.code):
        return []
    return [
        Problem(
            "looks_like_python",
            f"this block of language {block.language!r} compiles as Python, and is not run; "
            "call it 'python', or give it the class 'prose' if it is none",
        )
    ]


def _tag(node: nodes.Element, example: Example) -> None:
    node[ID] = example.id
    document = node.document
    shown = not isinstance(node, nodes.comment)
    if shown and document is not None and not node["ids"] and example.name not in document.ids:
        node["ids"].append(example.name)
        document.ids[example.name] = node
