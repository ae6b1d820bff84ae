"""Compares what was collected with what the scanner sees, file by file."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from doc_examples.collect.collector import Fault, PageRecord
from doc_examples.collect.languages import UNSTATED
from doc_examples.collect.scan_rest import scan_rest
from doc_examples.collect.scanner import Role, Scanned, scan
from doc_examples.lines import read_text, split_lines
from doc_examples.records import Example, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SUBTYPE = "disagreement"


@dataclass(frozen=True, slots=True)
class Sources:
    """How to read the source files of a project."""

    srcdir: Path
    markups: Mapping[str, str]
    """``markdown`` or ``restructuredtext`` by the ending of a file's name."""
    colon_fence: bool = True
    fields: bool = False
    encodings: tuple[str, ...] = ()
    """What files may be encoded in, besides UTF-8."""
    exclude: Mapping[str, str] | None = None
    """Reasons by ``file:line`` or pattern of files, for differences that are meant."""

    def markup(self, file: str) -> str | None:
        """Return the markup of a file, or ``None`` if the scanner cannot read it."""
        for suffix in sorted(self.markups, key=len, reverse=True):
            if file.endswith(suffix):
                return self.markups[suffix]
        return None

    def excluded(self, fault: Fault) -> bool:
        """Return whether the project has named this difference, with a reason."""
        return any(
            pattern == f"{fault.file}:{fault.line}" or fnmatchcase(fault.file, pattern)
            for pattern, reason in (self.exclude or {}).items()
            if reason.strip()
        )


def comparable(code: str) -> str:
    """Return a hash of a text that tabs and trailing blanks do not change.

    reStructuredText expands tabs and strips lines; Markdown does not.
    """
    lines = [" ".join(line.split()) for line in code.split("\n")]
    filled = [number for number, line in enumerate(lines) if line]
    return digest(*lines[filled[0] : filled[-1] + 1]) if filled else digest()


def differences(records: Iterable[PageRecord], sources: Sources) -> list[Fault]:
    """Return every block that only one of collector and scanner knows, or knows otherwise.

    Of a file that is only included in part, blocks that were not collected are no difference.

    Args:
        records: All pages of the project.
        sources: How to read its files.

    Returns:
        A fault for each difference that the project has not excluded, sorted by place.
    """
    pages = list(records)
    faults: set[Fault] = set()
    scans: dict[str, list[Scanned]] = {}
    for file in sorted({page.page for page in pages} | set(_standing(pages))):
        markup = sources.markup(file)
        if markup is None:
            continue
        try:
            text = read_text(sources.srcdir / file, sources.encodings)
        except OSError as error:
            faults.add(Fault(file, 1, SUBTYPE, f"the file cannot be read: {error}"))
            continue
        scans[file] = scan(text, markup, colon_fence=sources.colon_fence, fields=sources.fields)
    own = {page.page: page for page in pages}
    partial = _partly_included(scans)
    for file, scanned in scans.items():
        takers = [own[file]] if file in own else pages
        blocks = _standing(takers).get(file, {})
        faults |= set(_compare_texts(file, scanned, blocks, whole=file not in partial - own.keys()))
        if file in own:
            faults |= set(_compare_counts(own[file], scanned))
    for page in pages:
        faults |= set(_compare_docstrings(page))
    found = sorted(faults, key=lambda fault: (fault.file, fault.line, fault.message))
    return [fault for fault in found if not sources.excluded(fault)]


def _standing(pages: list[PageRecord]) -> dict[str, dict[int, Example]]:
    """Return the collected blocks by the file of markup and the line where they stand."""
    found: dict[str, dict[int, Example]] = {}
    for page in pages:
        elsewhere = page.generated | {item.name for item in page.included}
        for example in page.examples:
            if not example.docstring_of and example.name not in elsewhere:
                shown = _as_written(page, example)
                found.setdefault(shown.file, {})[shown.line] = shown
    return found


def _as_written(page: PageRecord, example: Example) -> Example:
    """Return the block without the lines that a directive added to its text."""
    for name, before, after in page.trims:
        if name == example.name:
            lines = split_lines(example.code)
            code = "\n".join(lines[before : len(lines) - after]) + "\n"
            return replace(example, line=example.line + before, code=code)
    return example


def _partly_included(scans: Mapping[str, list[Scanned]]) -> set[str]:
    found = set()
    for file, scanned in scans.items():
        for item in scanned:
            if item.role is Role.PART:
                folder = (
                    PurePosixPath() if item.code.startswith("/") else PurePosixPath(file).parent
                )
                found.add(posixpath.normpath(folder / item.code.lstrip("/")))
    return found


def _compare_texts(
    file: str, scanned: list[Scanned], blocks: Mapping[int, Example], *, whole: bool
) -> Iterable[Fault]:
    seen = {item.line: item for item in scanned if item.role is Role.TEXT}
    lines = blocks.keys() | seen.keys() if whole else blocks.keys()
    for line in sorted(lines):
        item, example = seen.get(line), blocks.get(line)
        empty = comparable("")
        if all(each is None or comparable(each.code) == empty for each in (item, example)):
            continue  # a block of nothing: parsers disagree whether and where there is one
        if not _agree(item, example):
            yield Fault(file, line, SUBTYPE, _describe(item, example))


def _compare_counts(page: PageRecord, scanned: list[Scanned]) -> Iterable[Fault]:
    # What an included file includes is counted where it stands.
    wanted = {item.line for item in scanned if item.role is Role.INCLUDED}
    have = {item.line for item in page.included}
    for line in sorted(wanted - have):
        message = "a literalinclude stands here, and nothing was collected from it"
        yield Fault(page.page, line, SUBTYPE, message)


def _agree(item: Scanned | None, example: Example | None) -> bool:
    if item is None or example is None:
        return False
    language = (item.language or "").lower()
    same_language = language in UNSTATED or language == example.language.lower()
    return same_language and comparable(item.code) == comparable(example.code)


def _describe(item: Scanned | None, example: Example | None) -> str:
    if example is None and item is not None:
        return (
            f"a block of language {item.language or 'none'!r} begins here, and was not collected: "
            "is it inside a directive that failed or that does not show it?"
        )
    if item is None and example is not None:
        return (
            f"the block {example.name!r} was collected here, where the text shows none: is it "
            "made by a directive? Name it in doc_examples_exclude with the reason"
        )
    if item is None or example is None:
        return ""
    if comparable(item.code) != comparable(example.code):
        return f"the block {example.name!r} was collected with another text than stands here"
    return (
        f"the block {example.name!r} was collected as {example.language!r}, and the text "
        f"says {item.language!r}"
    )


def _words(code: str) -> str:
    # autodoc has torn lines at characters that do not end one.
    return " ".join(code.split())


def _compare_docstrings(page: PageRecord) -> Iterable[Fault]:
    collected: dict[str, list[str]] = {}
    place: dict[str, tuple[str, int]] = {}
    for example in page.examples:
        if example.docstring_of:
            collected.setdefault(example.docstring_of, []).append(_words(example.code))
            place.setdefault(example.docstring_of, (example.file, example.line))
    for dotted, lines in page.rendered:
        scanned = [
            _words(item.code)
            for item in scan_rest(list(enumerate(lines, 1)))
            if item.role is Role.TEXT
        ]
        have = collected.get(dotted, [])
        if sorted(set(scanned)) != sorted(set(have)):
            file, line = place.get(dotted, (page.page, 1))
            message = (
                f"the docstring of {dotted} shows {len(scanned)} blocks, and {len(have)} of it "
                "were collected"
            )
            yield Fault(file, line, SUBTYPE, message)
