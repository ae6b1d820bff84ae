"""Permanent names for the blocks of a page.

A name that the author gave stands. Any other block is called after the nearest heading (or the
object whose docstring holds it) and a counter: adding or removing a block renames nothing
under other headings, and moving lines renames nothing at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from doc_examples.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(slots=True)
class Names:
    """Gives out the names of one page, in reading order."""

    given: Iterable[str]
    """All names that the author gave on the page, so that no made-up name meets one."""
    _taken: set[str] = field(init=False)
    _counts: Counter[str] = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        self._taken = set(self.given)

    def make(self, stem: str, kind: Kind) -> str:
        """Return a new name below the stem.

        Prose is counted apart, so that a block of text between two examples renames neither.
        """
        if kind is Kind.OUTPUT:
            return self._first_free(f"{stem}-output")
        if kind is Kind.PROSE:
            stem = f"{stem}-text"
        while True:
            self._counts[stem] += 1
            name = f"{stem}-{self._counts[stem]}"
            if name not in self._taken:
                self._taken.add(name)
                return name

    def _first_free(self, stem: str) -> str:
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name)
        return name
