"""What the scanner finds, and what it knows of directives in either markup."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Line = tuple[int, str]
"""1-based number of a line in its file, and its text without what nesting put before it."""


class Role(StrEnum):
    """How a block comes to stand on a page."""

    TEXT = "text"
    """Its text is in the file itself."""
    INCLUDED = "included"
    """A ``literalinclude`` names the file that has the text."""
    PART = "part"
    """An ``include`` takes a part of another file of markup: no block, but worth knowing."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """One block of code in a source file."""

    line: int
    """1-based line of the first line of code; of the directive when it is included."""
    language: str | None
    """``None`` when the author stated none."""
    code: str
    """The text; the other file's name when it is included."""
    role: Role = Role.TEXT


CODE_DIRECTIVES = frozenset(
    {
        "code-block",
        "code",
        "sourcecode",
        "parsed-literal",
        "pyodide",
        "doctest",
        "testcode",
        "testoutput",
        "testsetup",
        "testcleanup",
    }
)
"""Directives whose content is code."""

OPAQUE_DIRECTIVES = frozenset(
    {
        "raw",
        "math",
        "toctree",
        "image",
        "csv-table",
        "highlight",
        "bibliography",
        "graphviz",
        "mermaid",
        "contents",
        "meta",
        "role",
        "default-role",
        "index",
        "substitution",
    }
)
"""Directives whose content is neither code nor text of the page."""

STATED_BY_NAME = {
    "pyodide": "python",
    "doctest": "pycon",
    "testcode": "python",
    "testsetup": "python",
    "testcleanup": "python",
}


def directive_block(name: str, argument: str, lines: Sequence[Line], at: int) -> Scanned | None:
    """Return the block that a directive of code shows.

    Args:
        name: The directive's name.
        argument: What stands behind it on its line.
        lines: Its content without options.
        at: 1-based line of the directive.
    """
    if name == "literalinclude":
        return Scanned(at, None, argument.strip(), Role.INCLUDED)
    if name not in CODE_DIRECTIVES or not lines:
        return None
    language = STATED_BY_NAME.get(name)
    if language is None and name not in {"parsed-literal", "testoutput"}:
        language = argument.strip() or None
    return Scanned(lines[0][0], language, join(lines), Role.TEXT)


_PARTS = ("start-line", "end-line", "start-after", "end-before", "literal", "code")


def partial_include(argument: str, lines: Sequence[Line], at: int) -> Scanned | None:
    """Return what an ``include`` takes, unless it takes the whole file.

    Args:
        argument: The other file's name.
        lines: The options, as they stand below the directive.
        at: 1-based line of the directive.
    """
    options = " ".join(text.strip().lstrip(":") + ":" for _, text in lines)
    if any(f"{name}:" in options for name in _PARTS):
        return Scanned(at, None, argument.strip(), Role.PART)
    return None


def join(lines: Sequence[Line]) -> str:
    """Return the text of the lines, ending in exactly one newline."""
    return "\n".join(text for _, text in lines).rstrip("\n") + "\n"
