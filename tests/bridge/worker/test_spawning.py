"""Spawning where there is no browser, and what importing it does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import bridge
from bridge.errors import HostUnavailableError
from bridge.worker import spawn

PROBE = """
import asyncio, gc, sys
import bridge.worker, bridge.worker.inside, bridge.assets
from bridge.worker import spawning
assert "js" not in sys.modules and "pyodide" not in sys.modules
assert "bridge.rpc" not in sys.modules and "bridge.vdom" not in sys.modules
assert not spawning._shared and not spawning._blobs
assert not [each for each in gc.get_objects() if isinstance(each, (asyncio.Task, asyncio.Future))]
"""


def test_importing_makes_nothing_and_brings_no_other_part_along() -> None:
    subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", PROBE],
        env={"PYTHONPATH": str(Path(bridge.__file__).parents[1])},
        check=True,
        timeout=60,
    )


def test_outside_the_browser_a_worker_is_refused_on_use() -> None:
    with pytest.raises(HostUnavailableError):
        asyncio.run(spawn())


def test_serving_and_exposing_at_once_is_refused() -> None:
    with pytest.raises(TypeError, match="one of the two"):
        asyncio.run(spawn("shop:serve", expose="shop:Prices"))
