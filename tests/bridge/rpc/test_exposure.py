"""What of a served object can be reached: the same for both kinds of end."""

from __future__ import annotations

import asyncio
import collections
import functools
import io
import json
import os
import sys
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.reactivity import observable
from bridge.rpc import NotExposedError
from bridge.rpc.comlink import ComlinkEnd
from bridge.rpc.envelopes import Kind
from bridge.rpc.exposure import Exposure, public, settable
from bridge.rpc.remote import Options, link_of
from tests.bridge.rpc.both_ends import ends, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

OPERATIONS = {Kind.GET: "get", Kind.SET: "set", Kind.CALL: "call"}


def both_kinds(
    serve: object, check: Callable[[Any], Awaitable[None]], interface: type | None = None
) -> None:
    """Run a check with a function that makes a request, on each kind of end."""

    async def by_peer() -> None:
        async with ends(serve=serve, interface=interface) as both:
            link = link_of(both.remote)
            await check(lambda kind, name, *args: link.ask(kind, Options(), name, args))

    async def by_comlink() -> None:
        end = ComlinkEnd(None, serve, interface, {})

        async def attempt(kind: Kind, name: str, *args: object) -> object:
            return await end._serving(OPERATIONS[kind], name, list(args))

        await check(attempt)

    run(by_peer())
    run(by_comlink())


def test_both_kinds_of_end_ask_the_same_rule() -> None:
    async def main() -> None:
        async with ends() as both:
            server = both.server._connection.server
            end = ComlinkEnd(None, None, None, {})
            assert {type(server._root), type(server._handed_over), type(end._exposure)} == {
                Exposure
            }

    run(main())


SHOP = """
import os
from json import dumps
from collections import OrderedDict
listed = __import__("os").listdir
VERSION = "1"
_private = 1
def price(): return 3
class Basket: pass
lazy = None
def __getattr__(name):
    if name in ("offered", "hidden"): return name
    raise AttributeError(name)
"""


def module_of(text: str, **more: object) -> ModuleType:
    module = ModuleType("shop")
    exec(text, module.__dict__)  # noqa: S102 - a module for the test
    vars(module).update(more)
    return module


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (None, {"price"}),
        (["price", "VERSION", "listed", "offered"], {"price", "VERSION", "listed", "offered"}),
        (("VERSION", "__name__", "_private", "a.b", "os"), {"VERSION"}),
        ("price", set()),
        ([1, None, "price"], {"price"}),
        (7, set()),
        ([], set()),
    ],
)
def test_a_module_exposes_what_it_lists_or_defines_and_nothing_of_it_can_be_set(
    names: Any, shown: set[str]
) -> None:
    module = module_of(SHOP, **({} if names is None else {"__all__": names}))
    before = dict(vars(module))

    async def check(attempt: Any) -> None:
        found = set()
        for name in [*before, "offered", "hidden", "a.b", "missing", "append"]:
            try:
                await attempt(Kind.GET, name)
                found.add(name)
            except NotExposedError:
                pass
            with pytest.raises(NotExposedError):
                await attempt(Kind.SET, name, 5)
        # A class crosses by name, which a module of a test has not.
        assert found - {"Basket"} == shown
        with pytest.raises(NotExposedError):
            await attempt(Kind.CALL, "dumps", {})

    both_kinds(module, check)
    assert vars(module) == before


class Described:
    """Declares one name of each kind."""

    annotated: int
    assigned = 1
    both: "str | None" = None  # noqa: UP037 - as a text
    fixed: ClassVar[int] = 1
    final: Final = 1
    handler: Callable[[], int] | None = None
    library = os
    kind = dict
    listing = staticmethod(os.listdir)
    __slots__ = ("__dict__", "slotted")

    def __init__(self) -> None:
        self.annotated = 1
        self.slotted = 1
        self.made = 1
        self.called: Callable[[], int] = lambda: 1
        self._code = 1234
        self.seen = 0

    @property
    def read(self) -> int:
        return 1

    @property
    def written(self) -> int:
        return self.seen

    @written.setter
    def written(self, value: int) -> None:
        self.seen = value

    @functools.cached_property
    def cached(self) -> int:
        return 1

    def method(self) -> int:
        return 1

    @classmethod
    def made_by(cls) -> int:
        return 1


SETTABLE = {"annotated", "assigned", "both", "slotted", "written", "handler"}


def test_only_data_that_the_class_declares_can_be_set() -> None:
    async def check(attempt: Any) -> None:
        vars(target).update(vars(Described()))  # as new
        for name in SETTABLE:
            await attempt(Kind.SET, name, 7)
            assert await attempt(Kind.GET, name) == 7, name
        for name in (
            "fixed", "final", "library", "kind", "listing", "made", "called", "read", "cached",
            "method", "made_by", "missing", "_code", "__class__", "__dict__", "__slots__",
        ):  # fmt: skip
            with pytest.raises(NotExposedError):
                await attempt(Kind.SET, name, 7)
        target.handler = lambda: 1
        with pytest.raises(NotExposedError, match="replaced"):
            await attempt(Kind.SET, "handler", None)
        assert not hasattr(target, "missing")
        target.handler = None

    target = Described()
    both_kinds(target, check)
    assert (target.made, target.called(), target._code, target.method()) == (1, 1, 1234, 1)


