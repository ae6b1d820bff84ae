"""The CDN and the mirror deliver a file, or say precisely why they did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import NEWEST, Runtime, SourceError, SourceUnreachableError, load_pins
from pyodide_runtimes.hashing import sha256_of
from pyodide_runtimes.lockfile import LockedPackage, read_lock
from pyodide_runtimes.pins import MirrorPin
from pyodide_runtimes.progress import silent
from pyodide_runtimes.wheel_sources import CDN_VARIABLE, Cdn, Mirror, wheel_sources

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ext.pyodide_runtimes.faulty_server import FaultyServer

PIN = load_pins().line(NEWEST)
REAKTIV = load_pins().wheel("reaktiv")


@pytest.fixture
def wheel(newest: Runtime) -> LockedPackage:
    return read_lock(newest.directory / "pyodide-lock.json", "newest").find("packaging")


def test_the_cdn_delivers_a_file_of_the_release(
    server: FaultyServer, wheel: LockedPackage, tmp_path: Path
) -> None:
    Cdn(server.template("ok"), PIN.version).fetch(wheel.file, tmp_path / "wheel")
    assert sha256_of(tmp_path / "wheel") == wheel.sha256
    assert server.requests == [f"/ok/{PIN.version}/{wheel.file}"]


def test_a_refused_file_is_reported_with_the_servers_words(
    server: FaultyServer, wheel: LockedPackage, tmp_path: Path
) -> None:
    cdn = Cdn(server.template("missing"), PIN.version)
    with pytest.raises(SourceError, match="HTTP 404 Not Found") as caught:
        cdn.fetch(wheel.file, tmp_path / "wheel")
    assert not isinstance(caught.value, SourceUnreachableError)
    assert caught.value.file == wheel.file
    assert f"127.0.0.1:{server.port}" in caught.value.source


def test_a_truncated_file_is_reported_with_both_sizes(
    server: FaultyServer, wheel: LockedPackage, newest: Runtime, tmp_path: Path
) -> None:
    size = (newest.directory / wheel.file).stat().st_size
    with pytest.raises(SourceError, match=f"{size // 2} of {size} bytes"):
        Cdn(server.template("truncated"), PIN.version).fetch(wheel.file, tmp_path / "wheel")


@pytest.mark.parametrize("behaviour", ["silent", "stuck"])
def test_a_server_that_stops_answering_ends_after_the_patience(
    server: FaultyServer, wheel: LockedPackage, tmp_path: Path, behaviour: str
) -> None:
    cdn = Cdn(server.template(behaviour), PIN.version, patience=0.5)
    with pytest.raises(SourceUnreachableError, match=r"nothing for 0\.5 s|timed out"):
        cdn.fetch(wheel.file, tmp_path / "wheel")


def test_a_server_that_drips_ends_at_the_limit_of_the_file(
    server: FaultyServer, wheel: LockedPackage, tmp_path: Path
) -> None:
    cdn = Cdn(server.template("drip"), PIN.version, patience=5, limit=0.5)
    with pytest.raises(SourceUnreachableError, match=r"bytes came within 0\.5 s"):
        cdn.fetch(wheel.file, tmp_path / "wheel")


@pytest.mark.usefixtures("no_network")
def test_a_cdn_that_cannot_be_reached_is_told_from_one_that_lacks_a_file(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachableError, match="cannot be reached"):
        Cdn(load_pins().cdn, PIN.version).fetch("numpy.whl", tmp_path / "wheel")


def test_the_mirror_reads_one_file_by_byte_ranges(wheel: LockedPackage, tmp_path: Path) -> None:
    told: list[str] = []
    Mirror(PIN.mirror, tmp_path, told.append).fetch(wheel.file, tmp_path / "wheel")
    assert sha256_of(tmp_path / "wheel") == wheel.sha256
    assert told == []
    # Only the report and the file itself: the whole wheel was not fetched.
    assert not list(tmp_path.glob("*.whl"))


def test_the_mirror_says_when_it_does_not_ship_a_file(tmp_path: Path) -> None:
    mirror = Mirror(PIN.mirror, tmp_path, silent)
    with pytest.raises(SourceError, match="does not ship this file") as caught:
        mirror.fetch("no-such-file.whl", tmp_path / "wheel")
    assert not isinstance(caught.value, SourceUnreachableError)


def test_where_byte_ranges_do_not_work_pip_fetches_the_whole_wheel(
    server: FaultyServer, tmp_path: Path
) -> None:
    pin = MirrorPin(REAKTIV.name, REAKTIV.version, "reaktiv")
    told: list[str] = []
    mirror = Mirror(pin, tmp_path, told.append)
    # This server answers a request for a range with the whole file, as some proxies do.
    served = server.root / "pyodide-lock.json"
    mirror._url = server.template("ok").replace("{file}", served.name)
    mirror.fetch("__init__.py", tmp_path / "out")
    assert "Signal" in (tmp_path / "out").read_text(encoding="utf-8")
    assert len(told) == 1
    assert "no byte ranges" in told[0]
    mirror.fetch("signal.py", tmp_path / "out")
    assert len(server.requests) == 1


@pytest.mark.usefixtures("no_network")
def test_a_mirror_that_cannot_be_reached_is_reported_in_pips_words(tmp_path: Path) -> None:
    mirror = Mirror(PIN.mirror, tmp_path, silent)
    with pytest.raises(SourceUnreachableError, match="pip: ") as caught:
        mirror.fetch("numpy.whl", tmp_path / "wheel")
    assert PIN.mirror.project in caught.value.source


def test_the_variable_replaces_the_cdn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CDN_VARIABLE, "http://127.0.0.1:9/{version}/{file}")
    names = [source.name for source in wheel_sources(load_pins().cdn, PIN, tmp_path, silent)]
    assert names[0] == "the CDN 127.0.0.1:9"
    assert PIN.mirror.project in names[1]
