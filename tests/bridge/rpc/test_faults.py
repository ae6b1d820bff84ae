"""Exceptions on their way: text always, the exception itself where that is possible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.rpc import MalformedMessageError, NotExposedError, PeerLimits, RemoteError
from bridge.rpc.codec import Codec
from bridge.rpc.faults import describe, rebuild
from tests.bridge.rpc.test_codec import Home


def raised(error: BaseException) -> BaseException:
    """An exception with a traceback."""
    try:
        raise error  # noqa: TRY301 - to be caught
    except BaseException as caught:  # noqa: BLE001 - the one just raised
        return caught


def crossed(error: BaseException, *, trusted: bool = True) -> Exception:
    codec = Codec(Home(), trusted=trusted)
    return rebuild(describe(error, codec), codec)


simple = st.one_of(st.integers(), st.text(max_size=20), st.none(), st.tuples(st.integers()))
kinds = st.sampled_from([ValueError, KeyError, LookupError, OSError, RuntimeError, TimeoutError])


@given(kinds, st.lists(simple, max_size=3), st.booleans())
def test_an_exception_has_its_class_its_arguments_and_its_traceback(
    kind: type[Exception], args: list[object], trusted: bool
) -> None:
    error = raised(kind(*args))
    found = crossed(error, trusted=trusted)
    assert type(found) is type(error)
    # A stranger is not told the name of a file.
    text = str(error) if trusted else str(kind(*error.args))
    assert (found.args, str(found)) == (error.args, text)
    cause = found.__cause__
    assert isinstance(cause, RemoteError)
    assert (cause.type, cause.text) == (kind.__name__, text)
    assert ("in raised" in cause.traceback) == trusted


def test_a_stranger_learns_neither_where_it_failed_nor_what_behind_it() -> None:
    secret = "/srv/secret"  # noqa: S105 - a path
    try:
        try:
            Path(secret).read_text("utf-8")
        except OSError as cause:
            fault = ValueError("cannot be loaded")
            fault.add_note(f"from {secret}")
            raise fault from cause
    except ValueError as error:
        found = describe(error, Codec(Home()))
        behind = describe(error.__cause__ or error, Codec(Home()))
    assert found[:3] == ("ValueError", "cannot be loaded", "")
    assert behind[:3] == ("FileNotFoundError", "[Errno 2] No such file or directory", "")
    unimported = ImportError(f"cannot import name 'x' from 'm' ({secret}/m.py)", path=secret)
    misread = SyntaxError("invalid syntax", (secret, 1, 1, "x", 1, 1))
    for told in (found, behind, *(describe(each, Codec(Home())) for each in (unimported, misread))):
        assert "secret" not in repr(told)
        assert "test_faults" not in repr(told)


def test_texts_of_errors_are_bounded_in_both_directions() -> None:
    codec = Codec(Home(), limits=PeerLimits(error_characters=100))
    told = describe(ValueError("x" * 10_000), codec)
    assert sum(len(part) for part in told if part) < 350
    long = "y" * 10_000
    found = rebuild((long, long, long, long.encode()), codec)
    assert isinstance(found, RemoteError)
    assert len(str(found)) < 500


def test_facts_of_an_own_error_cross() -> None:
    found: Any = crossed(NotExposedError("x", "Bank"), trusted=False)
    assert isinstance(found, NotExposedError)
    assert (found.attribute, found.owner) == ("x", "Bank")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_what_would_end_the_interpreter_arrives_as_text(error: BaseException) -> None:
    found = crossed(error)
    assert type(found) is RemoteError
    assert found.type == type(error).__name__


def test_what_cannot_be_written_rebuilt_or_printed_arrives_as_text() -> None:
    class Local(Exception):  # noqa: N818 - a name for a test
        pass

    class Silent(ValueError):  # noqa: N818 - the same
        def __str__(self) -> str:
            raise RuntimeError("no text")

    codec = Codec(home := Home(), trusted=True)
    found = rebuild(describe(Local("here only"), codec), codec)
    assert type(found) is RemoteError
    assert found.text == "here only"
    for error in (ValueError(lambda: 1), ValueError(np.zeros(9999))):
        found = rebuild(describe(error, codec), codec)
        assert type(found) is ValueError
        assert str(found) == str(error)
    assert home.given == {}
    found = crossed(Silent())
    assert isinstance(found, RemoteError)
    assert "cannot be had" in found.text


def test_a_stranger_s_exception_class_is_not_looked_up() -> None:
    codec = Codec(Home())
    description = describe(UnicodeDecodeError("utf-8", b"", 0, 1, "x"), codec)
    assert type(rebuild(description, Codec(Home()))) is UnicodeDecodeError
    import json  # noqa: PLC0415 - any class of another module

    description = describe(json.JSONDecodeError("x", "y", 0), codec)
    assert type(rebuild(description, Codec(Home()))) is RemoteError
    # A pickle is not read.
    description = describe(ValueError("x"), Codec(Home(), trusted=True))
    assert type(rebuild(description, Codec(Home()))) is RemoteError


@given(
    st.one_of(
        st.none(), st.integers(), st.text(), st.tuples(st.text(), st.text()),
        st.tuples(st.text(), st.text(), st.integers(), st.none()),
    )
)  # fmt: skip
def test_what_is_no_description_is_malformed(description: object) -> None:
    with pytest.raises(MalformedMessageError):
        rebuild(description, Codec(Home(), trusted=True))


@given(st.binary(max_size=60))
def test_a_damaged_exception_leaves_its_text(damaged: bytes) -> None:
    found = rebuild(("ValueError", "text", "trace", damaged), Codec(Home()))
    assert isinstance(found, RemoteError)
    assert found.text == "text"
