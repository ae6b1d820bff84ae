"""Compares what was collected with what the scanner sees, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from doc_examples.collect.collector import Fault, PageRecord
from doc_examples.collect.languages import UNSTATED
from doc_examples.collect.scan_rest import scan_rest
from doc_examples.collect.scanner import Role, Scanned, scan
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
    exclude: Mapping[str, str] | None = None
    """Reasons by ``file:line`` or pattern of files, for differences that are meant."""

    def markup(self, file: str) -> str | None:
        """Return the markup of a file, or ``None`` if the scanner cannot read it."""
        for suffix in sorted(self.markups, key=len, reverse=True):
            if file.endswith(suffix):
                return self.markups[suffix]
        return None

    def excluded(self, fault: Fault) -> bool:
        """Return whether the project has named this difference."""
        return any(
            pattern == f"{fault.file}:{fault.line}" or fnmatchcase(fault.file, pattern)
            for pattern in self.exclude or {}
        )


def comparable(code: str) -> str:
    """Return a hash of a text that tabs and trailing blanks do not change.

    reStructuredText expands tabs and strips lines; Markdown does not.
    """
    lines = [" ".join(line.split()) for line in code.strip("\n").split("\n")]
    return digest(*lines)


def differences(records: Iterable[PageRecord], sources: Sources) -> list[Fault]:
    """Return every block that only one of collector and scanner knows, or knows otherwise.

    Args:
        records: All pages of the project.
        sources: How to read its files.

    Returns:
        A fault for each difference that the project has not excluded, sorted by place.
    """
    pages = list(records)
    faults: set[Fault] = set()
    for file in sorted(_files(pages)):
        markup = sources.markup(file)
        if markup is not None:
            faults |= set(_compare_file(file, markup, pages, sources))
    for page in pages:
        faults |= set(_compare_docstrings(page))
    found = sorted(faults, key=lambda fault: (fault.file, fault.line, fault.message))
    return [fault for fault in found if not sources.excluded(fault)]


def _files(pages: list[PageRecord]) -> set[str]:
    files = {page.page for page in pages}
    return files | {
        example.file
        for page in pages
        for example in page.examples
        if not example.docstring_of and example.name not in _included(page)
    }


def _included(page: PageRecord) -> dict[str, int]:
    return {item.name: item.line for item in page.included}


def _compare_file(
    file: str, markup: str, pages: list[PageRecord], sources: Sources
) -> Iterable[Fault]:
    try:
        text = (sources.srcdir / file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return [Fault(file, 1, SUBTYPE, f"the file cannot be read: {error}")]
    scanned = scan(text, markup, colon_fence=sources.colon_fence)
    own = next((page for page in pages if page.page == file), None)
    # A page answers for its own text; an included file for what any page took from it.
    takers = [own] if own is not None else pages
    blocks: dict[int, Example] = {}
    for page in takers:
        included = _included(page)
        for example in page.examples:
            if example.file == file and not example.docstring_of and example.name not in included:
                blocks[example.line] = example
    seen = {item.line: item for item in scanned if item.role is Role.TEXT}
    faults = [
        Fault(file, line, SUBTYPE, _describe(seen.get(line), blocks.get(line)))
        for line in sorted(blocks.keys() | seen.keys())
        if not _agree(seen.get(line), blocks.get(line))
    ]
    if own is not None:
        wanted = sum(item.role is Role.INCLUDED for item in scanned)
        here = list(own.included)
        if wanted != len(here):
            message = f"the page has {wanted} literalinclude, and {len(here)} were collected"
            faults.append(Fault(file, 1, SUBTYPE, message))
    return faults


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


def _compare_docstrings(page: PageRecord) -> Iterable[Fault]:
    collected: dict[str, list[str]] = {}
    place: dict[str, tuple[str, int]] = {}
    for example in page.examples:
        if example.docstring_of:
            collected.setdefault(example.docstring_of, []).append(comparable(example.code))
            place.setdefault(example.docstring_of, (example.file, example.line))
    for dotted, lines in page.rendered:
        scanned = [
            comparable(item.code)
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
