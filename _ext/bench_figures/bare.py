"""Finds figures in running text that look measured. Pure.

A time, a size, a rate or a ratio with digits is either measured here, or it is a limit, a
definition, or a figure of somebody else: on a page each of them comes by a role that knows its
source. What is left in the text has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = r"\d+(?:[ \u00a0\u202f,']\d{3})*(?:\.\d+)?"
_RANGE = rf"{_NUMBER}(?:\s*(?:-|\u2013|\u2014|\bto\b|\band\b|\bor\b|/|\u00b1)\s*{_NUMBER})?"
_GAP = r"[\s\u00a0\u202f-]?"

_TIMES = r"ms|us|[\u00b5\u03bc]s|ns|(?:milli|micro|nano)seconds?"
_SIZES = r"[kKMGT]i?B|(?:kilo|mega|giga|kibi|mebi|gibi)bytes?"
_RATES = r"fps|frames?\s(?:per|a)\ssecond|(?:[kMGT]i?)?B\s?/\s?s"
_UNIT = rf"(?:{_RATES}|{_TIMES}|{_SIZES})"

_COMPARED = (
    r"(?:faster|slower|quicker|cheaper|dearer|longer|shorter|larger|bigger|smaller|greater|higher"
    r"|lower|more|less|fewer|better|worse|speed-?\s?ups?|slow-?downs?|as\s+\w+(?=\s+as\b)|as\s+long"
    r"|as\s+many|as\s+much|as\s+fast|the\s+(?:time|cost|size|memory|speed|throughput|price))"
)

_FIGURE = re.compile(
    rf"(?<![\w.,])(?:"
    rf"{_RANGE}{_GAP}{_UNIT}(?![\w/])"
    rf"|\d+\.\d+{_GAP}(?:s|seconds?)(?!\w)"
    rf"|{_RANGE}\s?(?:[x\u00d7]|-?\s?times|-?\s?fold|%|per\s?cent)\s+{_COMPARED}(?!\w)"
    rf"|{_RANGE}-?fold(?!\w)"
    rf")"
)


@dataclass(frozen=True, slots=True)
class Bare:
    """A figure in a text."""

    start: int
    """Characters before it."""
    text: str
    """As it stands there, line breaks included."""


def bare_figures(text: str) -> Iterator[Bare]:
    """Yield the figures of a text in order.

    Times (ms, us, ns), sizes (KB, MiB ...) and rates (MB/s, fps) count with any number. Seconds
    count with decimals only: '0.4 s' was measured, '30 s' was chosen. 'x', 'times', 'fold' and
    '%' count before a comparison. Numbers in words never do.

    >>> [bare.text for bare in bare_figures("It takes 6.7 ms, 2x faster than 1.3 s.")]
    ['6.7 ms', '2x faster', '1.3 s']
    >>> list(bare_figures("0.28 starts within 30 s; 3 times out of 4 on x86."))
    []
    """
    for match in _FIGURE.finditer(text):
        yield Bare(match.start(), match[0])
