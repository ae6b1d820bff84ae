"""Finds the line of a source file on which a piece of a paragraph's text stands.

A doctree knows the line on which a paragraph begins, and that not always: nested directives move
it. The text itself is looked for in the file; the line that the doctree suggests, and the words
beside it, only choose between places where the same text stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.util.docutils import SphinxRole

_WORD = re.compile(r"\w+")
# What may stand between two words of a text in its source: punctuation before it was made
# typographic, blanks, line breaks with the marks of quotes and comments, emphasis.
_BETWEEN = r"\W{0,16}"


@dataclass(slots=True)
class Lines:
    """The lines of one file, of which each place is given out once."""

    source: str
    _taken: set[int] = field(init=False, default_factory=set)

    def find(self, wanted: str, beside: str, near: int, end: str = r"(?!\w)") -> int | None:
        """Return the 1-based line on which a text begins; ``None`` if it stands nowhere.

        Args:
            wanted: The text, whose blanks may stand for line breaks and markup.
            beside: The text of the line around it, without markup: of several places, one that
                has the same words in the same order is the right one.
            near: The line on which it is expected.
            end: A regular expression for what follows the text's last word.
        """
        parts = [re.escape(word) for word in _WORD.findall(wanted)]
        if not parts:
            return None
        pattern = rf"(?<![\w.]){_BETWEEN.join(parts)}{end}"
        starts = [match.start() for match in re.finditer(pattern, self.source)]
        free = [start for start in starts if start not in self._taken] or starts
        if not free:
            return None
        words = _WORD.findall(beside)
        lines = self.source.split("\n")
        line_of = {start: self.source.count("\n", 0, start) + 1 for start in free}

        def rank(start: int) -> tuple[bool, int]:
            line = line_of[start]
            return (not _in_order(words, _WORD.findall(lines[line - 1])), abs(line - near))

        best = min(free, key=rank)
        self._taken.add(best)
        return line_of[best]


def _in_order(words: Sequence[str], among: Sequence[str]) -> bool:
    """Return whether all words occur among others, in their order.

    >>> _in_order(["a", "c"], ["a", "b", "c"]), _in_order(["c", "a"], ["a", "b", "c"])
    (True, False)
    """
    rest = iter(among)
    return all(word in rest for word in words)


def true_line(role: SphinxRole, text: str) -> int:
    """Return the line on which a role's text stands; MyST says where its paragraph begins."""
    source, line = role.get_source_info()
    try:
        with open(source, encoding="utf-8") as file:  # noqa: PTH123 - a source need be no path
            return Lines(file.read()).find(text, "", line, end=r"(?=[^\w`]*`)") or line
    except OSError:
        return role.lineno
