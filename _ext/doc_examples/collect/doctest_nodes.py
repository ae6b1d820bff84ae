"""What ``sphinx.ext.doctest`` says of a block: what it is for, its group, its flags.

Its directives put that on the node that they make. A hidden block is a comment in the doctree,
which is a block nevertheless: blocks below it use what it makes.
"""

from __future__ import annotations

import doctest
import re
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable

SETUP, CLEANUP, CODE, OUTPUT = "testsetup", "testcleanup", "testcode", "testoutput"

_TRACEBACK = re.compile(
    r"Traceback \((?:most recent call|innermost) last\):[ \t]*\n(?:[ \t].*?\n|\n)*(?P<last>\w.*)",
    re.DOTALL,
)


def purpose(node: nodes.Node) -> str:
    """Return the directive's name, or nothing if none of them made the node."""
    return str(node.get("testnodetype", "")) if isinstance(node, nodes.Element) else ""


def session(node: nodes.Element) -> str:
    """Return the session of the block: a group other than the default one has its own."""
    group = next(iter(node.get("groups", ())), "default")
    return "" if group in {"default", "*"} else str(group)


def flags(node: nodes.Element, defaults: int) -> tuple[str, ...]:
    """Return the names of doctest's flags that hold for a block, sorted.

    Args:
        node: The block.
        defaults: The project's ``doctest_default_flags``.
    """
    value = defaults
    options: dict[int, bool] = node.get("options", {})
    for flag, on in options.items():
        value = value | flag if on else value & ~flag
    value &= ~doctest.SKIP
    return tuple(sorted(name for name, flag in doctest.OPTIONFLAGS_BY_NAME.items() if flag & value))


def why_skipped(node: nodes.Element) -> str:
    """Return why the page itself skips the block, if it does."""
    if "skipif" in node:
        return f"skipped by its page, if {node['skipif']}"
    options: dict[int, bool] = node.get("options", {})
    if options.get(doctest.SKIP):
        return "skipped by its page, by the flag SKIP or its range of Python versions"
    return ""


def raises(output: str, given: Iterable[str]) -> str:
    r"""Return the pattern of an exception, if an output is its traceback; else nothing.

    >>> raises("Traceback (most recent call last):\n  ...\nm.E: a...\n", ["ELLIPSIS"])
    '(?s:E:\\ a.*)'
    >>> raises("Traceback (most recent call last):\nE: a\n", ["IGNORE_EXCEPTION_DETAIL"])
    'E(?s:: .*)?'
    """
    match = _TRACEBACK.match(output)
    if match is None:
        return ""
    name, colon, message = match["last"].strip().partition(":")
    name = re.escape(name.rpartition(".")[2])
    if "IGNORE_EXCEPTION_DETAIL" in given:
        return f"{name}(?s:: .*)?"
    pieces = message.split("...") if "ELLIPSIS" in given else [message]
    return f"(?s:{name}{colon}{'.*'.join(map(re.escape, pieces))})"
