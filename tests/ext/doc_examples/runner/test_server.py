"""The loopback server sends what browsers insist on, and nothing from outside its folders."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from doc_examples.runner.server import MIME_TYPES, Routes, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server over a folder with a page, a module, and a secret beside the folder."""
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    site = tmp_path / "site"
    (site / "sub").mkdir(parents=True)
    (site / "index.html").write_text("root", "utf-8")
    (site / "sub" / "index.html").write_text("sub", "utf-8")
    (site / "é b.mjs").write_text("module", "utf-8")
    with Server(Routes(folders={"/site/": site})) as running:
        yield running


def get(server: Server, path: str, method: str = "GET") -> tuple[int, bytes, Message]:
    request = urllib.request.Request(server.url + path, method=method, data=None)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def test_pages_are_isolated_and_modules_have_their_type(server: Server) -> None:
    status, body, headers = get(server, "/site/%C3%A9%20b.mjs")
    assert (status, body) == (200, b"module")
    assert headers["Content-Type"] == MIME_TYPES[".mjs"]
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_headers_can_be_left_out(server: Server) -> None:
    server.routes.isolated = False
    assert "Cross-Origin-Opener-Policy" not in get(server, "/site/")[2]


def test_a_site_answers_unknown_addresses_with_its_own_page(tmp_path: Path) -> None:
    with Server(Routes(folders={"/": tmp_path})) as plain:
        assert get(plain, "/nowhere")[:2] == (404, b"nothing at /nowhere\n")
        (tmp_path / "404.html").write_text("not here", "utf-8")
        status, body, headers = get(plain, "/deep/nowhere.html")
    assert (status, body) == (404, b"not here")
    assert headers["Content-Type"].startswith("text/html")


def test_folders_have_index_pages(server: Server) -> None:
    assert get(server, "/site/")[1] == b"root"
    assert get(server, "/site/sub")[1] == b"sub"


@pytest.mark.parametrize(
    "path", ["/site/../secret.txt", "/site/%2e%2e/secret.txt", "/site/sub/..%2f..%2fsecret.txt"]
)
def test_nothing_outside_of_a_folder_is_served(server: Server, path: str) -> None:
    # By hand: clients tidy such paths up.
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"secret\n" not in answer.replace(b"secret.txt", b"")


def test_texts_come_first_and_are_forgotten_with_their_prefix(server: Server) -> None:
    server.routes.texts["/site/index.html"] = b"text"
    assert get(server, "/site/index.html")[1] == b"text"
    server.routes.forget("/site/")
    assert get(server, "/site/index.html")[0] == 404


def test_an_upload_is_taken_only_where_one_is_expected(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file.bin"
    server.routes.uploads["/up"] = target

    def put(path: str) -> int:
        request = urllib.request.Request(server.url + path, method="PUT", data=b"bytes")  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert (put("/up"), put("/elsewhere")) == (200, 404)
    assert target.read_bytes() == b"bytes"
    assert [path.name for path in target.parent.iterdir()] == ["file.bin"]


def test_many_requests_are_answered_at_once(server: Server) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: get(server, "/site/")[0], range(64)))
    assert answers == [200] * 64


def test_a_head_request_has_no_body(server: Server) -> None:
    status, body, headers = get(server, "/site/", "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", "4")
