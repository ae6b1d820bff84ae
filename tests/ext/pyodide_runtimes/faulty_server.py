"""A real HTTP server whose faults are chosen by the first part of a path."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Longer than any test lasts: who waits so long was not interrupted.
_FOR_EVER = 60


@dataclass
class FaultyServer:
    """A server on the loopback; the first part of the path says how it behaves.

    `ok` serves a file of `root`, `corrupt` the same with its first byte changed, `truncated` half
    of what it announces, `unannounced` all without a length, `missing` an HTTP 404,
    `silent` nothing at all until the server closes,
    `stuck` half of the file and then nothing, `drip` one byte each tenth of a second
    for ten seconds.
    """

    root: Path
    port: int = 0
    requests: list[str] = field(default_factory=list)
    half_sent: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def template(self, behaviour: str) -> str:
        """Return the address template of a CDN that behaves so."""
        return f"http://127.0.0.1:{self.port}/{behaviour}/{{version}}/{{file}}"


class _Handler(BaseHTTPRequestHandler):
    state: FaultyServer

    def do_GET(self) -> None:
        self.state.requests.append(self.path)
        behaviour, name = self.path.split("/")[1], self.path.split("/")[-1]
        if behaviour == "silent":
            self.state.closing.wait(_FOR_EVER)
            return
        path = self.state.root / name
        if behaviour == "missing" or not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        if behaviour == "corrupt":
            body = bytes([body[0] ^ 1]) + body[1:]
        self.send_response(200)
        if behaviour != "unannounced":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if behaviour == "drip":
            self._drip(body)
        elif behaviour in ("truncated", "stuck"):
            self.wfile.write(body[: len(body) // 2])
            self.state.half_sent.set()
            if behaviour == "stuck":
                self.state.closing.wait(_FOR_EVER)
        else:
            self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        for byte in body[:100]:
            self.wfile.write(bytes([byte]))
            if self.state.closing.wait(0.1):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        del format, args


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that hangs up in the middle is what these tests are about.
        del request, client_address


@contextmanager
def serve(root: Path) -> Iterator[FaultyServer]:
    """Serve the files of a directory until the block ends."""
    state = FaultyServer(root)
    handler = type("Handler", (_Handler,), {"state": state})
    with _Server(("127.0.0.1", 0), handler) as httpd:
        state.port = httpd.server_address[1]
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield state
        finally:
            state.closing.set()
            httpd.shutdown()
            thread.join(10)
