"""The suite ``strangers``: what reading from strangers costs; runs in the page, in milliseconds.

Honest data is written and read, trusted and not. Hostile bytes are read or refused, and compared
with what `JSON.parse` takes for as many bytes.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any, Final, cast

from bridge.rpc.codec import Codec
from bridge.rpc.envelopes import unpack
from bridge.rpc.errors import RpcError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNIT: Final = "ms"
TRUSTED: Final = "trusted"
UNTRUSTED: Final = "not trusted"
PARSE: Final = "JSON.parse"
MB: Final = 1_000_000

HONEST: Final[dict[str, Callable[[], object]]] = {
    "20,000 small dicts": lambda: [
        {"id": each, "name": f"row {each}", "on": True} for each in range(20_000)
    ],
    "20,000 tuples": lambda: [(each, each / 3, "x") for each in range(20_000)],
    "100,000 numbers": lambda: [each / 7 for each in range(100_000)],
    "1 MB of text": lambda: "plain text, " * 80_000,
    "4 MB of bytes": lambda: bytes(4 * MB),
    "one small dict": lambda: {"id": 1, "name": "row", "on": True},
}

HOSTILE: Final[dict[str, Callable[[], bytes]]] = {
    "zero bytes": lambda: bytes(MB),
    "opening brackets": lambda: b"[" * MB,
    "empty lists": lambda: b"[" + b"[]," * (MB // 3) + b"0]",
    "empty dicts": lambda: b"[" + b"{}," * (MB // 3) + b"0]",
    "small numbers": lambda: b"[" + b"0," * (MB // 2) + b"0]",
    "quotes": lambda: b'"' * MB,
    "references": lambda: b"[" + b'{"!ref":1},' * (MB // 11) + b"0]",
    "tuples": lambda: b"[" + b'{"!t":[]},' * (MB // 10) + b"0]",
    "long integers": lambda: b"[" + (b"9" * 4_000 + b",") * (MB // 4_001) + b"0]",
    "a pickle": lambda: b"\x80\x05" + b"]0" * (MB // 2) + b"N.",
}


class Nobody:
    """The end that the codec works for."""

    def export(self, obj: object) -> int:
        """Hand nothing over."""
        raise AssertionError(obj)

    def unexport(self, numbers: Iterable[int]) -> None:
        """Take nothing back."""

    def knows(self, obj: object) -> bool:  # noqa: ARG002 - as a home has it
        """Know nothing."""
        return False

    def adopt(self, number: int) -> object:
        """Stand in for an object."""
        return number

    def own(self, number: int) -> object:
        """Stand in for an own object."""
        return number


def _timed(work: Callable[[], object], repeat: int) -> list[float]:
    found = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return found[1:]


def _honest(value: object, *, trusted: bool) -> Callable[[], object]:
    codec = Codec(Nobody(), trusted=trusted)

    def work() -> object:
        encoded = codec.encode(value, "it")
        buffers = [memoryview(cast("bytes", each)) for each in encoded.buffers]
        return codec.decode(encoded.body, encoded.references, buffers, encoded.flags)

    return work


def _hostile(body: bytes) -> Callable[[], object]:
    codec = Codec(Nobody())

    def work() -> None:
        unpack(body, [])
        with contextlib.suppress(RpcError):
            codec.decode(body, (), ())

    return work


def _parse(size: int, repeat: int) -> list[float]:
    from pyodide.code import run_js  # noqa: PLC0415

    rows = json.dumps(HONEST["20,000 small dicts"]())
    text = "[" + ",".join([rows] * (size // len(rows) + 1)) + "]"
    parse: Any = run_js(
        "(text) => { const start = performance.now(); JSON.parse(text);"
        " return performance.now() - start; }"
    )
    return [float(parse(text)) * size / len(text) for _ in range(repeat)]


def measure(repeat: int) -> dict[str, dict[str, list[float] | str]]:
    """Measure everything; returns times in milliseconds by row and column."""
    found: dict[str, dict[str, list[float] | str]] = {}
    none = "not measured: it is about the other comparison"
    for name, make in HONEST.items():
        value = make()
        found[name] = {
            TRUSTED: _timed(_honest(value, trusted=True), repeat),
            UNTRUSTED: _timed(_honest(value, trusted=False), repeat),
            PARSE: none,
        }
    parse = _parse(MB, repeat)
    for name, body in HOSTILE.items():
        found[name] = {
            TRUSTED: none,
            UNTRUSTED: _timed(_hostile(body()), repeat),
            PARSE: parse,
        }
    return found