@dataclass
class Row:
    text: str
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Frozen:
    text: str = "a"


@observable
@dataclass
class Seen:
    text: str = "a"


class Pair(NamedTuple):
    text: str = "a"


class Colour(Enum):
    RED = 1


class Mapping(collections.UserDict[str, Any]):
    pass


def test_fields_are_set_where_their_class_lets_them_be() -> None:
    for target, possible in (
        (Row("a"), True), (Seen(), True), (Frozen(), False), (Pair(), False),
        (SimpleNamespace(text="a"), False), (Mapping(text="a"), False),
    ):  # fmt: skip

        async def check(attempt: Any, possible: bool = possible) -> None:
            if possible:
                await attempt(Kind.SET, "text", "b")
            else:
                with pytest.raises(NotExposedError):
                    await attempt(Kind.SET, "text", "b")

        both_kinds(target, check)
        assert getattr(target, "text", "a") == ("b" if possible else "a")


def test_a_namespace_of_functions_keeps_them_and_gets_no_new_names() -> None:
    served = SimpleNamespace(add=lambda a, b: a + b)

    async def check(attempt: Any) -> None:
        for name in ("add", "new", "sub"):
            with pytest.raises(NotExposedError):
                await attempt(Kind.SET, name, "text")
        assert await attempt(Kind.CALL, "add", 1, 2) == 3

    both_kinds(served, check)
    assert vars(served).keys() == {"add"}


def test_an_interface_says_what_can_be_set() -> None:
    class Shown(Protocol):
        name: str
        limit: ClassVar[int]

        @property
        def level(self) -> int: ...
        def add(self, number: int) -> int: ...
        def missing(self) -> int: ...

    class Served:
        limit = 1

        def __init__(self) -> None:
            self.name = "a"
            self.other = "a"
            self.level = 1

        def add(self, number: int) -> int:
            return number

    async def check(attempt: Any) -> None:
        await attempt(Kind.SET, "name", "b")
        assert await attempt(Kind.GET, "name") == "b"
        for name in ("other", "limit", "level", "add", "missing"):
            with pytest.raises(NotExposedError):
                await attempt(Kind.SET, name, "b")
        for name in ("other", "missing"):
            with pytest.raises(NotExposedError):
                await attempt(Kind.GET, name)

    both_kinds(Served(), check, Shown)


class Holder:
    """Holds what Python makes by itself."""

    module = os
    foreign = collections.OrderedDict
    frame = sys._getframe()
    code = run.__code__

    class Inner:
        """Stands in the class itself."""

    def __init__(self) -> None:
        self.library = json
        self.error = ValueError("told")


def test_modules_frames_code_and_foreign_classes_are_not_handed_out() -> None:
    async def check(attempt: Any) -> None:
        for name in ("module", "library", "foreign", "frame", "code"):
            for kind in (Kind.GET, Kind.CALL):
                with pytest.raises(NotExposedError):
                    await attempt(kind, name)

    both_kinds(Holder(), check)
    assert Exposure().member(Holder(), "Inner") is Holder.Inner


def numbers() -> Iterator[int]:
    yield 1


async def waiting() -> None:
    await asyncio.sleep(0)


@functools.cache
def cached() -> int:
    return 1


class Callable_:  # noqa: N801 - what it is
    name = "called"

    def __call__(self) -> int:
        return 3


FUNCTIONS = {
    "function": (lambda: 3, ("__globals__", "__code__", "func_globals", "__wrapped__")),
    "method": (Described().method, ("__self__", "__func__", "im_self")),
    "builtin": (os.getcwd, ("__self__", "__module__")),
    "class": (Row, ("mro", "text", "tags", "__init__")),
    "metaclass": (Colour, ("RED", "mro")),
    "partial": (functools.partial(int, "3"), ("func", "args", "keywords")),
    "cached": (cached, ("cache_clear", "cache_info", "cache_parameters")),
    "method descriptor": (str.upper, ("__objclass__", "text_signature")),
    "wrapper": ("a".__len__, ("__self__",)),
    "generator": (numbers(), ("gi_frame", "gi_code", "send", "throw", "close")),
    "frame": (sys._getframe(), ("f_globals", "f_locals", "f_back", "f_builtins", "clear")),
    "code": (run.__code__, ("co_consts", "replace")),
}


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_what_is_called_or_read_only_has_no_names(kind: str) -> None:
    target, names = FUNCTIONS[kind]
    exposure = Exposure()
    for name in names:
        with pytest.raises(NotExposedError):
            exposure.member(target, name)
        with pytest.raises(NotExposedError):
            exposure.assign(target, name, 1)
    assert exposure.special(target, "__iter__", "__enter__", "__aiter__", "__call__") is None


