"""Where a block's text really stands.

The line that a doctree reports for a block is a hint at best: it is the fence or the first line
of code, it drifts by one for every level of tightly nested directives, and some directives
report nothing. So the text itself is looked for in the file, and the hint only chooses between
places where the same text stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

_PREFIX = re.compile(r"^[\s>]+")
_BULLETS = re.compile(r"^(?:(?:[-*+\u2022]|\(?(?:\w|\d+|#)[.)])\s+)+")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file."""

    line: int
    """1-based line of the block's first line."""
    column: int
    """Characters before the code on its lines: indent and quote marks."""


def normalised(line: str) -> str:
    """Return a line without what nesting, tabs and editors add to it.

    >>> normalised("  > > x =  1 ")
    'x = 1'
    """
    return _BLANKS.sub(" ", _PREFIX.sub("", line)).rstrip()


def _column(source: Sequence[str], code: Sequence[str]) -> int | None:
    """Return the characters before the code if each line of it stands there as it is."""
    columns = set()
    for have, want in zip(source, code, strict=True):
        if not want.strip():
            continue
        if not have.rstrip().endswith(want.rstrip()):
            return None
        columns.add(len(have.rstrip()) - len(want.rstrip()))
    # The first line may follow a bullet ("- ```"), which is as wide as the indent after it.
    return min(columns) if columns and max(columns) - min(columns) == 0 else None


def _in_cell(column: int, have: str, want: str) -> bool:
    """Whether a line of code stands at a column, and at most a cell's border behind it."""
    rest = have[column + len(want) :] if have.startswith(want, column) else "x"
    return not rest or rest.lstrip().startswith("|") or rest.startswith("  ") or not rest.strip()


@dataclass(slots=True)
class Anchors:
    """The places of one file that the blocks of one page take.

    A place is given out once, so that equal blocks get places of their own. A file that is
    included twice is the exception: the same hint and text are the same place again.
    """

    source: Sequence[str]
    """The lines of the file."""
    _index: dict[str, list[int]] = field(init=False)
    _normal: list[str] = field(init=False)
    _taken: set[int] = field(init=False, default_factory=set)
    _cells: set[tuple[int, int]] = field(init=False, default_factory=set)
    _known: dict[Hashable, Place] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._normal = [normalised(line) for line in self.source]
        self._index = {}
        for number, line in enumerate(self._normal):
            self._index.setdefault(line, []).append(number)

    def find(
        self, code: str, hint: int | None, *, within: tuple[int, int] | None = None
    ) -> Place | None:
        """Return where the code stands, or ``None`` if it stands nowhere.

        Args:
            code: The text of the block.
            hint: 1-based line of the block or of its fence; ``None`` when nothing is known.
            within: First and last 1-based line of the part of the file to look at.
        """
        want = code.rstrip("\n").split("\n")
        key = (hint, code, within)
        if hint is not None and key in self._known:
            return self._known[key]
        normal = [normalised(line) for line in want]
        anchor = max(range(len(normal)), key=lambda i: len(normal[i]))
        if not normal[anchor]:
            return Place(hint + 1, 0) if hint is not None else None
        first, last = within or (1, len(self.source))
        hits = [
            start
            for found in self._index.get(normal[anchor], ())
            if (start := found - anchor) >= first - 1
            and start + len(normal) <= last
            and self._normal[start : start + len(normal)] == normal
        ]
        hits = hits or self._behind_bullets(normal, first, last)
        if not hits:
            return None
        free = [hit for hit in hits if hit not in self._taken] or hits
        columns = {hit: _column(self.source[hit : hit + len(want)], want) for hit in free}
        exact = [hit for hit in free if columns[hit] is not None] or free
        near = hint if hint is not None else first - 1
        best = min(exact, key=lambda hit: (hit + 1 < near, abs(hit + 1 - near - 1)))
        self._taken.add(best)
        place = Place(best + 1, self._width(best, want, columns[best]))
        if hint is not None:
            self._known[key] = place
        return place

    def find_in_cell(self, code: str) -> Place | None:
        """Return where the code stands in a cell of a table that is drawn with characters."""
        want = [line.rstrip() for line in code.rstrip("\n").split("\n")]
        for start in range(len(self.source) - len(want) + 1):
            column = self.source[start].find(want[0])
            rows = self.source[start : start + len(want)]
            while column >= 0:
                taken = (start, column) in self._cells
                if not taken and all(map(partial(_in_cell, column), rows, want)):
                    self._cells.add((start, column))
                    return Place(start + 1, column)
                column = self.source[start].find(want[0], column + 1)
        return None

    def _behind_bullets(self, want: Sequence[str], first: int, last: int) -> list[int]:
        """Return the places where the first line follows a list's bullet on its line."""
        rest, count = want[1:], len(want)
        return [
            start
            for start in range(first - 1, last - count + 1)
            if self._normal[start + 1 : start + count] == rest
            and (match := _BULLETS.match(self._normal[start]))
            and normalised(self._normal[start][match.end() :]) == want[0]
        ]

    def _width(self, start: int, want: Sequence[str], column: int | None) -> int:
        if column is not None:
            return column
        for offset, line in enumerate(want):
            if line.strip():
                have = self.source[start + offset].rstrip()
                return max(0, len(have) - len(line.rstrip()))
        return 0
