"""What the loopback server makes of a request before it believes it: names, paths and bodies.

Pure but for reading a body from a stream that it is given.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from io import BufferedIOBase

_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 10
_DIGITS = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")


class Refusal(Exception):  # noqa: N818 - an answer, and none of the server's errors
    """A request that is answered with a status of its fault.

    Attributes:
        status: The answer's status.
        reason: What was expected and what was found, for whoever sent it.
        closes: Whether it is unknown where the next request of the connection begins.
    """

    def __init__(self, status: HTTPStatus, reason: str, *, closes: bool = False) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.closes = closes


def is_own_host(host: str, port: int) -> bool:
    """Tell whether a Host header names the loopback interface and this port.

    A page of another site can make its own name resolve to the loopback; the header then still
    holds that name.

    >>> is_own_host("127.0.0.1:8000", 8000), is_own_host("LOCALHOST:8000", 8000)
    (True, True)
    >>> is_own_host("evil.example:8000", 8000), is_own_host("127.0.0.1", 8000)
    (False, False)
    """
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::([0-9]{1,5}))?", host, re.ASCII)
    if match is None or int(match[2] or 80) != port:
        return False
    name = match[1].lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def path_of(target: str) -> str:
    """Return the decoded path of a request's target.

    Args:
        target: What stands in the request line, as Latin-1 decodes it.

    Raises:
        Refusal: It is no path, or one that no file can have.

    >>> path_of("/a%20b/?query")
    '/a b/'
    """
    raw = target.partition("?")[0].partition("#")[0]
    if not raw.startswith("/"):
        raise Refusal(HTTPStatus.BAD_REQUEST, "expected a path that starts with a slash")
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw):
        raise Refusal(HTTPStatus.BAD_REQUEST, "a percent sign without two hexadecimal digits")
    try:
        path = unquote_to_bytes(raw.encode("latin-1")).decode("utf-8")
    except UnicodeError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "expected a path in UTF-8") from None
    if re.search(r"[\x00-\x1f\x7f\\]", path):
        raise Refusal(HTTPStatus.BAD_REQUEST, "a backslash or a control character in the path")
    return path


@dataclass(frozen=True, slots=True)
class Framing:
    """How a request's body ends.

    Attributes:
        length: Its announced bytes; None where nothing is announced.
        chunked: Whether it comes in chunks.
    """

    length: int | None = None
    chunked: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is no body."""
        return not self.chunked and not self.length


def framing_of(headers: Message) -> Framing:
    """Return how the body of a request ends.

    Raises:
        Refusal: The headers contradict each other or are not understood.
    """
    if headers.defects or headers.get_payload():
        raise Refusal(HTTPStatus.BAD_REQUEST, "a header line without a colon", closes=True)
    lengths = {text.strip() for text in headers.get_all("Content-Length", [])}
    encodings = headers.get_all("Transfer-Encoding", [])
    if encodings:
        if lengths:
            reason = "expected Content-Length or Transfer-Encoding, found both"
            raise Refusal(HTTPStatus.BAD_REQUEST, reason, closes=True)
        if [text.strip().lower() for text in encodings] != ["chunked"]:
            reason = f"expected Transfer-Encoding: chunked, found {', '.join(encodings)[:80]!r}"
            raise Refusal(HTTPStatus.NOT_IMPLEMENTED, reason, closes=True)
        return Framing(chunked=True)
    if not lengths:
        return Framing()
    text = lengths.pop()
    if lengths or not _DIGITS.fullmatch(text):
        reason = f"expected one number of bytes as Content-Length, found {text[:80]!r}"
        raise Refusal(HTTPStatus.BAD_REQUEST, reason, closes=True)
    return Framing(int(text))


def read_body(stream: BufferedIOBase, framing: Framing, limit: int) -> Iterator[bytes]:
    """Yield the parts of a body, of which no more than the limit is ever read.

    Args:
        stream: The connection, right behind the headers.
        framing: How the body ends.
        limit: Bytes that the body may have.

    Raises:
        Refusal: It is longer than the limit, ends early, or is not made of chunks.
        TimeoutError: Nothing came for as long as the connection's time limit.
    """
    if not framing.chunked:
        yield from _exactly(stream, _within(framing.length or 0, limit))
        return
    received = 0
    while size := _chunk_size(stream):
        received = _within(received + size, limit)
        yield from _exactly(stream, size)
        if stream.readline(3) not in (b"\r\n", b"\n"):
            raise Refusal(HTTPStatus.BAD_REQUEST, "a chunk is longer than announced", closes=True)
    for _ in range(100):  # trailers, which say nothing here
        line = stream.readline(_LONGEST_LINE)
        if line in (b"\r\n", b"\n"):
            return
        if not line.endswith(b"\n"):
            break
    raise Refusal(HTTPStatus.BAD_REQUEST, "the body's end is missing", closes=True)


def _within(size: int, limit: int) -> int:
    if size > limit:
        reason = f"expected at most {limit} bytes, found {size} or more"
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason, closes=True)
    return size


def _chunk_size(stream: BufferedIOBase) -> int:
    match = _CHUNK_SIZE.fullmatch(stream.readline(_LONGEST_LINE))
    if match is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, "expected the size of a chunk", closes=True)
    return int(match[1], 16)


def _exactly(stream: BufferedIOBase, size: int) -> Iterator[bytes]:
    left = size
    while left:
        part = stream.read(min(left, _CHUNK))
        if not part:
            reason = f"the connection ended {left} bytes before the announced end"
            raise Refusal(HTTPStatus.BAD_REQUEST, reason, closes=True)
        left -= len(part)
        yield part
