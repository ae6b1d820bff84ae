"""A full disk is the disk's fault, a broken connection the source's, and no half file stays."""

from __future__ import annotations

import doctest
import errno
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import CacheUnusableError, FetchError, SourceError, load_pins, saving
from pyodide_runtimes.npm import ensure_npm_package
from pyodide_runtimes.pip import ensure_pinned_wheel
from pyodide_runtimes.progress import silent
from pyodide_runtimes.saving import disk_trouble, file_limit, met_file_limit, save
from pyodide_runtimes.wheel_sources import Cdn
from pyodide_runtimes.wheels import fetch_wheels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyodide_runtimes import Runtime
    from pyodide_runtimes.store import Store
    from tests.ext.pyodide_runtimes.faulty_server import FaultyServer

REAKTIV = load_pins().wheel("reaktiv")


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond 100 bytes; the system refuses the rest of a write."""
    import resource  # noqa: PLC0415 - systems of POSIX only

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(saving).failed == 0


def test_what_comes_is_written(tmp_path: Path) -> None:
    assert save([b"one", b"", b"two"], tmp_path / "file", 6, "f", "s") == 6
    assert (tmp_path / "file").read_bytes() == b"onetwo"


def test_more_than_the_limit_is_the_sources_fault_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="more than the 5 bytes"):
        save([b"one", b"two"], tmp_path / "file", 5, "f", "s")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ECONNRESET, errno.ENOSPC, errno.ETIMEDOUT])
def test_what_reading_raises_stays_the_sources(tmp_path: Path, number: int) -> None:
    def parts() -> Iterator[bytes]:
        yield b"one"
        raise OSError(number, os.strerror(number))

    with pytest.raises(OSError, match="Errno"):
        save(parts(), tmp_path / "file", 100, "f", "s")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_blamed_on_the_disk_with_its_path_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CacheUnusableError, match="Free space there") as caught:
        save([bytes(99), bytes(99)], tmp_path / "file", 1000, "f", "s")
    assert caught.value.path == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_blamed_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(CacheUnusableError):
        save([b"one"], tmp_path / "missing" / "file", 100, "f", "s")


@pytest.mark.usefixtures("full_disk")
def test_no_other_source_is_asked_when_the_disk_is_full(
    server: FaultyServer, newest: Runtime, tmp_path: Path
) -> None:
    del newest
    sources = [Cdn(server.template("ok"), "1"), Cdn(server.template("ok"), "2")]
    staging = tmp_path / "staging"
    staging.mkdir()
    with pytest.raises(CacheUnusableError):
        fetch_wheels({"pyodide.mjs": "0" * 64}, sources, staging, tmp_path, silent)
    assert len(server.requests) == 1
    assert list(staging.iterdir()) == []


@pytest.mark.parametrize("behaviour", ["ok", "unannounced"])
def test_a_server_that_sends_too_much_is_refused(
    server: FaultyServer, tmp_path: Path, behaviour: str
) -> None:
    cdn = Cdn(server.template(behaviour), "1", largest=1000)
    with pytest.raises(SourceError, match="more than the 1000 bytes") as caught:
        cdn.fetch("pyodide.mjs", tmp_path / "file")
    assert "CDN" in caught.value.source
    assert list(tmp_path.iterdir()) == []


def test_a_staging_folder_that_cannot_be_made_is_blamed_on_the_disk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device", str(store.root))

    monkeypatch.setattr("pyodide_runtimes.store.tempfile.mkdtemp", full)
    with pytest.raises(CacheUnusableError, match="No space left"), store.exclusive("item"):
        pass


@pytest.mark.parametrize(
    ("said", "blamed"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left", True),
        (f"ERROR: x: [Errno {errno.EDQUOT}] Disk quota exceeded", True),
        ("ERROR: [Errno 30] Read-only file system: '/tmp/x'", True),
        ("ERROR: [Errno 13] Permission denied: '/srv/x'", True),
        ("npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write", True),
        ("npm error Error: EACCES: permission denied, mkdir '/srv/.npm'", True),
        ("connect: [Errno 13] Permission denied", False),
        ("[Errno 111] Connection refused", False),
        ("npm error code ENOTFOUND", False),
        ("", False),
    ],
)
def test_the_complaints_of_pip_and_npm_tell_the_disk_from_the_network(
    said: str,
    blamed: bool,
) -> None:
    assert (disk_trouble(said) is not None) == blamed


def test_a_child_process_can_write_no_larger_file_than_allowed(tmp_path: Path) -> None:
    script = "with open('file', 'wb') as file: file.write(bytes(2000))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        preexec_fn=file_limit(1000),
        capture_output=True,
        text=True,
        check=False,
    )
    assert met_file_limit(done.returncode, done.stderr)
    assert (tmp_path / "file").stat().st_size <= 1000
    assert not met_file_limit(1, "No matching distribution")


def test_a_wheel_that_is_too_large_is_pips_fault(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyodide_runtimes.pip._LARGEST", 1000)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(FetchError, match="more than the 1000 bytes"):
        ensure_pinned_wheel(store, REAKTIV, silent)
    assert not list((store.root / "tmp").iterdir())


def test_a_tarball_that_is_too_large_is_npms_fault(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pyodide_runtimes.npm._LARGEST", 1000)
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(tmp_path / "npm"))
    with pytest.raises(FetchError, match="more than the 1000 bytes"):
        ensure_npm_package(store, load_pins().npm_package("comlink"), silent)
    assert not list((store.root / "tmp").iterdir())
