"""Blocks whose lines docutils has torn, put together again from their file.

Docutils and autodoc split what they include (other files, docstrings) by ``str.splitlines``, and
docutils makes blanks of form feeds and vertical tabs. Such a text stands nowhere in its file as
it is; it does in the file torn in the same way, and there its true lines are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from doc_examples.collect.anchor import Anchors, Place, normalised
from doc_examples.lines import ANY_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _as_included(line: str) -> list[str]:
    return re.sub("[\v\f]", " ", line).splitlines() or [""]


WAYS: tuple[Callable[[str], list[str]], ...] = (
    lambda line: line.splitlines() or [""],
    _as_included,
)
"""How a line of a file may have been torn."""


@dataclass(slots=True)
class TornFile:
    """A file, torn in one of the ways."""

    source: Sequence[str]
    tear: Callable[[str], list[str]]
    _numbers: list[int] = field(init=False)
    _anchors: Anchors = field(init=False)

    def __post_init__(self) -> None:
        torn = [
            (number, part) for number, line in enumerate(self.source, 1) for part in self.tear(line)
        ]
        self._numbers = [number for number, _ in torn]
        self._anchors = Anchors([part for _, part in torn])

    def find(self, code: str, hint: int | None) -> tuple[Place, str] | None:
        """Return where a torn text stands in the file, and the text as it stands there."""
        # Hints count lines of the file or torn ones; they only choose between equal texts.
        found = self._anchors.find(code, hint)
        if found is None:
            return None
        first = self._numbers[found.line - 1]
        last = self._numbers[found.line + code.rstrip("\n").count("\n") - 1]
        if first == self._numbers[max(0, found.line - 2)] and found.line > 1:
            return None  # it begins in the middle of a line
        lines = [line[found.column :] for line in self.source[first - 1 : last]]
        return Place(first, found.column), "\n".join(lines).rstrip("\n") + "\n"


def text_at(source: Sequence[str], place: Place, code: str) -> str:
    """Return a block's text as its file has it, where docutils made blanks of separators."""
    first, count = place.line - 1, code.rstrip("\n").count("\n") + 1
    lines = source[first : first + count]
    if not any(ANY_SEPARATOR.search(line) for line in lines):
        return code
    kept = [line[place.column :] for line in lines]
    if list(map(normalised, kept)) != list(map(normalised, code.rstrip("\n").split("\n"))):
        return code  # another indentation: the text of the doctree is the better one
    return "\n".join(kept).rstrip("\n") + "\n"


def torn_files(source: Sequence[str]) -> list[TornFile]:
    """Return the file torn in each way; nothing if no line of it can be torn."""
    if not any(ANY_SEPARATOR.search(line) for line in source):
        return []
    return [TornFile(source, tear) for tear in WAYS]
