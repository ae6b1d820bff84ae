"""npm packages arrive whole or not at all, and damage in the cache is repaired."""

from __future__ import annotations

import dataclasses
import http.server
import json
import socketserver
import tarfile
import threading
from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import FetchError, HashMismatchError, NpmPin, load_pins
from pyodide_runtimes.hashing import integrity_of
from pyodide_runtimes.npm import ensure_npm_package
from pyodide_runtimes.progress import silent

if TYPE_CHECKING:
    from pathlib import Path

    from pyodide_runtimes.store import Store

COMLINK = load_pins().npm_package("comlink")
MODULE = "dist/esm/comlink.mjs"


def test_a_package_is_fetched_once_and_told_once(store: Store) -> None:
    told: list[str] = []
    first = ensure_npm_package(store, COMLINK, told.append)
    second = ensure_npm_package(store, COMLINK, told.append)
    assert first == second
    assert "Comlink" in (first.directory / MODULE).read_text(encoding="utf-8")
    assert len(told) == 1
    assert "comlink@4.4.2" in told[0]
    assert "kB" in told[0]


def test_damaged_and_missing_files_are_repaired_and_others_left_alone(store: Store) -> None:
    package = ensure_npm_package(store, COMLINK, silent)
    good = (package.directory / MODULE).read_bytes()
    (package.directory / MODULE).write_bytes(b"damaged")
    (package.directory / "package.json").unlink()
    (package.directory / "a-wheel.whl").write_bytes(b"somebody else's")
    told: list[str] = []
    ensure_npm_package(store, COMLINK, told.append)
    assert len(told) == 1
    assert (package.directory / MODULE).read_bytes() == good
    assert (package.directory / "package.json").is_file()
    assert (package.directory / "a-wheel.whl").read_bytes() == b"somebody else's"


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"integrity": "x", "files": {}}'])
def test_a_damaged_manifest_is_fetched_again(store: Store, content: str) -> None:
    package = ensure_npm_package(store, COMLINK, silent)
    manifest = package.directory.with_name(f"{package.item}.manifest.json")
    manifest.write_text(content, encoding="utf-8")
    told: list[str] = []
    assert ensure_npm_package(store, COMLINK, told.append) == package
    assert len(told) == 1


def test_other_bytes_than_pinned_name_file_source_and_both_hashes(store: Store) -> None:
    pin = dataclasses.replace(COMLINK, integrity="sha512-AAAA")
    with pytest.raises(FetchError) as caught:
        ensure_npm_package(store, pin, silent)
    (mismatch,) = caught.value.attempts
    assert isinstance(mismatch, HashMismatchError)
    assert (mismatch.file, mismatch.source) == ("comlink@4.4.2", "npm")
    assert (mismatch.expected, mismatch.found) == ("sha512-AAAA", COMLINK.integrity)
    assert list((store.root / "tmp").iterdir()) == []
    assert not (store.root / "npm").exists()


def test_a_version_that_does_not_exist_is_reported_in_npms_words(store: Store) -> None:
    with pytest.raises(FetchError, match=r"comlink@0\.0\.0-none(.|\n)*ETARGET"):
        ensure_npm_package(store, NpmPin("comlink", "0.0.0-none", "sha512-x"), silent)


@pytest.mark.usefixtures("no_network")
def test_without_a_network_the_error_says_what_to_do(store: Store) -> None:
    with pytest.raises(FetchError, match="npm config get registry") as caught:
        ensure_npm_package(store, COMLINK, silent)
    assert "ECONNREFUSED" in caught.value.attempts[0].reason


@pytest.mark.usefixtures("no_network")
def test_a_registry_that_never_answers_ends_at_the_time_limit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = threading.Event()

    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            closing.wait(60)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"http://127.0.0.1:{listener.server_address[1]}/")
        try:
            with pytest.raises(FetchError, match="no answer within 2 s"):
                ensure_npm_package(store, COMLINK, silent, limit=2)
        finally:
            closing.set()
            listener.shutdown()
            thread.join(10)


@pytest.mark.usefixtures("no_network")
def test_a_truncated_tarball_leaves_nothing_behind(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "package").mkdir(parents=True)
    (source / "package" / "package.json").write_text(
        '{"name": "whole", "version": "1.0.0"}', encoding="utf-8"
    )
    (source / "package" / "noise").write_bytes(bytes(range(256)) * 999)
    tarball = tmp_path / "whole-1.0.0.tgz"
    with tarfile.open(tarball, "w:gz") as archive:
        archive.add(source / "package", "package")
    integrity = integrity_of(tarball)
    body = tarball.read_bytes()

    class Registry(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith(".tgz"):
                answer = body[: len(body) // 2]
            else:
                url = f"http://{self.headers['Host']}/whole-1.0.0.tgz"
                version = {"name": "whole", "version": "1.0.0", "dist": {"tarball": url}}
                document = {"name": "whole", "dist-tags": {}, "versions": {"1.0.0": version}}
                answer = json.dumps(document).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            del format, args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry) as registry:
        thread = threading.Thread(target=registry.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"http://127.0.0.1:{registry.server_address[1]}/")
        try:
            with pytest.raises(FetchError, match=r"whole@1\.0\.0 could not be fetched"):
                ensure_npm_package(store, NpmPin("whole", "1.0.0", integrity), silent, limit=60)
            assert not (store.root / "npm").exists()
            assert list((store.root / "tmp").iterdir()) == []
        finally:
            registry.shutdown()
            thread.join(10)
