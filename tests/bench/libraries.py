"""The libraries that the suite ``signals`` compares, each with its own notation."""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN202, PLC0415 - a library is imported when it is measured, and ships what types it has
from __future__ import annotations

import ast
import contextlib
import gc
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_EXPONENTIAL = "not run: time grows exponentially with depth"


@dataclass(frozen=True)
class Library:
    """A library and what it writes for the notation of `tests.bench.shapes`.

    Attributes:
        name: As the tables call it.
        names: Makes the functions that the shapes call.
        read: Reading ``X``.
        write: Writing ``V`` to ``X``.
        settle: Running what is due.
        cannot: Shapes that would take it minutes or longer, with the reason.
    """

    name: str
    names: Callable[[], dict[str, object]]
    read: str
    write: str
    settle: str = "None"
    cannot: dict[str, str] = field(default_factory=dict)

    def shapes(self) -> dict[str, Callable[[], tuple[Callable[[], object], object]]]:
        """Compile the shapes for this library."""
        path = Path(__file__).with_name("shapes.py")
        tree = _Notation(self).visit(ast.parse(path.read_text("utf-8")))
        module = ModuleType(f"shapes for {self.name}")
        vars(module).update(self.names())
        exec(compile(ast.fix_missing_locations(tree), str(path), "exec"), vars(module))  # noqa: S102 - the file beside this one
        return module.SHAPES


class _Notation(ast.NodeTransformer):
    """Puts a library's notation in place of read(x), write(x, value) and settle()."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in ("read", "write", "settle"):
            return node
        template = ast.parse(getattr(self._library, node.func.id), mode="eval").body
        return _Filling(dict(zip("XV", node.args, strict=False))).visit(template)


class _Filling(ast.NodeTransformer):
    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._values.get(node.id, node)


def _dispose(made) -> None:
    for each in made:
        each.dispose()


def _bridge():
    from bridge.reactivity import Signal, batch, computed, effect

    return {
        "signal": Signal,
        "bare_signal": Signal,
        "computed": computed,
        "effect": effect,
        "batched": batch,
        "dispose": _dispose,
    }


def _reaktiv():
    from reaktiv import Computed, Effect, Signal, batch

    return {
        "signal": Signal,
        "bare_signal": Signal,
        "computed": Computed,
        "effect": Effect,
        "batched": batch,
        "dispose": _dispose,
    }


def _wybthon():
    from wybthon.reactivity import create_effect, create_memo, create_signal, flush

    def signal(value):
        getter, setter = create_signal(value)
        # The shapes hand one thing about.
        getter.write = setter
        return getter

    def effect(fn):
        made = create_effect(fn)
        flush()
        return made

    return {
        "signal": signal,
        "bare_signal": create_signal,
        "computed": create_memo,
        "effect": effect,
        "batched": contextlib.nullcontext,
        "flush": flush,
        "dispose": _dispose,
    }


LIBRARIES = (
    Library("bridge", _bridge, read="X.value", write="X.set(V)"),
    Library(
        "reaktiv",
        _reaktiv,
        read="X()",
        write="X.set(V)",
        cannot=dict.fromkeys(
            (
                "cellx100",
                "cellx1000",
                "large web app",
                "large web app, observed",
                "wide dense",
                "deep graph",
                "very dynamic",
                "very dynamic, observed",
            ),
            _EXPONENTIAL,
        ),
    ),
    Library(
        "wybthon",
        _wybthon,
        read="X()",
        write="X.write(V)",
        settle="flush()",
    ),
)


def collect() -> None:
    """Collect garbage, so that none of the last measurement falls into the next."""
    gc.collect()
