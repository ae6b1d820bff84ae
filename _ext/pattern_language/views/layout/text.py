"""How wide text is, and where a label is broken. Pure.

Labels are measured before there is a font. The widths are those of Helvetica, with which Arial and
Liberation Sans are compatible; a margin makes room for the wider faces of the site's stack.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MARGIN: Final = 1.1
"""Inter and Noto Sans are this much wider than Helvetica, at most, for words of Latin letters."""

# Advance widths in thousandths of the font's size, by width: shorter than one entry per letter.
_WIDTHS: Final = {
    character: width
    for width, characters in (
        (191, "'"),
        (222, "ijl"),
        (260, "|"),
        (278, " !,./:;I[\\]ft"),
        (333, "()-`r"),
        (334, "{}"),
        (355, '"'),
        (389, "*"),
        (469, "^"),
        (500, "Jcksvxyz"),
        (556, "#$0123456789?L_abdeghnopqu"),
        (584, "+<=>~"),
        (611, "FTZ"),
        (667, "&ABEKPSVXY"),
        (722, "CDHNRUw"),
        (778, "GOQ"),
        (833, "Mm"),
        (889, "%"),
        (944, "W"),
        (1015, "@"),
    )
    for character in characters
}
_OTHER: Final = 667
_WIDE: Final = 1000
_BREAKS: Final = re.compile(r"(?<=-)(?=\w)|\s+")


def width(text: str, size: float) -> float:
    """Return how much room a line of text takes at most.

    Args:
        text: One line.
        size: Of the font; the answer has the same unit.

    >>> width("", 10), width("W", 10) > width("i", 10)
    (0.0, True)
    """
    return sum(_advance(character) for character in text) * size * MARGIN / 1000


def wrap(text: str, limit: float, size: float) -> tuple[str, ...]:
    """Break a label into one line if it fits, else into the two that are nearest in width.

    Lines are broken at blanks and after hyphens. Where both are still wider than the limit, so is
    the label: a name is never cut.

    >>> wrap("Worker Pool", 100, 10)
    ('Worker Pool',)
    >>> wrap("Synchronous-looking async UI", 80, 10)
    ('Synchronous-', 'looking async UI')
    >>> wrap("", 80, 10)
    ('',)
    """
    text = " ".join(text.split())
    if width(text, size) <= limit:
        return (text,)
    splits = [(text[: found.start()], text[found.end() :]) for found in _BREAKS.finditer(text)]
    return min(
        splits,
        key=lambda lines: max(width(line, size) for line in lines),
        default=(text,),
    )


def _advance(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    # A letter with an accent is as wide as without.
    base = unicodedata.normalize("NFD", character)[0]
    return _WIDTHS.get(base, _OTHER)
