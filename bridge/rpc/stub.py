"""Write what a class offers remotely as a Protocol: ``python -m bridge.rpc.stub module:Class``.

Several classes may be named at once; where one's methods take or return another, the other's
Protocol is meant. The result goes to standard output, or to ``--output FILE``. It holds a second
Protocol, of what is served, and an assignment by which a type checker finds that the class has
changed since.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.errors import BridgeError
from bridge.rpc.exposure import settable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["StubError", "main", "stub"]

_STREAMS: Final = frozenset(
    {"Iterator", "Iterable", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator"}
)
_ASYNC: Final = frozenset({"Awaitable", "Coroutine"})
_PROPERTIES: Final = frozenset({"property", "cached_property"})


class StubError(BridgeError, ValueError):
    """A class cannot be described.

    Attributes:
        target: Its name, ``module:Class``.
        reason: Why.
    """

    def __init__(self, target: str, reason: str) -> None:
        super().__init__(f"cannot describe {target!r}: {reason}")
        self.target = target
        self.reason = reason


@dataclass
class _Class:
    target: str
    module: str
    name: str
    members: dict[str, ast.stmt] = field(default_factory=dict)
    settable: set[str] = field(default_factory=set)
    modules: list[str] = field(default_factory=list)


def _load(target: str) -> _Class:
    module, _, name = target.partition(":")
    if not name.isidentifier():
        raise StubError(target, "expected module:Class, where Class is defined at the top level")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise StubError(target, str(error)) from error
    if not isinstance(found, type):
        raise StubError(target, f"it is no class but a {type(found).__qualname__}")
    described = _Class(target, module, name)
    for kind in reversed(found.__mro__):
        if kind.__module__ in {"builtins", "typing", "abc"}:
            continue
        try:
            source = textwrap.dedent(inspect.getsource(kind))
        except (OSError, TypeError) as error:
            raise StubError(target, f"the source of {kind.__qualname__} is not there") from error
        (definition,) = ast.parse(source).body
        described.modules.append(kind.__module__)
        described.members.update(_members(definition))
    described.settable.update(name for name in described.members if settable(found, name))
    return described


def _members(definition: ast.stmt) -> Iterator[tuple[str, ast.stmt]]:
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - what getsource of a class gives
    for statement in definition.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                shown = not name.startswith("_") or name in ("__enter__", "__aenter__")
                setter = any(isinstance(each, ast.Attribute) for each in statement.decorator_list)
                if name == "__init__":
                    yield from _assigned(statement)
                elif shown and not setter:
                    yield name, statement
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                yield name, statement
            case _:
                pass


def _assigned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.stmt]]:
    """Attributes that ``__init__`` assigns, where it says their type."""
    kinds = {each.arg: each.annotation for each in (*function.args.args, *function.args.kwonlyargs)}
    for node in ast.walk(function):
        match node:
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                yield from _attribute(name, node.annotation)
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value
            ):
                match value:
                    case ast.Name(id=source):
                        yield from _attribute(name, kinds.get(source))
                    case ast.Constant(value=int() | float() | str() | bytes() as constant):
                        yield from _attribute(name, ast.Name(type(constant).__name__))
                    case _:
                        pass
            case _:
                pass


def _attribute(name: str, kind: ast.expr | None) -> Iterator[tuple[str, ast.stmt]]:
    if kind is not None and not name.startswith("_"):
        yield name, ast.AnnAssign(ast.Name(name), kind, None, 1)


class _Writer:
    def __init__(self, classes: Sequence[_Class]) -> None:
        self.classes = classes
        self.names = {each.name for each in classes}
        self.used: set[str] = set()

    def kind(self, node: ast.expr | None, *, remote: bool) -> str:
        """An annotation as text; the described classes become their Protocols."""
        if node is None:
            return "object"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        text = ast.unparse(_renamed(node, self.names) if remote else node)
        nodes = ast.walk(ast.parse(text))
        self.used.update(each.id for each in nodes if isinstance(each, ast.Name))
        return text

    def parameters(self, function: ast.FunctionDef | ast.AsyncFunctionDef, *, remote: bool) -> str:
        own = function.args
        plain = [*own.posonlyargs, *own.args]
        static = any(
            isinstance(each, ast.Name) and each.id == "staticmethod"
            for each in function.decorator_list
        )
        parts: list[str] = [] if not static else ["self"]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(own.defaults))
        defaults += own.defaults
        for place, (each, default) in enumerate(zip(plain, defaults, strict=True)):
            first = place == 0 and not static
            parts.append("self" if first else self._one(each, default, remote))
            if own.posonlyargs and place == len(own.posonlyargs) - 1:
                parts.append("/")
        if own.vararg is not None:
            parts.append("*" + self._one(own.vararg, None, remote))
        elif own.kwonlyargs:
            parts.append("*")
        for each, default in zip(own.kwonlyargs, own.kw_defaults, strict=True):
            parts.append(self._one(each, default, remote))
        if own.kwarg is not None:
            parts.append("**" + self._one(own.kwarg, None, remote))
        return ", ".join(parts)

    def _one(self, argument: ast.arg, default: ast.expr | None, remote: bool) -> str:
        text = f"{argument.arg}: {self.kind(argument.annotation, remote=remote)}"
        return text if default is None else f"{text} = ..."

    def protocols(self, described: _Class) -> str:
        remote = [f"class Remote{described.name}(Protocol):"]
        remote.append(f'    """What `{described.target}` offers on the other side."""')
        served = [f"class Served{described.name}(Protocol):"]
        served.append(f'    """What is served as `Remote{described.name}`."""')
        for name, member in described.members.items():
            theirs, ours = self._member(name, member, settable=name in described.settable)
            remote += ["", *theirs]
            served += ["", *ours]
        return "\n".join([*remote, "", "", *served])

    def _member(
        self, name: str, member: ast.stmt, *, settable: bool
    ) -> tuple[list[str], list[str]]:
        if isinstance(member, ast.AnnAssign):
            return self._value(name, member.annotation, settable=settable)
        assert isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef))  # noqa: S101 - see _members
        if any(isinstance(e, ast.Name) and e.id in _PROPERTIES for e in member.decorator_list):
            return self._value(name, member.returns, settable=settable)
        if name in ("__enter__", "__aenter__"):
            return self._context(member)
        asynchronous = isinstance(member, ast.AsyncFunctionDef)
        item = _item(member.returns)
        theirs = self.parameters(member, remote=True)
        ours = self.parameters(member, remote=False)
        if item is not None and not (asynchronous and not _yields(member)):
            head = f"    def {name}({theirs}) -> Stream[{self.kind(item, remote=True)}]: ..."
            kind = self.kind(member.returns, remote=False)
            return [head], [f"    def {name}({ours}) -> {kind}: ..."]
        result, inner = member.returns, _awaited(member.returns)
        result = inner if inner is not None else result
        head = f"    async def {name}({theirs}) -> {self.kind(result, remote=True)}: ..."
        kind = self.kind(result, remote=False)
        return [head], [f"    def {name}({ours}) -> Served[{kind}]: ..."]

    def _value(
        self, name: str, kind: ast.expr | None, *, settable: bool
    ) -> tuple[list[str], list[str]]:
        theirs, ours = self.kind(kind, remote=True), self.kind(kind, remote=False)
        sort = "Attribute" if settable else "ReadOnly"
        return (
            ["    @property", f"    def {name}(self) -> {sort}[{theirs}]: ..."],
            ["    @property", f"    def {name}(self) -> {ours}: ..."],
        )

    def _context(
        self, member: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> tuple[list[str], list[str]]:
        entered = self.kind(member.returns, remote=True)
        ours = self.kind(member.returns, remote=False)
        prefix = "async " if isinstance(member, ast.AsyncFunctionDef) else ""
        return (
            [
                f"    async def __aenter__(self) -> {entered}: ...",
                "    async def __aexit__(self, *reason: object) -> bool: ...",
            ],
            [f"    {prefix}def {member.name}(self) -> {ours}: ..."],
        )

    def imports(self) -> list[str]:
        """The imports of the classes' modules that the Protocols need."""
        found: dict[str, None] = {}
        known = set(vars(importlib.import_module("builtins"))) | {"Self"}
        for described in self.classes:
            for module in dict.fromkeys(reversed(described.modules)):
                found.update(dict.fromkeys(_imports(module, self.used - known)))
        return sorted(found)


