"""A server that hands out a Pyodide runtime and worker scripts, each with one real fault.

The first part of a path names the fault, the rest the file: ``/wasm-404/pyodide.asm.wasm`` is not
there, ``/wasm-404/pyodide.mjs`` is. ``/ok/`` has no fault.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self, cast

from bridge import _assets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".zip": "application/zip",
}
_PAGE = b"<!doctype html><meta charset=utf-8><title>page</title><body></body>"
_PAGE_POLICIES = {
    "sandbox": ("Content-Security-Policy", "sandbox allow-scripts"),
    "document": ("Document-Isolation-Policy", "isolate-and-require-corp"),
}
_KINDS = {
    "wasm": "pyodide.asm.wasm",
    "stdlib": "python_stdlib.zip",
    "lock": "pyodide-lock.json",
    "loader": "pyodide.mjs",
    "script": "worker.mjs",
    "rest": "start.mjs",
    "port": "port.mjs",
}
SCRIPTS = {
    "syntax": b"postMessage({kind: 'stage', stage: 'script'});\nlet = = 1;\n",
    "raises": b"null;\nthrow new Error('raised on purpose');\n",
    "static": b"import './absent.mjs';\n",
    "mute": b"addEventListener('message', () => {});\n",
    "closes": b"close();\n",
    "spins": b"for (;;) {}\n",
    "rejects": b"postMessage({kind: 'stage', stage: 'script'});"
    b"Promise.reject(new Error('rejected on purpose'));\n",
    "stage": b"postMessage({kind: 'stage', stage: 'no such stage'});\n",
    "liar": b"for (const stage of ['script', 'runtime', 'packages', 'ready'])"
    b" postMessage({kind: 'stage', stage});\n",
    "chatty": b"setInterval(() => postMessage({kind: 'progress', note: 'busy'}), 10);\n",
    "odd": b"for (const odd of [null, undefined, 5, 'stage', [], {}, {kind: {}}, {kind: ['stage']},"
    b" {kind: 'gone'}, {kind: 'error'}, new Map([['kind', 'stage']]), new Error('odd'), 1n,"
    b" {kind: 'progress', note: {}}, {kind: 'alive', watched: 'yes'}, new ArrayBuffer(8)])"
    b" postMessage(odd);\n",
    "wordless": b"postMessage({kind: 'failed'});\n",
    "report": b"postMessage({kind: 'failed', cause: 'python', report: 7});\n",
}


LEAVING = b"""
addEventListener("message", async ({ data }) => {
  const lives = ({ held }) => held.some(({ name }) => name === data.life);
  while (!lives(await navigator.locks.query()));
  close();
}, { once: true });
"""
"""Behind the whole script: it closes the worker as soon as that has said that it is alive."""


def _overwritten(body: bytes, at: int) -> bytes:
    return body[:at] + b"\xff\x00" * 32 + body[at + 64 :]


_DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "begin": lambda body: b"\xff" + body[1:],
    "middle": lambda body: _overwritten(body, len(body) // 2),
    # In an archive: the content of a module without which Python does not start.
    "needed": lambda body: _overwritten(body, body.index(b"encodings/__init__.py") + 40),
    "truncated": lambda body: body[: len(body) // 2],
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    runtime: Path
    released: threading.Event
    asked: Counter[str]
    mode: dict[str, str]
    other: dict[object, str]

    def do_GET(self) -> None:
        _, fault, name = [*self.path.partition("?")[0].split("/", 2), ""][:3]
        self.asked[f"{fault}/{name}"] += 1
        if name == "!asked":
            self._send(json.dumps(self.asked).encode(), ".whl")
            return
        if name.startswith("!"):
            # What comes next below /ok/ has this fault, or none.
            self.mode["now"] = name[1:]
            self._send(b"", ".html")
            return
        if fault == "ok":
            fault = self.mode.get("now", "ok")
        if name in ("", "page.html"):
            isolated = fault not in ("plain", "sandbox", "document")
            policy = _PAGE_POLICIES.get(fault)
            self._send(_PAGE, ".html", isolated=isolated, policy=policy)
            return
        kind, _, how = fault.partition("-")
        hit = (
            name == _KINDS.get(kind)
            or (kind == "wheel" and name.endswith(".whl"))
            or (kind == "asm" and name.startswith("pyodide.asm.") and not name.endswith(".wasm"))
        )
        body = self._read(name)
        suffix = name[name.rfind(".") :]
        if body is None:
            self._send(b"nothing here", ".html", status=404)
        elif not hit:
            self._send(body, suffix, cors=kind != "origin")
        else:
            self._faulty(how, body, suffix)

    def _read(self, name: str) -> bytes | None:
        if name in _assets.NAMES:
            return _assets.read(name).encode()
        path = self.runtime / name
        return path.read_bytes() if path.is_file() else None

    def _faulty(self, how: str, body: bytes, suffix: str) -> None:
        if how in _DAMAGE:
            self._send(_DAMAGE[how](body), suffix)
            return
        if how.isdecimal():
            status = int(how)
            body = b"" if status == HTTPStatus.NO_CONTENT else b"no"
            self._send(body, ".html", status=status)
        elif how in SCRIPTS:
            self._send(SCRIPTS[how], suffix)
        elif how in ("silent", "drop"):
            if how == "silent":
                self.released.wait(30)
            self.close_connection = True
        elif how in ("login", "loop", "away"):
            other = self.other[cast("HTTPServer", self.server).server_port]
            self._redirect({"login": "/ok/page.html", "away": f"{other}/ok/worker.mjs"}.get(how))
        else:
            self._altered(how, body, suffix)

    def _altered(self, how: str, body: bytes, suffix: str) -> None:
        match how:
            case "mime":
                self._send(body, suffix, type_="text/plain")
            case "charset":
                self._send(body, suffix, type_="text/javascript; charset=utf-16le")
            case "html":
                self._send(_PAGE, ".html")
            case "coep":
                self._send(body, suffix, isolated=False)
            case "bare":
                self._send(b"const = 1;", suffix, isolated=False)
            case "leaves":
                self._send(body + LEAVING, suffix)
            case "gzip":
                self._send(body, suffix, encoding="gzip")
            case "short":
                self._send(body, suffix, announced=len(body) + 100)
                self.close_connection = True

    def _redirect(self, to: str | None) -> None:
        self.send_response(302)
        self.send_header("Location", to or self.path)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(
        self,
        body: bytes,
        suffix: str,
        *,
        status: int = 200,
        type_: str = "",
        isolated: bool = True,
        policy: tuple[str, str] | None = None,
        cors: bool = True,
        encoding: str = "",
        announced: int = 0,
    ) -> None:
        self.send_response(status)
        if encoding:
            self.send_header("Content-Encoding", encoding)
        if policy:
            self.send_header(*policy)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="bridge"')
        if status == HTTPStatus.PARTIAL_CONTENT:
            self.send_header("Content-Range", f"bytes 0-{len(body) - 1}/1000")
        self.send_header("Content-Type", type_ or _TYPES.get(suffix, "application/octet-stream"))
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(announced or len(body)))
        # A wheel is asked for again, whatever was wrong with it before.
        kept = "no-store" if suffix == ".whl" else "max-age=600"
        self.send_header("Cache-Control", kept)
        if isolated:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        if cors:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay quiet."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A worker that is terminated drops its connections; that is no error."""


class FaultyRuntime:
    """Serves one line's runtime on two origins; a context manager.

    Attributes:
        url: The page's origin.
        other: Another origin that serves the same.
        asked: How often each path was asked for, on either.
    """

    def __init__(self, runtime: Path) -> None:
        self.asked: Counter[str] = Counter()
        self._released = threading.Event()
        other: dict[object, str] = {}
        handler = type(
            "Handler",
            (_Handler,),
            {
                "runtime": runtime,
                "released": self._released,
                "asked": self.asked,
                "mode": {},
                "other": other,
            },
        )
        self._servers = [_Quiet(("127.0.0.1", 0), handler) for _ in range(2)]
        self.url, self.other = (
            f"http://127.0.0.1:{server.server_address[1]}" for server in self._servers
        )

        ports = [server.server_address[1] for server in self._servers]
        other.update(zip(ports, (self.other, self.url), strict=True))

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._released.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
