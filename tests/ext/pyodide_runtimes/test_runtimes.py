"""Runtimes are whole, shared between processes, repaired, and cheap to ask for again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import (
    LINES,
    NEWEST,
    FetchError,
    HashMismatchError,
    InvalidRuntimeError,
    Runtime,
    UnknownLineError,
    UnknownPackageError,
    core_digest,
    ensure_runtime,
    load_pins,
    resolve_lines,
    runtime_files,
)
from pyodide_runtimes.hashing import sha256_of
from pyodide_runtimes.wheel_sources import CDN_VARIABLE
from tests.pace import patience

if TYPE_CHECKING:
    from tests.ext.pyodide_runtimes.faulty_server import FaultyServer

FETCH = """
import sys
from pyodide_runtimes import ensure_runtime
print(ensure_runtime(sys.argv[1], sys.argv[2:], print).directory)
"""


def fetching(*arguments: str) -> subprocess.Popen[str]:
    """Start a process that fetches a line with packages, and prints what it fetched."""
    path = str(Path(__file__).parents[3] / "_ext")
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def staged(cache: Path) -> list[Path]:
    return list((cache / "tmp").iterdir())


@pytest.mark.parametrize("line", LINES)
def test_every_line_comes_whole_with_numpy(line: str) -> None:
    runtime = ensure_runtime(line, ["numpy"])
    pin = load_pins().line(line)
    assert (runtime.line, runtime.version, runtime.digest) == (line, pin.version, pin.digest)
    files = {path.name: sha256_of(path) for path in runtime.directory.iterdir()}
    assert core_digest(files) == pin.digest
    assert files["pyodide-lock.json"] == pin.lock
    assert any(re.match(r"numpy-.*\.whl", name) for name in files)


def test_asking_again_for_all_lines_reads_no_file_and_is_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    ensure_all = [(line, ["numpy"]) for line in LINES]
    for line, packages in ensure_all:
        ensure_runtime(line, packages)
    monkeypatch.delattr("pyodide_runtimes.hashing.sha256_of")
    for line, packages in ensure_all:
        ensure_runtime(line, packages, told.append)
    assert told == []


def test_import_names_bring_packages_with_what_they_need(
    core_cache: Path, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("ok"))
    told: list[str] = []
    runtime = ensure_runtime(NEWEST, ["micropip", "packaging"], told.append)
    assert runtime.directory.is_relative_to(core_cache)
    names = {path.name.split("-")[0] for path in runtime.directory.glob("*.whl")}
    assert names == {"micropip", "packaging"}
    assert len(told) == 2


@pytest.mark.usefixtures("core_cache")
def test_corrupt_bytes_of_the_cdn_are_replaced_by_the_mirrors(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("corrupt"))
    told: list[str] = []
    runtime = ensure_runtime(NEWEST, ["packaging"], told.append)
    assert "wrong hash" in told[0]
    assert "package index" in told[1]
    assert len(list(runtime.directory.glob("packaging-*.whl"))) == 1


@pytest.mark.usefixtures("no_network")
def test_when_no_source_has_a_wheel_the_error_names_them_all(
    core_cache: Path, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("corrupt"))
    with pytest.raises(FetchError) as caught:
        ensure_runtime(NEWEST, ["packaging"])
    cdn, mirror = caught.value.attempts
    assert isinstance(cdn, HashMismatchError)
    assert cdn.expected in str(caught.value)
    assert cdn.found in str(caught.value)
    assert mirror.source.startswith(load_pins().line(NEWEST).mirror.project)
    assert "pip: " in mirror.reason
    assert not list(core_cache.rglob("*.whl"))
    assert staged(core_cache) == []


@pytest.mark.usefixtures("empty_cache", "no_network")
def test_without_a_network_an_empty_cache_says_what_to_do() -> None:
    with pytest.raises(FetchError, match=r"pyodide@.* could not be fetched(.|\n)*What to do"):
        ensure_runtime(NEWEST)


@pytest.mark.usefixtures("core_cache", "no_network")
def test_without_a_network_a_cached_runtime_serves() -> None:
    told: list[str] = []
    assert ensure_runtime(NEWEST, progress=told.append).line == NEWEST
    assert told == []


@pytest.mark.parametrize("name", ["pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip"])
def test_a_damaged_core_file_is_repaired_and_wheels_are_kept(
    core_cache: Path, server: FaultyServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("ok"))
    runtime = ensure_runtime(NEWEST, ["packaging"])
    assert runtime.directory.is_relative_to(core_cache)
    path = runtime.directory / name
    good = sha256_of(path)
    path.write_bytes(path.read_bytes()[:-1])
    told: list[str] = []
    assert ensure_runtime(NEWEST, ["packaging"], told.append) == runtime
    assert sha256_of(path) == good
    assert len(told) == 1
    assert "from npm" in told[0]


@pytest.mark.usefixtures("core_cache")
def test_a_damaged_wheel_is_fetched_again(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("ok"))
    runtime = ensure_runtime(NEWEST, ["packaging"])
    (wheel,) = runtime.directory.glob("packaging-*.whl")
    good = wheel.read_bytes()
    wheel.write_bytes(good[:100])
    told: list[str] = []
    ensure_runtime(NEWEST, ["packaging"], told.append)
    assert wheel.read_bytes() == good
    assert len(told) == 1


def test_two_processes_at_once_fetch_everything_once(
    empty_cache: Path, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("ok"))
    processes = [fetching(NEWEST, "micropip", "packaging") for _ in range(2)]
    outputs = [process.communicate(timeout=patience(120))[0].splitlines() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    fetched = [line.split()[1] for lines in outputs for line in lines if line.startswith("fetched")]
    assert len(fetched) == len(set(fetched)) == 3
    assert outputs[0][-1] == outputs[1][-1]
    assert staged(empty_cache) == []


def test_a_process_killed_in_the_middle_leaves_nothing_half_written(
    core_cache: Path, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("stuck"))
    with fetching(NEWEST, "packaging") as process:
        try:
            assert server.half_sent.wait(60)
        finally:
            process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    assert not list((core_cache / "npm").rglob("*.whl"))
    assert len(staged(core_cache)) == 1
    monkeypatch.setenv(CDN_VARIABLE, server.template("ok"))
    runtime = ensure_runtime(NEWEST, ["packaging"])
    assert len(list(runtime.directory.glob("packaging-*.whl"))) == 1
    assert staged(core_cache) == []


@pytest.mark.usefixtures("core_cache")
def test_pins_that_contradict_the_runtime_are_refused(tmp_path: Path) -> None:
    pins = load_pins()
    text = Path(sys.modules["pyodide_runtimes.pins"].PINS_FILE).read_text(encoding="utf-8")
    for pinned in (pins.line(NEWEST).lock, pins.line(NEWEST).digest):
        path = tmp_path / f"{pinned[:8]}.toml"
        path.write_text(text.replace(pinned, "0" * 64), encoding="utf-8")
        with pytest.raises(FetchError, match="contradict each other") as caught:
            ensure_runtime(NEWEST, pins=load_pins(path))
        (mismatch,) = caught.value.attempts
        assert isinstance(mismatch, HashMismatchError)
        assert (mismatch.expected, mismatch.found) == ("0" * 64, pinned)


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownLineError) as line:
        ensure_runtime("0.1")
    assert line.value.known == LINES
    with pytest.raises(UnknownPackageError, match="numpy"):
        ensure_runtime(NEWEST, ["nunpy"])


def test_lines_are_resolved_once_each_oldest_first() -> None:
    assert [runtime.line for runtime in resolve_lines([NEWEST, LINES[0], NEWEST])] == [
        LINES[0],
        NEWEST,
    ]
    assert [runtime.line for runtime in resolve_lines([NEWEST, "all"])] == list(LINES)
    assert resolve_lines([]) == []


def test_one_wrong_name_fetches_nothing(empty_cache: Path) -> None:
    with pytest.raises(UnknownLineError, match=r"'0\.1'"):
        resolve_lines([NEWEST, "0.1"])
    assert not empty_cache.exists()


def test_the_files_of_a_page_are_the_core_and_the_wheels_asked_for(newest: Runtime) -> None:
    names = [path.name for path in runtime_files(newest, ["packaging"])]
    assert [name for name in names if name.endswith(".whl")] == [
        path.name for path in newest.directory.glob("packaging-*.whl")
    ]
    assert {"pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"} <= set(names)
    hashes = {path.name: sha256_of(path) for path in runtime_files(newest)}
    assert core_digest(hashes) == newest.digest


@pytest.mark.usefixtures("core_cache")
def test_files_that_were_not_fetched_are_named() -> None:
    with pytest.raises(InvalidRuntimeError, match=r"packaging-.* was not fetched"):
        runtime_files(ensure_runtime(NEWEST), ["packaging"])


@pytest.fixture
def unreleased(newest: Runtime, tmp_path: Path) -> Path:
    return shutil.copytree(newest.directory, tmp_path / "dist")


def test_an_unreleased_directory_is_a_runtime_where_it_lies(
    unreleased: Path, newest: Runtime
) -> None:
    (runtime, pinned) = reversed(resolve_lines([str(unreleased), NEWEST], ["packaging"]))
    assert pinned.line == NEWEST
    assert runtime.directory == unreleased
    assert (runtime.line, runtime.version) == (f"{newest.version}+local", newest.version)
    assert runtime.digest == newest.digest
    assert runtime.python.startswith(newest.python.rpartition(".")[0])


def test_an_unreleased_directory_lacking_a_file_is_refused(unreleased: Path) -> None:
    (unreleased / "python_stdlib.zip").unlink()
    with pytest.raises(InvalidRuntimeError, match=r"python_stdlib\.zip is missing"):
        ensure_runtime(unreleased)


def test_an_unreleased_directory_lacking_a_wheel_is_not_written(unreleased: Path) -> None:
    (wheel,) = unreleased.glob("packaging-*.whl")
    wheel.unlink()
    with pytest.raises(InvalidRuntimeError, match=f"{wheel.name} is missing"):
        ensure_runtime(str(unreleased), ["packaging"])
    wheel.write_bytes(b"other")
    with pytest.raises(HashMismatchError) as caught:
        ensure_runtime(unreleased, ["packaging"])
    assert caught.value.file == wheel.name
    assert wheel.read_bytes() == b"other"
