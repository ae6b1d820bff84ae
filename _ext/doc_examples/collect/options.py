"""The options of a block: declared once, parsed and documented from the declaration.

The table :data:`OPTIONS` drives everything that knows an option's name: the check of MyST's
attribute lines, the option lists of the reStructuredText directives and the reference table
that the directive ``example-options`` shows.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from docutils.nodes import make_id
from docutils.parsers.rst import directives
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from doc_examples.records import ITEM_KINDS, Kind, LineRange, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RUN_IN_SESSION = ITEM_KINDS - {Kind.HOST}
EXECUTED = frozenset({Kind.PYTHON, Kind.DOCTEST, Kind.JAVASCRIPT, Kind.HOST})

Value = str | float | int | bool | tuple[str, ...] | LineRange


@dataclass(frozen=True, slots=True)
class Option:
    """One option that an author may give a block."""

    name: str
    parse: Callable[[str], Value]
    """Turns the text of the value into the value; raises :exc:`ValueError` with the reason."""
    kinds: frozenset[Kind]
    """The kinds of block on which the option means something."""
    syntax: str
    """An example of its use."""
    help: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a block; becomes a warning ``[doc_examples.SUBTYPE]``."""

    subtype: str
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the options of one block say."""

    name: str = ""
    session: str = ""
    options: Options = field(default_factory=Options)
    ellipsis: bool = False
    given: frozenset[str] = frozenset()
    """The options that the author wrote, by name."""
    problems: tuple[Problem, ...] = ()


def slug(text: str) -> str:
    """Return the text as an identifier that HTML, docutils and Python names can share.

    >>> slug("Keyed lists, in 3 steps!")
    'keyed-lists-in-3-steps'
    >>> slug("42")
    ''
    """
    return make_id(text)


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("it needs a value")
    return value.strip()


def _name(value: str) -> str:
    name = slug(value)
    if not name:
        raise ValueError("a name needs a letter from a to z, and may hold digits and hyphens")
    return name


def _words(value: str) -> tuple[str, ...]:
    words = tuple(value.replace(",", " ").split())
    if not words:
        raise ValueError("it needs at least one word")
    for word in words:
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", word):
            raise ValueError(f"{word!r} is not a word of letters, digits, '-', '_' and '.'")
    return words


def _flag(value: str) -> bool:
    if value.strip().lower() in {"", "true"}:
        return True
    raise ValueError("a flag is written 'true'; leave it out otherwise")


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        raise ValueError("it needs a number of seconds, such as 60") from None
    if not 0 < seconds < float("inf"):
        raise ValueError("it needs a number of seconds above zero")
    return seconds


def _count(value: str) -> int:
    digits = value.replace("_", "").strip()
    if not (digits.isascii() and digits.isdecimal() and int(digits) > 0):
        raise ValueError("it needs a whole number above zero, such as 5000000")
    return int(digits)


def _pattern(value: str) -> str:
    try:
        re.compile(_text(value))
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from None
    return value.strip()


def _file(value: str) -> str:
    path = PurePosixPath(_text(value))
    parts = value.strip().split("/")
    if (
        path.is_absolute()
        or any(part in {"", ".", ".."} for part in parts)
        or re.search(r"[\\:*?\"<>|\x00-\x1f\x7f]", value)
    ):
        raise ValueError(
            "it needs a plain relative path such as 'data/points.csv': no '..', no leading "
            "or trailing '/', no backslash, colon or control character"
        )
    return str(path)


def _line_range(value: str) -> LineRange:
    specifier, _, reason = value.partition(":")
    try:
        SpecifierSet(specifier.strip())
    except InvalidSpecifier:
        raise ValueError(
            f"{specifier.strip()!r} is no range of versions; write for example "
            "'>=0.27: needs the new loader'"
        ) from None
    if not specifier.strip():
        raise ValueError("it needs a range of versions before the colon, such as '>=0.27'")
    return LineRange(specifier.strip(), reason.strip())


OPTIONS: tuple[Option, ...] = (
    Option(
        "name",
        _name,
        frozenset(Kind),
        "#load-the-table",
        "The permanent name of the block; '#id' in an attribute line.",
    ),
    Option(
        "session",
        _text,
        ITEM_KINDS,
        "session=other",
        "The session that runs it; the page's own when left out.",
    ),
    Option(
        "raises",
        _pattern,
        EXECUTED,
        'raises="TypeError: no .*"',
        "Regular expression for the 'Type: message' of the exception that must end the block.",
    ),
    Option(
        "needs",
        _words,
        ITEM_KINDS,
        'needs="webgpu isolation"',
        "Capabilities of the browser without which the block does not apply.",
    ),
    Option(
        "packages",
        _words,
        RUN_IN_SESSION,
        'packages="numpy"',
        "Wheels of the Pyodide distribution, loaded before the block.",
    ),
    Option(
        "lines",
        _line_range,
        ITEM_KINDS | {Kind.OUTPUT},
        'lines=">=0.27: needs the new loader"',
        "Pyodide lines that the block holds on, and the reason why not on the others; "
        "on an 'output' fence, which needs no reason, the lines that print this.",
    ),
    Option("timeout", _seconds, ITEM_KINDS, "timeout=60", "Seconds that the block may take."),
    Option(
        "output-limit",
        _count,
        RUN_IN_SESSION,
        "output-limit=5000000",
        "Characters that the block may print; a million when left out.",
    ),
    Option(
        "file",
        _file,
        frozenset({Kind.FILE, Kind.HOST}),
        "file=worker.py",
        "Not run: written into the session's file system and served below its address.",
    ),
    Option(
        "reload",
        _flag,
        RUN_IN_SESSION,
        "reload=true",
        "The page is reloaded before the block: interpreter fresh, storage kept.",
    ),
    Option(
        "tab",
        _text,
        RUN_IN_SESSION,
        "tab=second",
        "Another page of the same browser context runs the block.",
    ),
    Option(
        "host",
        _flag,
        frozenset({Kind.HOST}),
        "host=true",
        "Run by CPython in a fresh project under its own pytest.",
    ),
    Option(
        "ellipsis",
        _flag,
        frozenset({Kind.OUTPUT}),
        "ellipsis=true",
        "On an 'output' fence: '...' stands for any text.",
    ),
)

BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}

PASSED_THROUGH = frozenset({"class", "lineno-start", "emphasize-lines"})
"""Attributes of a fence that MyST itself reads."""


OF_DIRECTIVES = (
    "append", "caption", "dedent", "diff", "emphasize-lines", "encoding", "end-at", "end-before",
    "force", "language", "lineno-match", "lineno-start", "linenos", "number-lines", "prepend",
    "pyobject", "start-after", "start-at", "tab-width",
)  # fmt: skip
"""Options of Sphinx's directives of code, for those who have misspelt one."""


