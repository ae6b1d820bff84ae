from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bridge
from bridge import core, proxies, reactivity

PROBE = """
import gc, sys, threading, asyncio
import bridge.core, bridge.reactivity.testing
from bridge.reactivity.state import now
assert "js" not in sys.modules and "pyodide" not in sys.modules
assert now.clock == 0 and not now.queue
assert threading.active_count() == 1
assert not [each for each in gc.get_objects() if isinstance(each, (asyncio.Task, asyncio.Future))]
assert bridge.reactivity.testing.live_nodes() == (0, 0, 0, 0)
"""


def test_importing_makes_nothing_and_needs_the_source_alone() -> None:
    root = Path(bridge.__file__).parents[1]
    environment = {"PYTHONPATH": str(root)}
    subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", PROBE],
        env=environment,
        check=True,
        timeout=60,
    )


def test_the_door_gives_the_same_names() -> None:
    assert core.keep_alive is proxies.keep_alive
    for name in set(core.__all__) - {"keep_alive"}:
        assert getattr(core, name) is getattr(reactivity, name)