def _renamed(node: ast.expr, names: set[str]) -> ast.expr:
    class Rename(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.Name:
            return ast.Name(f"Remote{name.id}", name.ctx) if name.id in names else name

    renamed: ast.expr = Rename().visit(ast.parse(ast.unparse(node), mode="eval").body)
    return renamed


def _named(node: ast.expr | None, names: frozenset[str]) -> ast.expr | None:
    match node:
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            return inner if name in names else None
        case ast.Constant(value=str(text)):
            return _named(ast.parse(text, mode="eval").body, names)
        case _:
            return None


def _item(returns: ast.expr | None) -> ast.expr | None:
    inner = _named(returns, _STREAMS)
    return inner.elts[0] if isinstance(inner, ast.Tuple) else inner


def _awaited(returns: ast.expr | None) -> ast.expr | None:
    inner = _named(returns, _ASYNC)
    return inner.elts[-1] if isinstance(inner, ast.Tuple) else inner


def _yields(function: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def _imports(module: str, wanted: set[str]) -> Iterator[str]:
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for each in node.names:
                if (each.asname or each.name) in wanted and node.module != "__future__":
                    wanted.discard(each.asname or each.name)
                    yield f"from {node.module} import {_alias(each)}"
        elif isinstance(node, ast.Import):
            for each in node.names:
                if (each.asname or each.name.partition(".")[0]) in wanted:
                    yield f"import {_alias(each)}"
    for node in tree.body:
        name = getattr(node, "name", None)
        if name in wanted:
            wanted.discard(name)
            yield f"from {module} import {name}"


def _alias(name: ast.alias) -> str:
    return name.name if name.asname is None else f"{name.name} as {name.asname}"


def stub(targets: Sequence[str]) -> str:
    """Describe classes.

    Args:
        targets: Each ``module:Class``.

    Returns:
        The source of a module.

    Raises:
        StubError: One cannot be imported, is no class, or has no source.
    """
    classes = [_load(target) for target in targets]
    writer = _Writer(classes)
    bodies = "\n\n\n".join(writer.protocols(each) for each in classes)
    own = sorted(
        name for name in ("Attribute", "ReadOnly", "Served", "Stream") if f"{name}[" in bodies
    )
    writer.used -= {f"Remote{name}" for name in writer.names}
    needed = [f"from {each.module} import {each.name}" for each in classes]
    lines = sorted({*writer.imports(), *needed})
    checks = "\n\n".join(
        f"    def _{each.name}_is_served(served: {each.name}) -> Served{each.name}:\n"
        "        return served"
        for each in classes
    )
    helpers = f"from bridge.rpc.typing import {', '.join(own)}\n" if own else ""
    return (
        f'"""What {", ".join(targets)} offer remotely.\n\n'
        f"Written by ``python -m bridge.rpc.stub {' '.join(targets)}``; do not edit.\n"
        '"""\n\n'
        "from __future__ import annotations\n\n"
        f"from typing import TYPE_CHECKING, Protocol\n\n{helpers}\n"
        "if TYPE_CHECKING:\n" + "".join(f"    {line}\n" for line in lines) + f"\n\n{bodies}\n\n\n"
        f"if TYPE_CHECKING:\n\n{checks}\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bridge.rpc.stub", description=__doc__)
    parser.add_argument("targets", nargs="+", metavar="module:Class")
    parser.add_argument("--output", type=Path, help="file to write; standard output without it")
    given = parser.parse_args(arguments)
    sys.path.insert(0, "")
    try:
        text = stub(given.targets)
    except StubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if given.output is None:
        sys.stdout.write(text)
    else:
        given.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
