"""The loopback server behind the sessions, and behind the built site.

Sends the headers that make a page cross-origin isolated, and the MIME types without which
browsers refuse modules and WebAssembly.
"""

from __future__ import annotations

import os
import tempfile
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
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


@dataclass(slots=True)
class Routes:
    """What the server answers: folders and texts by URL prefix, uploads by URL."""

    folders: dict[str, Path] = field(default_factory=dict)
    """URL prefix (with both slashes) to folder; the longest prefix wins."""
    texts: dict[str, bytes] = field(default_factory=dict)
    """URL to content; before the folders."""
    uploads: dict[str, Path] = field(default_factory=dict)
    """URL to the file that a PUT writes, atomically."""
    isolated: bool = True

    def forget(self, prefix: str) -> None:
        """Answer nothing below the prefix any more."""
        for table in (self.folders, self.texts, self.uploads):
            for url in [url for url in table if url.startswith(prefix)]:
                table.pop(url)

    def find(self, url: str) -> Path | bytes | None:
        """Return what stands at the URL path."""
        if url in self.texts:
            return self.texts[url]
        for prefix in sorted(self.folders, key=len, reverse=True):
            if url.startswith(prefix):
                folder = self.folders[prefix].resolve()
                path = (folder / url.removeprefix(prefix)).resolve()
                if not path.is_relative_to(folder):
                    return None
                if path.is_dir():
                    path /= "index.html"
                if path.is_file():
                    return path
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    routes: Routes

    def _send_not_found(self, url: str) -> None:
        page = self.routes.find("/404.html")  # of a site, as hosts of static files do it
        if isinstance(page, Path):
            self._send(HTTPStatus.NOT_FOUND, page.read_bytes(), page.suffix)
        else:
            self._send(HTTPStatus.NOT_FOUND, f"nothing at {url}\n".encode(), ".txt")

    def do_GET(self) -> None:
        url = unquote(urlsplit(self.path).path)
        found = self.routes.find(url)
        if found is None:
            self._send_not_found(url)
        elif isinstance(found, bytes):
            self._send(HTTPStatus.OK, found, Path(url).suffix)
        elif found.name == "index.html" and not url.endswith(("/", "index.html")):
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", urlsplit(self.path).path + "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(HTTPStatus.OK, found.read_bytes(), found.suffix)

    do_HEAD = do_GET  # noqa: N815 - the base's name

    def do_PUT(self) -> None:
        target = self.routes.uploads.get(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if target is None:
            self._send(HTTPStatus.NOT_FOUND, b"no upload is expected here\n", ".txt")
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(partial).replace(target)
        self._send(HTTPStatus.OK, b"", ".txt")

    def _send(self, status: HTTPStatus, body: bytes, suffix: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", MIME_TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
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
        handler = type("Handler", (_Handler,), {"routes": self.routes})
        self._server = _QuietServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

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
