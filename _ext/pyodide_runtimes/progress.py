"""How long steps tell what they do: one line per thing, to whoever wants to hear it."""

from __future__ import annotations

import sys
from collections.abc import Callable

Progress = Callable[[str], None]
"""Takes one line of text, without its line end."""


def to_stderr(line: str) -> None:
    """Write a line to standard error at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def silent(line: str) -> None:
    """Say nothing."""
    del line


def size_of(count: int) -> str:
    """Return a number of bytes for a reader, in units of 1000.

    >>> size_of(999), size_of(5_586_594), size_of(12_345)
    ('999 B', '5.6 MB', '12 kB')
    """
    kilo, mega = 1_000, 1_000_000
    if count < kilo:
        return f"{count} B"
    if count < mega:
        return f"{count / kilo:.0f} kB"
    return f"{count / mega:.1f} MB"
