"""Where the docstring of an object stands in its module, without importing it."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Docstring:
    """One docstring of a module."""

    qualname: str
    """Dotted name below the module; empty for the module's own."""
    first: int
    """1-based line of the opening quotes."""
    last: int
    """1-based line of the closing quotes."""
    text: str
    """What Python reads, escapes resolved."""

    @property
    def keeps_lines(self) -> bool:
        """Whether a line of the text is a line of the file: no escape made or hid one."""
        return self.text.count("\n") == self.last - self.first


def _definitions(
    body: list[ast.stmt], prefix: str
) -> Iterator[tuple[str, ast.stmt | None, list[ast.stmt]]]:
    """Yield name, attribute docstring candidate and body of everything defined."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield prefix + node.name, None, node.body
                if isinstance(node, ast.ClassDef):
                    yield from _definitions(node.body, f"{prefix}{node.name}.")
            case ast.If() | ast.Try() | ast.With():
                for part in ("body", "orelse", "finalbody"):
                    yield from _definitions(getattr(node, part, []), prefix)
                for handler in getattr(node, "handlers", []):
                    yield from _definitions(handler.body, prefix)
            case _:
                pass
    for node, after in itertools.pairwise(body):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield prefix + name, after, []
            case _:
                pass


def _constant(node: ast.stmt | None) -> ast.Constant | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node.value if isinstance(node.value.value, str) else None
    return None


def docstrings(source: str) -> list[Docstring]:
    r"""Return every docstring of a module, also those below assignments.

    Args:
        source: The module's text.

    Returns:
        The docstrings, or nothing at all when the text is not Python.

    >>> docstrings("x = 1\n'the x'\n")
    [Docstring(qualname='x', first=2, last=2, text='the x')]
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    found = []
    for name, candidate, body in [("", None, tree.body), *_definitions(tree.body, "")]:
        constant = _constant(candidate) or _constant(body[0] if body else None)
        if constant is not None:
            last = constant.end_lineno or constant.lineno
            found.append(Docstring(name, constant.lineno, last, str(constant.value)))
    return found


def docstring_of(source: str, dotted: str) -> list[Docstring]:
    """Return the docstrings that an object of this dotted name can have in a module.

    The module's part of the name is unknown here, so the longest suffix that is defined
    counts. A property and its setter share a name; both are returned.
    """
    every = docstrings(source)
    parts = dotted.split(".")
    for start in range(len(parts) + 1):
        qualname = ".".join(parts[start:])
        if found := [doc for doc in every if doc.qualname == qualname]:
            return found
    return []
