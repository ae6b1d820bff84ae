"""What a request says is believed only in one reading."""

from __future__ import annotations

import contextlib
import doctest
import io
from email.message import Message
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.runner import wire
from doc_examples.runner.wire import Framing, Refusal, framing_of, is_own_host, path_of, read_body


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(wire).failed == 0


@given(st.text(st.characters(max_codepoint=255)))
def test_a_target_is_a_path_or_is_refused(target: str) -> None:
    with contextlib.suppress(Refusal):
        path = path_of(target)
        assert path.startswith("/")
        assert not set(path) & {"\0", "\\", "\r", "\n"}


@given(st.text(max_size=30), st.integers(1, 65535))
def test_a_host_is_known_or_not(host: str, port: int) -> None:
    assert not is_own_host(f"{host}.example:{port}", port)
    assert is_own_host(f"127.0.0.1:{port}", port)
    is_own_host(host, port)


@given(st.binary(max_size=200), st.lists(st.integers(1, 50), max_size=9), st.integers(0, 250))
def test_no_more_than_the_limit_is_read_of_a_body_in_chunks(
    content: bytes, sizes: list[int], limit: int
) -> None:
    stream, left = b"", content
    for size in [*sizes, 200]:
        part, left = left[:size], left[size:]
        stream += b"%x\r\n%b\r\n" % (len(part), part) if part else b""
    connection = io.BytesIO(stream + b"0\r\n\r\nnext")
    parts = read_body(connection, Framing(chunked=True), limit)
    if len(content) <= limit:
        assert b"".join(parts) == content
        assert connection.read() == b"next"
    else:
        taken: list[bytes] = []
        with pytest.raises(Refusal) as caught:
            taken.extend(parts)
        assert caught.value.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert len(b"".join(taken)) <= limit


def test_a_body_is_announced_in_one_way() -> None:
    headers = Message()
    assert framing_of(headers).empty
    headers["Content-Length"] = "7"
    assert framing_of(headers) == Framing(7)
    headers["Transfer-Encoding"] = "chunked"
    with pytest.raises(Refusal, match="found both"):
        framing_of(headers)
