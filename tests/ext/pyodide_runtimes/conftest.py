"""Shared by the tests of pyodide_runtimes: private caches, dead networks, a server with faults."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import NEWEST, Runtime, ensure_runtime
from pyodide_runtimes.store import CACHE_VARIABLE, Store
from tests.ext.pyodide_runtimes.faulty_server import FaultyServer, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Nothing listens on the discard port of a machine of today: connections are refused at once.
DEAD_PROXY = "http://127.0.0.1:9"


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a cache of this test's own, with nothing in it."""
    root = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(root))
    return root


# Of the session, so that it is made before a test's own fixtures turn to another cache.
@pytest.fixture(scope="session")
def newest() -> Runtime:
    """Return the newest line with a small wheel and its needs, in the user's cache."""
    return ensure_runtime(NEWEST, ["micropip", "packaging"])


@pytest.fixture
def core_cache(newest: Runtime, empty_cache: Path) -> Path:
    """Use a cache of this test's own that holds the newest line's core, but no wheel."""
    source = newest.directory
    target = empty_cache / "npm"
    shutil.copytree(source, target / source.name, ignore=shutil.ignore_patterns("*.whl"))
    shutil.copy2(source.with_name(f"{source.name}.manifest.json"), target)
    return empty_cache


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty cache that waits for nobody."""
    return Store(tmp_path / "store", patience=0.3)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Send everything that leaves the machine to a proxy that does not exist."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, DEAD_PROXY)
        monkeypatch.setenv(name.lower(), DEAD_PROXY)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    # What the tools fetched earlier must not answer for the network.
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(tmp_path / "npm-cache"))


@pytest.fixture
def server(newest: Runtime) -> Iterator[FaultyServer]:
    """Serve the newest runtime's files with faults on request."""
    with serve(newest.directory) as running:
        yield running
