"""The loopback server sends what browsers insist on, and nothing from outside its folders."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import re
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doc_examples.runner.server import MIME_TYPES, Routes, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message


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


def host(server: Server) -> str:
    return server.url.removeprefix("http://")


def raw(server: Server, request: bytes) -> bytes:
    """Send bytes as they are, end, and return all that is answered."""
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=20) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def head(server: Server, line: str, *headers: str) -> bytes:
    return "\r\n".join([line, f"Host: {host(server)}", *headers, "", ""]).encode("latin-1")


def statuses(answer: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


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
    answer = raw(server, f"GET {path} HTTP/1.1\r\nHost: {host(server)}\r\n\r\n".encode())
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


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/site/%00", 400),
        ("/site/%0d%0aX:y", 400),
        ("/site/%zz", 400),
        ("/site/%", 400),
        ("/site/%ff", 400),
        ("/site/..\\secret.txt", 400),
        ("/site/%5csecret.txt", 400),
        ("http://127.0.0.1/site/", 400),
        ("http://[", 400),
        ("*", 400),
        ("/site/" + "a" * 300, 404),
        ("/site/" + "a/" * 5000, 404),
        ("/site/loop", 404),
        ("/site/loop/x", 404),
        ("/site/leaving.txt", 404),
        ("/site/leaving/secret.txt", 404),
        ("/site/index_leaves/", 404),
        ("/site//etc/passwd", 404),
        ("/site/index.html/x", 404),
        ("/site/private.html", 404),
        ("//127.0.0.1:9/site/sub", 404),
    ],
)
def test_a_path_that_cannot_be_served_is_answered_and_the_connection_goes_on(
    server: Server, tmp_path: Path, path: str, status: int
) -> None:
    site = tmp_path / "site"
    (site / "loop").symlink_to("loop")
    (site / "leaving.txt").symlink_to(tmp_path / "secret.txt")
    (site / "leaving").symlink_to(tmp_path)
    (site / "index_leaves").mkdir()
    (site / "index_leaves" / "index.html").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(site / "private.html")
    answer = raw(server, head(server, f"GET {path} HTTP/1.1") + head(server, "GET /site/ HTTP/1.1"))
    assert statuses(answer) == [status, 200]
    assert answer.endswith(b"root")
    assert b"\r\n\r\nsecret" not in answer


def test_a_link_within_the_folder_is_followed(server: Server, tmp_path: Path) -> None:
    (tmp_path / "site" / "alias.html").symlink_to("index.html")
    assert get(server, "/site/alias.html")[:2] == (200, b"root")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("Host: evil.example:{port}", 421),
        ("Host: 127.0.0.1", 421),
        ("Host: 127.0.0.1:{port}.evil.example", 421),
        ("Host: localhost.evil.example:{port}", 421),
        ("Host: 10.0.0.1:{port}", 421),
        ("Host:", 421),
        ("X: y", 400),
        ("Host: 127.0.0.1:{port}\r\nHost: evil.example", 400),
        ("Host: 127.0.0.1:{port}", 200),
        ("Host: localhost:{port}", 200),
        ("Host: LocalHost:{port}", 200),
        ("Host: [::1]:{port}", 200),
    ],
)
def test_only_who_names_the_loopback_and_the_port_is_served(
    server: Server, lines: str, status: int
) -> None:
    port = server.url.rpartition(":")[2]
    request = f"GET /site/ HTTP/1.1\r\n{lines.format(port=port)}\r\n\r\n"
    assert statuses(raw(server, request.encode())) == [status]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (["Content-Length: 5"], b"bytes", 200),
        (["Content-Length: 5", "Origin: http://{host}"], b"bytes", 200),
        (["Transfer-Encoding: chunked"], b"2\r\nby\r\n3;x=y\r\ntes\r\n0\r\nA: b\r\n\r\n", 200),
        (["Content-Length: 5", "Origin: http://evil.example"], b"bytes", 403),
        (["Content-Length: 5", "Origin: null"], b"bytes", 403),
        ([], b"", 411),
        (["Content-Length: x"], b"bytes", 400),
        (["Content-Length: -1"], b"bytes", 400),
        (["Content-Length: +5"], b"bytes", 400),
        (["Content-Length: \xb2"], b"bytes", 400),
        (["Content-Length: 5", "Content-Length: 6"], b"bytes", 400),
        (["Content-Length: 9"], b"bytes", 400),
        (["Content-Length: 101"], b"", 413),
        (["Content-Length: 99999999999999999"], b"", 413),
        (["Content-Length: " + "9" * 5000], b"", 400),
        (["Transfer-Encoding: chunked"], b"65\r\n", 413),
        (["Transfer-Encoding: chunked"], b"40\r\n" + b"a" * 64 + b"\r\n40\r\n", 413),
        (["Transfer-Encoding: chunked"], b"fffffffffffffff\r\n", 413),
        (["Transfer-Encoding: chunked"], b"nonsense\r\n", 400),
        (["Transfer-Encoding: chunked"], b"-2\r\nby\r\n0\r\n\r\n", 400),
        (["Transfer-Encoding: chunked"], b"2\r\nbytes\r\n0\r\n\r\n", 400),
        (["Transfer-Encoding: chunked"], b"2\r\nby\r\n0\r\n" + b"A: b\r\n" * 200, 400),
        (["Transfer-Encoding: chunked"], b"", 400),
        (["Transfer-Encoding: gzip"], b"", 501),
        (["Transfer-Encoding: chunked", "Content-Length: 5"], b"bytes", 400),
    ],
)
def test_an_upload_is_taken_whole_and_within_its_limit_or_leaves_nothing(
    server: Server, tmp_path: Path, headers: list[str], body: bytes, status: int
) -> None:
    target = tmp_path / "up" / "file.bin"
    server.routes.uploads["/up"] = target
    server.routes.upload_limit = 100
    lines = [line.format(host=host(server)) for line in headers]
    assert statuses(raw(server, head(server, "PUT /up HTTP/1.1", *lines) + body)) == [status]
    left = [path.name for path in target.parent.iterdir()] if target.parent.exists() else []
    assert left == (["file.bin"] if status == 200 else [])
    assert get(server, "/site/")[0] == 200


@pytest.mark.parametrize(
    ("first", "status"),
    [("PUT /elsewhere HTTP/1.1", 404), ("PUT /up HTTP/1.1", 413), ("GET /site/ HTTP/1.1", 413)],
)
def test_a_body_that_nobody_wants_is_refused_before_it_comes(
    server: Server, tmp_path: Path, first: str, status: int
) -> None:
    server.routes.uploads["/up"] = tmp_path / "up" / "file.bin"
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=20) as connection:
        # The end of the body never comes: who waited for it would not answer.
        connection.sendall(head(server, first, f"Content-Length: {1 << 40}") + b"some")
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert statuses(answer) == [status]
    assert not (tmp_path / "up").exists()


def test_who_asks_before_it_sends_is_invited_only_where_an_upload_is_expected(
    server: Server, tmp_path: Path
) -> None:
    server.routes.uploads["/up"] = tmp_path / "file.bin"
    asks = ("Content-Length: 5", "Expect: 100-continue")
    answer = raw(server, head(server, "PUT /up HTTP/1.1", *asks) + b"bytes")
    assert statuses(answer) == [100, 200]
    assert statuses(raw(server, head(server, "PUT /no HTTP/1.1", *asks))) == [404]


def test_the_disk_that_refuses_an_upload_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    server.routes.uploads["/up"] = tmp_path / "file" / "no-folder"
    answer = raw(server, head(server, "PUT /up HTTP/1.1", "Content-Length: 5") + b"bytes")
    assert statuses(answer) == [507]
    assert b"cannot be written" in answer


@pytest.mark.parametrize(
    ("first", "status"),
    [
        ("POST /site/ HTTP/1.1", 405),
        ("DELETE /site/ HTTP/1.1", 405),
        ("OPTIONS * HTTP/1.1", 405),
        ("BREW /site/ HTTP/1.1", 501),
        ("get /site/ HTTP/1.1", 501),
        ("__class__ /site/ HTTP/1.1", 501),
        ("GET /site/ HTTP/2.0", 505),
        ("GET /site/ HTTP/0.9", 505),
        ("GET /site/ HTTP/x", 400),
        ("GET /site/", 400),
        ("GET", 400),
        ("", 400),
        ("GET /" + "a" * 70000 + " HTTP/1.1", 414),
    ],
)
def test_a_request_line_that_is_not_understood_is_answered_with_its_status(
    server: Server, first: str, status: int
) -> None:
    assert statuses(raw(server, head(server, first)))[:1] == [status]


def test_a_body_that_is_not_wanted_is_no_second_request(server: Server) -> None:
    hidden = head(server, "GET /site/sub/ HTTP/1.1")
    first = head(server, "GET /site/ HTTP/1.1", f"Content-Length: {len(hidden)}")
    answer = raw(server, first + hidden + head(server, "GET /nowhere HTTP/1.1"))
    assert statuses(answer) == [200, 404]


LATIN = st.text(st.characters(max_codepoint=255), max_size=40)
TARGETS = st.lists(
    st.sampled_from(["/", "site", "sub", "..", ".", "%2e", "%2F", "%", "%00", "\\", "secret.txt"])
    | LATIN,
    max_size=8,
).map("".join)
METHODS = st.sampled_from(["GET", "HEAD", "PUT", "POST", "OPTIONS"]) | LATIN
NAMES = ["Content-Length", "Transfer-Encoding", "Expect", "Range", "Host", "Origin", "Connection"]
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(NAMES) | LATIN,
        st.sampled_from(["0", "5", "chunked", "100-continue", "close"]) | LATIN,
    ).map(": ".join),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(METHODS, TARGETS, HEADERS, st.binary(max_size=60))
def test_every_request_is_answered_and_the_server_lives(
    method: str, target: str, headers: list[str], body: bytes
) -> None:
    server = lasting()
    secret = server.routes.folders["/site/"].parent / "secret.txt"
    answer = raw(server, head(server, f"{method} /{target} HTTP/1.1", *headers) + body)
    assert answer.startswith(b"HTTP/1.1 ")
    assert secret.read_bytes() not in answer
    assert get(server, "/site/")[:2] == (200, b"root")


@functools.cache
def lasting() -> Server:
    """One server for all examples of a law: nothing is written in its folder."""
    place = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, place)
    (place / "secret.txt").write_text("never shown to anybody", "utf-8")
    site = place / "site"
    (site / "sub").mkdir(parents=True)
    (site / "index.html").write_text("root", "utf-8")
    (site / "leaving").symlink_to(place)
    return Server(Routes(folders={"/site/": site})).__enter__()
