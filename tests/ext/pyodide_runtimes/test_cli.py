"""The command line answers on standard output and tells its progress on standard error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import LINES, NEWEST, Runtime, find_browser, load_pins
from pyodide_runtimes.cli import main
from pyodide_runtimes.wheel_sources import CDN_VARIABLE
from tests.pace import patience

if TYPE_CHECKING:
    from tests.ext.pyodide_runtimes.faulty_server import FaultyServer


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pyodide_runtimes", "lines"],
        capture_output=True,
        text=True,
        check=True,
        timeout=patience(60),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "_ext")},
    )
    assert done.stderr == ""
    assert [row["line"] for row in json.loads(done.stdout)] == list(LINES)


def test_lines_are_json_with_version_and_python(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lines"]) == 0
    newest = load_pins().line(NEWEST)
    assert json.loads(capsys.readouterr().out)[-1] == {
        "line": NEWEST,
        "version": newest.version,
        "python": newest.python,
    }


def test_path_is_the_runtimes_directory(
    newest: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["path", NEWEST]) == 0
    assert main(["path"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(newest.directory)] * 2


@pytest.mark.usefixtures("core_cache")
def test_fetch_tells_each_thing_once_and_is_quiet_when_cached(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CDN_VARIABLE, server.template("ok"))
    command = ["fetch", "--line", NEWEST, "--package", "packaging"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{NEWEST}\t{load_pins().line(NEWEST).version}\t")
    assert len(err.splitlines()) == 1
    assert "kB" in err
    assert main(command) == 0
    assert capsys.readouterr() == (out, "")


def test_fetch_verify_mends_damage_that_kept_size_and_time(
    core_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["path", NEWEST]) == 0
    path = Path(capsys.readouterr().out.strip()) / "python_stdlib.zip"
    assert path.is_relative_to(core_cache)
    good = path.read_bytes()
    status = path.stat()
    path.write_bytes(bytes(len(good)))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert main(["fetch", "--line", NEWEST, "--verify"]) == 0
    assert path.read_bytes() == good


def test_fetch_of_npm_packages_and_wheels_fetches_no_runtime(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["fetch", "--npm", "comlink", "--wheel", "reaktiv"]) == 0
    names = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["comlink", "reaktiv"]


def test_browser_prints_path_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    browser = find_browser()
    assert main(["browser"]) == 0
    assert capsys.readouterr().out == f"{browser.path}\t{browser.version}\n"


def test_an_error_is_one_message_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "--line", "0.1"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: no Pyodide line is called '0.1'")
    assert "Traceback" not in err