def parse_options(raw: Mapping[str, str]) -> Parsed:
    """Read the options of a block, keeping the good ones and naming each bad one.

    Args:
        raw: Option names and the text of their values, as the author wrote them.

    Returns:
        The values, and a problem (``unknown_option``, ``bad_value``) for each option that
        is not understood.
    """
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for key, text in raw.items():
        name = "name" if key == "id" else key
        if name in PASSED_THROUGH:
            continue
        option = BY_NAME.get(name)
        if option is None:
            problems.append(Problem("unknown_option", _unknown(key)))
            continue
        try:
            values[name] = option.parse(text)
        except ValueError as error:
            problems.append(Problem("bad_value", f"option {key!r} has the value {text!r}: {error}"))
    given = frozenset(values)
    name = cast("str", values.pop("name", ""))
    session = cast("str", values.pop("session", ""))
    ellipsis = cast("bool", values.pop("ellipsis", False))
    return Parsed(
        name=name,
        session=session,
        # The table pairs names and types.
        options=Options(**{key.replace("-", "_"): value for key, value in values.items()}),  # type: ignore[arg-type]
        ellipsis=ellipsis,
        given=given,
        problems=tuple(problems),
    )


def _unknown(key: str) -> str:
    near = difflib.get_close_matches(key, [*BY_NAME, *OF_DIRECTIVES], n=1)
    hint = f"is {near[0]!r} meant? " if near else ""
    return f"unknown option {key!r}; {hint}the options are {', '.join(sorted(BY_NAME))}"


class Accepting(dict[str, "Callable[[str], object]"]):
    """The options of a directive that takes every other one, too, as text.

    Docutils drops a block with an unknown option, and MyST the option. Here both reach the
    collector, which says what is wrong with them at their line.
    """

    def __missing__(self, name: str) -> Callable[[str], object]:
        return directives.unchanged


def check_use(parsed: Parsed, kind: Kind) -> list[Problem]:
    """Return what is wrong with these options on a block of this kind."""
    problems = [
        Problem("misplaced_option", f"option {name!r} means nothing on a block of kind '{kind}'")
        for name in sorted(parsed.given)
        if kind not in BY_NAME[name].kinds
    ]
    lines = parsed.options.lines
    if lines is not None and not lines.reason and kind is not Kind.OUTPUT:
        problems.append(
            Problem(
                "bad_value",
                f"option 'lines' needs a reason after its range: "
                f'lines="{lines.specifier}: why not on the others"',
            )
        )
    return problems
