"""Blocks of data: parsed on the host, in no session. Pure."""

from __future__ import annotations

import json
import time
import tomllib
from typing import TYPE_CHECKING, Any

import yaml
from yaml.constructor import ConstructorError

from doc_examples.lines import split_lines
from doc_examples.records import Fault, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from doc_examples.records import Example


class DataError(ValueError):
    """A text is not what its language says.

    Attributes:
        reason: What the parser says.
        line: 1-based line within the text, 0 where unknown.
        column: 1-based column within the line, 0 where unknown.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason, line, column)
        self.reason = reason
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return self.reason


def parse_data(example: Example) -> Outcome:
    """Parse the block; a text that does not parse is a fault at its place in the page.

    Raises:
        ValueError: Nothing here parses the block's language.
    """
    parse = PARSERS.get(example.language.lower())
    if parse is None:
        known = ", ".join(sorted(PARSERS))
        raise ValueError(f"no parser for {example.language!r}; expected one of {known}")
    started = time.perf_counter()
    fault = None
    try:
        parse(example.code)
    except DataError as error:
        at = example.line + max(error.line, 1) - 1
        column = error.column + example.column if error.column else 0
        kind = f"{example.language.upper()}Error"
        fault = Fault(kind, error.reason, "", at, column)
    return Outcome(fault=fault, seconds=time.perf_counter() - started)


def parse_json(text: str) -> None:
    r"""Check that a text is one JSON value.

    >>> parse_json('{"a": 1}')
    >>> parse_json('{"a": 1,\n "b" 2}')
    Traceback (most recent call last):
    doc_examples.runner.data.DataError: Expecting ':' delimiter
    """
    try:
        json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DataError(error.msg, error.lineno, error.colno) from None
    except (ValueError, RecursionError) as error:  # what Python itself cannot take
        raise _beyond(error) from None


def _no_constant(name: str) -> None:
    raise DataError(f"{name} is no value of JSON")


def parse_toml(text: str) -> None:
    """Check that a text is a TOML document."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, line, column = str(error), 0, 0
        # Until CPython 3.14 the place stands in the message alone.
        message, _, place = reason.rpartition(" (at ")
        words = place.rstrip(")").replace(",", "").split()
        if words[:1] == ["line"]:
            reason, line, column = message, int(words[1]), int(words[3])
        elif place:
            reason, line = message, len(split_lines(text))
        raise DataError(reason, line, column) from None
    except (ValueError, RecursionError) as error:
        raise _beyond(error) from None


def parse_yaml(text: str) -> None:
    """Check that a text is a sequence of YAML documents of plain data."""
    try:
        list(yaml.load_all(text, _Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        # YAML ends lines at more characters than editors do: its own count is of no use here.
        before = split_lines(text[: mark.index] + ".") if mark else []
        place = (len(before), len(before[-1])) if before else (0, 0)
        raise DataError(error.problem or str(error), *place) from None
    except yaml.YAMLError as error:
        raise DataError(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise _beyond(error) from None


class _Loader(yaml.SafeLoader):
    """Tells the place of what has the form of a value and is none, such as 2024-99-99."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
            kind = node.tag.rpartition(":")[2]
            text = node.value if isinstance(node, yaml.ScalarNode) else node.tag
            reason = f"{text[:60]!r} is no {kind}: {error}"
            raise ConstructorError(problem=reason, problem_mark=node.start_mark) from None


def _beyond(error: Exception) -> DataError:
    """Return the fault of a text that is well-formed and more than Python's parsers take."""
    deep = isinstance(error, RecursionError)
    return DataError("it is nested too deeply" if deep else str(error))


PARSERS: Mapping[str, Callable[[str], None]] = {
    "json": parse_json,
    "toml": parse_toml,
    "yaml": parse_yaml,
    "yml": parse_yaml,
}
"""What checks a block of each language."""
