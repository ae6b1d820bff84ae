"""Every source gets its turn, the hash decides, and a file appears whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import FetchError, HashMismatchError, Runtime, SourceUnreachableError
from pyodide_runtimes.lockfile import read_lock
from pyodide_runtimes.wheel_sources import Cdn
from pyodide_runtimes.wheels import fetch_wheels

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ext.pyodide_runtimes.faulty_server import FaultyServer


@pytest.fixture
def wanted(newest: Runtime) -> dict[str, str]:
    lock = read_lock(newest.directory / "pyodide-lock.json", "newest")
    return {p.file: p.sha256 for p in (lock.find("micropip"), lock.find("packaging"))}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    staging, directory = tmp_path / "staging", tmp_path / "directory"
    staging.mkdir()
    directory.mkdir()
    return staging, directory


@pytest.mark.parametrize("behaviour", ["corrupt", "truncated", "missing"])
def test_a_bad_source_is_told_and_the_next_one_serves(
    server: FaultyServer, wanted: dict[str, str], folders: tuple[Path, Path], behaviour: str
) -> None:
    staging, directory = folders
    told: list[str] = []
    sources = [Cdn(server.template(what), "1") for what in (behaviour, "ok")]
    fetch_wheels(wanted, sources, staging, directory, told.append)
    assert sorted(path.name for path in directory.iterdir()) == sorted(wanted)
    # Each file: one line about the source that failed, one about the fetched file.
    assert len(told) == 2 * len(wanted)


def test_a_source_that_does_not_answer_is_asked_once(
    server: FaultyServer, wanted: dict[str, str], folders: tuple[Path, Path]
) -> None:
    staging, directory = folders
    told: list[str] = []
    dead = Cdn("http://127.0.0.1:9/{version}/{file}", "1")
    fetch_wheels(wanted, [dead, Cdn(server.template("ok"), "1")], staging, directory, told.append)
    assert [line for line in told if "cannot be reached" in line] == [told[0]]
    assert len(told) == 1 + len(wanted)


def test_when_all_fail_the_error_lists_each_source_with_its_reason(
    server: FaultyServer, wanted: dict[str, str], folders: tuple[Path, Path]
) -> None:
    staging, directory = folders
    dead = Cdn("http://127.0.0.1:9/{version}/{file}", "1")
    sources = [dead, Cdn(server.template("corrupt"), "1"), Cdn(server.template("missing"), "1")]
    with pytest.raises(FetchError, match="PYODIDE_RUNTIMES_CDN") as caught:
        fetch_wheels(wanted, sources, staging, directory, lambda _: None)
    error = caught.value
    first = next(iter(wanted))
    assert error.file == first
    unreachable, mismatch, missing = error.attempts
    assert isinstance(unreachable, SourceUnreachableError)
    assert isinstance(mismatch, HashMismatchError)
    assert mismatch.expected == wanted[first]
    assert mismatch.found in str(error)
    assert error.__cause__ is mismatch
    assert "HTTP 404" in missing.reason
    assert list(directory.iterdir()) == []
