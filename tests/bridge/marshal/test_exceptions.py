"""Exceptions on their way: as they were raised, and told where they cannot be made again."""

from __future__ import annotations

import json
import sys
import threading
import types
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._marshal.exceptions import describe, rebuild
from bridge.errors import DisposedError
from bridge.rpc.errors import RemoteError


def caught(error: BaseException) -> BaseException:
    """An exception with a traceback."""
    try:
        raise error  # noqa: TRY301 - to be caught
    except BaseException as found:  # noqa: BLE001 - the one just raised
        return found


def crossed(error: BaseException) -> Any:
    return rebuild(describe(caught(error)), RemoteError)


class FormattingError(Exception):
    def __init__(self, path: str) -> None:
        super().__init__(f"cannot read {path}")
        self.path = path


class DemandingError(Exception):
    def __init__(self, one: int, *, two: int) -> None:
        super().__init__(one + two)


class KeepingError(Exception):
    """Formats in `__str__`, and keeps nothing in ``args``."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts

    def __str__(self) -> str:
        return f"facts: {self.facts}"


class SlottedError(ValueError):
    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        super().__init__("at a place")
        self.place = place


class FileError(OSError):
    def __init__(self, path: str) -> None:
        super().__init__(2, "no such thing", path)


class ReducingError(Exception):
    """Says by itself how it is pickled."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")
        self.one, self.two = one, two

    def __reduce__(self) -> tuple[object, ...]:
        return ReducingError, (self.one, self.two)


class Group(ExceptionGroup[Exception]):
    """A group that is made in another way."""

    def __new__(cls, errors: list[Exception]) -> Self:
        return super().__new__(cls, "several", errors)

    def __init__(self, errors: list[Exception]) -> None:
        self.count = len(errors)


class Unrepresentable:
    def __repr__(self) -> str:
        raise RuntimeError

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError


