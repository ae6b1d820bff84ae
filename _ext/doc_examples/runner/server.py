"""The loopback server behind the sessions, and behind the built site.

Sends the headers that make a page cross-origin isolated, and the MIME types without which
browsers refuse modules and WebAssembly. Whatever a request holds, it is answered; `wire` says what
is refused.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from doc_examples.runner.wire import Framing, Refusal, framing_of, is_own_host, path_of, read_body

if TYPE_CHECKING:
    from io import BufferedReader
    from types import TracebackType

MIME_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".inv": "application/octet-stream",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}

ISOLATION_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_SKIPPED = 1 << 16
"""Bytes of an unwanted body that are read away, so that its connection can be used again."""
_LINGER = 1.0
"""Seconds in which the other end may take the last answer of a connection that is closed."""


@dataclass(slots=True)
class Routes:
    """What the server answers: folders and texts by URL prefix, uploads by URL."""

    folders: dict[str, Path] = field(default_factory=dict)
    """URL prefix (with both slashes) to folder; the longest prefix wins."""
    texts: dict[str, bytes] = field(default_factory=dict)
    """URL to content; before the folders."""
    uploads: dict[str, Path] = field(default_factory=dict)
    """URL to the file that a PUT writes, atomically."""
    upload_limit: int = 1 << 28
    """Bytes that an upload may have; a snapshot of a runtime has some 50 million."""
    isolated: bool = True

    def forget(self, prefix: str) -> None:
        """Answer nothing below the prefix any more."""
        for table in (self.folders, self.texts, self.uploads):
            for url in [url for url in table if url.startswith(prefix)]:
                table.pop(url)

    def find(self, url: str) -> Path | bytes | None:
        """Return what stands at the URL path; nothing outside of the folders ever does."""
        if url in self.texts:
            return self.texts[url]
        if ".." in url.split("/"):
            return None
        for prefix in sorted(self.folders, key=len, reverse=True):
            if url.startswith(prefix):
                try:
                    return _file_in(self.folders[prefix], url.removeprefix(prefix))
                except (OSError, RuntimeError, ValueError):
                    # A loop of links, a name that is too long, a folder that may not be read.
                    return None
        return None


def _file_in(folder: Path, name: str) -> Path | None:
    """Return a file of the folder by its relative name, or that of the index in it."""
    root = folder.resolve(strict=True)
    path = (root / name.lstrip("/")).resolve(strict=True)
    if path.is_dir() and path.is_relative_to(root):
        path = (path / "index.html").resolve(strict=True)
    return path if path.is_file() and path.is_relative_to(root) else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    routes: Routes
    port: int
    raw_requestline: bytes  # of the base, whose types do not tell
    rfile: BufferedReader
    framing: Framing

    def parse_request(self) -> bool:
        """Read the headers, and refuse what is not meant for this server."""
        self.framing = Framing()
        # What the base's own refusals look at, too: without a version they have no status line.
        self.request_version, self.command, self.requestline = "HTTP/1.0", "", ""
        try:
            self._check_request_line()
            if not super().parse_request():
                return False
            self.framing = framing_of(self.headers)
            self._check_host()
        except Refusal as refusal:
            self._refuse(refusal)
            return False
        return True

    def _check_request_line(self) -> None:
        line = self.raw_requestline.decode("latin-1")
        match = re.fullmatch(r"\S+ +\S+ +HTTP/([0-9]+\.[0-9]+)\r?\n?", line)
        if match is None:
            reason = "expected a request line of a method, a path and HTTP/1.1"
            raise Refusal(HTTPStatus.BAD_REQUEST, reason, closes=True)
        if match[1] not in ("1.0", "1.1"):
            reason = f"expected HTTP/1.0 or HTTP/1.1, found {match[1]}"
            raise Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, reason, closes=True)

    def handle_expect_100(self) -> bool:
        """Wait with the invitation until it is known that the body is welcome."""
        return True

    def _check_host(self) -> None:
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"expected one Host header, found {len(hosts)}")
        if not is_own_host(hosts[0].strip(), self.port):
            reason = f"expected the Host 127.0.0.1:{self.port} or localhost:{self.port}"
            raise Refusal(HTTPStatus.MISDIRECTED_REQUEST, reason)

    def _refuse(self, refusal: Refusal) -> None:
        # Nobody has read the body. A short one is read away, so that the connection goes on.
        closes = refusal.closes or not self._can_skip()
        self._send(refusal.status, f"{refusal.reason}\n".encode(), ".txt", closes=closes)
        if closes:
            self._linger()
        else:
            self._skip_body()

    def _can_skip(self) -> bool:
        asks = self.framing.length and self.headers.get("Expect")
        return not (self.framing.chunked or asks) and (self.framing.length or 0) <= _SKIPPED

    def _skip_body(self) -> None:
        try:
            for _ in read_body(self.rfile, self.framing, _SKIPPED):
                pass
        except (Refusal, OSError):
            self.close_connection = True

    def _linger(self) -> None:
        """Let the other end read the answer: a connection closed upon unread bytes is reset."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(_LINGER)
            until = time.monotonic() + _LINGER
            while time.monotonic() < until and self.rfile.read1(1 << 16):
                pass

    def _send_not_found(self, url: str) -> None:
        page = self.routes.find("/404.html")  # of a site, as hosts of static files do it
        if isinstance(page, Path):
            self._send(HTTPStatus.NOT_FOUND, page.read_bytes(), page.suffix)
        else:
            self._send(HTTPStatus.NOT_FOUND, f"nothing at {url}\n".encode(), ".txt")

    def do_GET(self) -> None:
        try:
            url = path_of(self.path)
        except Refusal as refusal:
            self._refuse(refusal)
            return
        if not self._can_skip():
            reason = f"expected no body, or one of at most {_SKIPPED} bytes"
            self._refuse(Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason))
            return
        self._skip_body()
        found = self.routes.find(url)
        if isinstance(found, Path):
            try:
                content = found.read_bytes()
            except OSError:  # gone meanwhile, or not to be read by this user
                found = None
        if found is None:
            self._send_not_found(url)
        elif isinstance(found, bytes):
            self._send(HTTPStatus.OK, found, PurePosixPath(url).suffix)
        elif found.name == "index.html" and not url.endswith(("/", "index.html")):
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", quote(f"/{url.strip('/')}/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(HTTPStatus.OK, content, found.suffix)

    do_HEAD = do_GET  # noqa: N815 - the base's name

    def do_PUT(self) -> None:
        try:
            target = self._expected_upload()
            self._receive(target)
        except Refusal as refusal:
            self._refuse(refusal)
        except TimeoutError:
            reason = f"nothing came for {self.timeout} s"
            self._refuse(Refusal(HTTPStatus.REQUEST_TIMEOUT, reason, closes=True))
        except OSError as error:
            reason = f"the upload cannot be written: {error.strerror or error}"
            self._refuse(Refusal(HTTPStatus.INSUFFICIENT_STORAGE, reason, closes=True))
        else:
            self._send(HTTPStatus.OK, b"", ".txt")

    def _expected_upload(self) -> Path:
        """Return where the body of a PUT belongs; decided before any of it is read."""
        target = self.routes.uploads.get(self.path)
        if target is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "no upload is expected here")
        origin = self.headers.get("Origin")
        if origin is not None and origin != f"http://{self.headers['Host'].strip()}":
            raise Refusal(HTTPStatus.FORBIDDEN, "an upload has to come from a page of this server")
        if self.framing.length is None and not self.framing.chunked:
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "expected Content-Length", closes=True)
        if (length := self.framing.length or 0) > self.routes.upload_limit:
            reason = f"expected at most {self.routes.upload_limit} bytes, found {length}"
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
        return target

    def _receive(self, target: Path) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            super().handle_expect_100()
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for part in read_body(self.rfile, self.framing, self.routes.upload_limit):
                    file.write(part)
            Path(partial).replace(target)
        finally:
            Path(partial).unlink(missing_ok=True)

    def _not_allowed(self) -> None:
        reason = f"expected GET, HEAD or PUT, found {self.command}"
        self._refuse(Refusal(HTTPStatus.METHOD_NOT_ALLOWED, reason))

    do_POST = do_DELETE = do_PATCH = do_OPTIONS = do_TRACE = do_CONNECT = _not_allowed  # noqa: N815

    def _send(self, status: HTTPStatus, body: bytes, suffix: str, *, closes: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", MIME_TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD, PUT")
        if closes:
            self.send_header("Connection", "close")
        if self.routes.isolated:
            for name, value in ISOLATION_HEADERS.items():
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay quiet: a page that fails to load something fails its test."""


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that closes a page drops its connections; that is no error."""


class Server:
    """A server on a free port of the loopback interface; a context manager."""

    def __init__(self, routes: Routes | None = None, port: int = 0) -> None:
        """Bind at once; raises OSError where the port is taken."""
        self.routes = routes or Routes()
        handler: type[_Handler] = type("Handler", (_Handler,), {"routes": self.routes})
        self._server = _QuietServer(("127.0.0.1", port), handler)
        handler.port = self._server.server_address[1]
        # Twenty looks a second for the wish to end: the default two make every end take half one.
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait(self) -> None:
        """Block until the server ends, or until the user interrupts."""
        self._thread.join()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