def test_a_coroutine_shows_no_frame_and_cannot_be_driven() -> None:
    target = waiting()
    for name in ("cr_frame", "cr_code", "send", "throw", "close"):
        with pytest.raises(NotExposedError):
            Exposure().member(target, name)
    target.close()


def test_a_callable_object_is_called_and_has_its_names() -> None:
    exposure, target = Exposure(), Callable_()
    assert exposure.itself(target)() == 3
    assert exposure.member(target, "name") == "called"
    for other in (SimpleNamespace(), numbers(), sys._getframe(), 3):
        with pytest.raises(NotExposedError):
            exposure.itself(other)


class Intercepting:
    known = 1

    def __getattr__(self, name: str) -> object:
        return getattr(os, name, lambda: name)


def test_names_that_only_getattr_answers_are_exposed_by_an_interface_only() -> None:
    class Shown(Protocol):
        def getcwd(self) -> str: ...

    for name in ("listdir", "getcwd", "anything"):
        with pytest.raises(NotExposedError):
            Exposure().member(Intercepting(), name)
        with pytest.raises(NotExposedError):
            Exposure().assign(Intercepting(), name, 1)
    assert Exposure().member(Intercepting(), "known") == 1
    assert Exposure(Shown).member(Intercepting(), "getcwd") is os.getcwd
    with pytest.raises(NotExposedError):
        Exposure(Shown).member(Intercepting(), "listdir")


class Text(str):
    """Says of itself what it likes."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        return False

    def isidentifier(self) -> bool:
        return True


@pytest.mark.parametrize(
    "name",
    ["\uff4f\uff53", "\uff3f_class__", "\ufe33pin", "add\u200b", "a" * 201, "", "1", "a b", "a.b",
     "_pin", "__class__", Text("add"), Text("__class__"), b"add", None, 7, "\ud800", "add\n"],
)  # fmt: skip
def test_what_is_no_public_name_is_refused_and_hardly_repeated(name: Any) -> None:
    served = SimpleNamespace(add=1)
    vars(served)[name] = 1
    assert not public(name)
    for go in (Exposure().member, lambda target, name: Exposure().assign(target, name, 1)):
        with pytest.raises(NotExposedError) as caught:
            go(served, name)
        assert len(str(caught.value)) < 400


@given(st.text(max_size=40))
def test_a_public_name_is_an_identifier_that_reads_as_itself(name: str) -> None:
    if public(name):
        space: dict[str, object] = {}
        exec(f"class Made:\n def {name}_(self): pass\n", space)  # noqa: S102 - as its parser reads it
        assert f"{name}_" in vars(space["Made"])


def test_an_error_inside_of_a_property_is_told_as_it_is() -> None:
    class Served:
        @property
        def broken(self) -> int:
            raise AttributeError("inside")

    async def check(attempt: Any) -> None:
        with pytest.raises(AttributeError, match="inside") as caught:
            await attempt(Kind.GET, "broken")
        assert not isinstance(caught.value, NotExposedError)

    both_kinds(Served(), check)


def test_what_cannot_be_read_can_be_written_where_that_is_declared() -> None:
    class Served:
        @property
        def key(self) -> int:
            raise RuntimeError("it is not read")

        @key.setter
        def key(self, value: int) -> None:
            self.given = value

    async def check(attempt: Any) -> None:
        await attempt(Kind.SET, "key", 7)

    served = Served()
    both_kinds(served, check)
    assert served.given == 7


def test_a_root_that_returns_itself_cannot_be_called_past_its_interface() -> None:
    class Shown(Protocol):
        def myself(self) -> object: ...

    class Served:
        def myself(self) -> object:
            return self

        def __call__(self) -> str:
            return "called"

    async def main() -> None:
        end = ComlinkEnd(None, Served(), Shown, {})
        with pytest.raises(NotExposedError):
            await end._serving("call", "myself", [])
        async with ends(serve=Served(), interface=Shown) as both:
            with pytest.raises(NotExposedError):
                await both.remote()

    run(main())


def test_an_interface_narrows_a_function_as_well() -> None:
    class Silent(Protocol):
        def other(self) -> int: ...

    class Loud(Protocol):
        def __call__(self) -> int: ...

    assert Exposure(Loud).itself(cached)() == 1
    with pytest.raises(NotExposedError):
        Exposure(Silent).itself(cached)


def test_a_file_has_its_methods_and_nothing_to_set() -> None:
    target = io.StringIO("text")
    assert Exposure().member(target, "read")() == "text"
    assert not any(settable(io.StringIO, name) for name in dir(io.StringIO) if public(name))