EXAMPLES = [
    FormattingError("a.txt"),
    DemandingError(1, two=2),
    KeepingError(a=1),
    SlottedError(7),
    FileError("a.txt"),
    ReducingError(1, 2),
    KeyError("a key"),
    KeyError(),
    OSError(2, "gone", "a.txt"),
    OSError(18, "across", "a.txt", None, "b.txt"),
    OSError("only a text"),
    BlockingIOError(11, "later", 5),
    UnicodeDecodeError("utf-8", b"ab\xff", 2, 3, "invalid start byte"),
    UnicodeEncodeError("ascii", "\xe4", 0, 1, "out of range"),
    SyntaxError("invalid", ("page.py", 3, 4, "let x = = 1", 3, 6)),
    IndentationError("unexpected", ("page.py", 1, 2, " x", 1, 3)),
    ImportError("no", name="shop", path="/shop.py"),
    ModuleNotFoundError("No module named 'x'", name="x"),
    NameError("name 'x' is not defined", name="x"),
    AttributeError("no y", name="y", obj=object()),
    StopAsyncIteration(3),
    json.JSONDecodeError("Expecting value", "x", 0),
    DisposedError("the port"),
    ExceptionGroup("several", [ValueError(1), ExceptionGroup("inner", [KeyError("k")])]),
    Group([ValueError(1), FormattingError("b.txt")]),
    ValueError(lambda: 1),
    ValueError(1, threading.Lock()),
]
FIELDS = [
    *("errno", "strerror", "filename", "filename2", "characters_written"),
    *("encoding", "object", "start", "end", "reason"),
    *("msg", "lineno", "offset", "text", "end_lineno", "end_offset"),
    *("name", "path", "value", "place", "one", "two", "count", "facts"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_exception_is_as_it_was_raised(error: Exception) -> None:
    found = crossed(error)
    assert type(found) is type(error)
    assert str(found) == str(error)
    assert repr(found) == repr(error)
    for name in FIELDS:
        assert getattr(found, name, None) == getattr(error, name, None), name
    assert isinstance(found.__cause__, RemoteError)
    assert "in caught" in found.__cause__.traceback


plain = st.none() | st.integers() | st.text(max_size=9) | st.tuples(st.integers(), st.text())
kinds = st.sampled_from(
    [ValueError, KeyError, RuntimeError, OSError, LookupError, KeepingError, TimeoutError]
)


@given(kinds, st.lists(plain, max_size=3), st.dictionaries(st.text("abc", min_size=1), plain))
def test_arguments_attributes_and_notes_are_as_they_were(
    kind: type[Exception], args: list[Any], attributes: dict[str, Any]
) -> None:
    error = kind(*args) if kind is not KeepingError else kind(**attributes)
    vars(error).update(attributes)
    error.add_note("a note")
    found = crossed(error)
    assert (type(found), found.args, str(found)) == (type(error), error.args, str(error))
    assert vars(found) == vars(error)
    assert found.__notes__ == ["a note"]


def test_causes_and_contexts_stay_where_they_were() -> None:
    root = KeyError("root")
    middle = FormattingError("m.txt")
    middle.__cause__ = root
    error = ValueError("top")
    error.__context__ = middle
    found = crossed(error)
    assert isinstance(found.__cause__, RemoteError)
    assert not found.__suppress_context__
    assert isinstance(found.__context__, FormattingError)
    assert isinstance(found.__context__.__cause__, KeyError)
    error.__cause__ = middle
    found = crossed(error)
    assert isinstance(found.__cause__, FormattingError)
    assert found.__cause__ is found.__context__
    assert isinstance(found.__cause__.__cause__, KeyError)
    # The traceback of the other side is the last of the causes.
    assert isinstance(found.__cause__.__cause__.__cause__, RemoteError)


def test_a_chain_that_is_a_ring_or_endless_is_carried_as_far_as_it_goes() -> None:
    error, other = ValueError(1), KeyError(2)
    error.__context__, other.__context__ = other, error
    found = crossed(error)
    assert found.__context__.__context__ is found
    last: BaseException = ValueError("first")
    for number in range(5000):
        following = ValueError(number)
        following.__context__ = last
        last = following
    found = crossed(last)
    assert found.args == (4999,)
    assert found.__context__.args == (4998,)


def test_what_an_exception_holds_and_cannot_be_sent_is_told_by_its_text() -> None:
    error: Any = ValueError("a callback failed")
    error.callback, error.count = (lambda: 1), 3
    error.odd = Unrepresentable()
    found = crossed(error)
    assert type(found).__name__ == "ValueError"
    assert (found.args, found.count) == (error.args, 3)
    assert repr(found.callback) == repr(error.callback)
    assert "cannot be had" in repr(found.odd)


@pytest.fixture
def missing() -> type[Exception]:
    """The class of an exception in a module that is gone when it is rebuilt."""
    module = types.ModuleType("module_of_this_test")
    sys.modules[module.__name__] = module
    kind = type("LostError", (Exception,), {"__module__": module.__name__})
    module.LostError = kind  # type: ignore[attr-defined]
    return kind


def test_a_class_that_is_missing_here_costs_itself_only(missing: type[Exception]) -> None:
    alone = describe(caught(missing("gone")))
    among = describe(caught(ExceptionGroup("several", [ValueError(1), missing("gone")])))
    error = ValueError("top")
    error.__cause__ = missing("gone")
    caused = describe(caught(error))
    del sys.modules["module_of_this_test"]
    found = rebuild(alone, RemoteError)
    assert isinstance(found, RemoteError)
    assert (found.type, found.text) == ("module_of_this_test.LostError", "gone")
    assert "in caught" in found.traceback
    group: Any = rebuild(among, RemoteError)
    assert [type(each) for each in group.exceptions] == [ValueError, RemoteError]
    assert group.exceptions[1].text == "gone"
    assert isinstance(rebuild(caused, RemoteError).__cause__, RemoteError)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_what_would_end_the_interpreter_is_told(error: BaseException) -> None:
    found = crossed(error)
    assert type(found) is RemoteError
    assert found.type == type(error).__name__


def test_an_exception_without_a_text_is_told() -> None:
    class Mute(Exception):  # noqa: N818 - a name for a test
        def __str__(self) -> str:
            raise RuntimeError

    assert "cannot be had" in describe(Mute())[1]


@given(st.binary(max_size=60))
def test_a_damaged_exception_is_told(damaged: bytes) -> None:
    found = rebuild(("ValueError", "text", "trace", damaged), RemoteError)
    assert isinstance(found, RemoteError)
    assert found.text == "text"


def test_frames_of_bridge_before_the_application_s_are_left_out() -> None:
    from bridge.pool.packing import unpack  # noqa: PLC0415 - any function of bridge

    try:
        unpack(b"")
    except EOFError as error:
        inner = describe(error)[2]
    # Of what bridge itself raised, all of them are told.
    assert "in read" in inner
