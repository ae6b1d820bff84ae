"""Importing bridge makes nothing: outside the browser, in it, and in a memory snapshot."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bridge
from bridge import core, proxies, reactivity
from tests.pace import patience

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

MODULES = [each.name for each in pkgutil.walk_packages(bridge.__path__, "bridge.")]

EVERYTHING = """
import gc, importlib, sys, threading, asyncio
for name in {names}:
    importlib.import_module(name)
from bridge.proxies import live_counts
from bridge.reactivity.state import now
from bridge.reactivity.testing import live_nodes
assert not ({{"js", "pyodide", "cloudpickle", "numpy"}} & sys.modules.keys())
assert now.clock == 0 and not now.queue
assert threading.active_count() == 1
assert not [each for each in gc.get_objects() if isinstance(each, (asyncio.Task, asyncio.Future))]
assert live_nodes() == (0, 0, 0, 0) and not live_counts()
"""

BASE = {"errors"}
HOST = BASE | {"_browser"}
NEEDS: dict[str, set[str]] = {
    "bridge": set(),
    "bridge.errors": set(),
    "bridge.assets": BASE | {"_assets"},
    "bridge.environment": HOST,
    "bridge.proxies": HOST,
    "bridge.reactivity": BASE,
    "bridge.core": HOST | {"proxies", "reactivity"},
    "bridge.vdom": HOST | {"proxies"},
    "bridge.binding": HOST | {"proxies", "reactivity", "vdom"},
    "bridge.worker": HOST | {"_assets", "_marshal", "_modules", "environment", "proxies"},
    "bridge.rpc": HOST | {"_marshal", "environment"},
    "bridge.pool": HOST
    | {"_assets", "_marshal", "_modules", "environment", "proxies", "reactivity", "rpc", "worker"},
    # Workers come when something is offloaded; an application that only may do so waits for none.
    "bridge.offload": HOST | {"_marshal", "_modules", "_waiting", "environment", "reactivity"},
}
"""Of each public part of bridge, the parts that its import brings along, and no others."""

BRINGS = """
import importlib, sys
for name in {names}:
    for loaded in [each for each in sys.modules if each.partition(".")[0] == "bridge"]:
        del sys.modules[loaded]
    importlib.import_module(name)
    print(name, *{{each.split(".")[1] for each in sys.modules if each.startswith("bridge.")}})
"""

SNAPSHOT = """async (indexURL, sources, modules) => {
  const { loadPyodide } = await import(`${indexURL}pyodide.mjs`);
  const one = await loadPyodide({ indexURL, _makeSnapshot: true });
  const extractDir = one.runPython("import site; site.getsitepackages()[0]");
  one.unpackArchive(sources, "zip", { extractDir });
  one.runPython("import importlib; importlib.invalidate_caches()");
  one.runPython(`for name in "${modules}".split(): importlib.import_module(name)`);
  one.runPython("woken = 'elsewhere'");
  const two = await loadPyodide({ indexURL, _loadSnapshot: one.makeMemorySnapshot() });
  return two.runPython(`
import sys
before = {name for name in sys.modules if name.startswith("bridge")}

from bridge._browser.document_model import DocumentModel
from bridge.binding import h, mount
from bridge.environment import describe
from bridge.offload import CannotWaitError, Slot, offload_sync
from bridge.pool import WorkerPool
from bridge.proxies import live_counts
from bridge.reactivity import Signal
from bridge.rpc.errors import NotAllowedError
from bridge.rpc.plain import Names
from bridge.worker import Limits

page, name = DocumentModel("app"), Signal("asleep")
view = mount("app", h("p", None, name), page.open)
name.value = woken
try:
    offload_sync(pow, 2, 3)
    refused = False
except CannotWaitError:
    refused = True
try:
    Names(()).find("builtins:eval")
    allowed = True
except NotAllowedError:
    allowed = False
found = [
    " ".join(sorted(before)),
    page.show("app"),
    str(describe().line),
    str(refused and not Slot("restored").busy.value),
    str(WorkerPool(1).stats().accepted),
    str(allowed),
    str(Limits(ready=2).ready),
]
view.dispose()
chr(10).join([*found, repr(live_counts())])`);
}"""


def test_everything_imports_without_a_browser_and_makes_nothing() -> None:
    probe(EVERYTHING.format(names=MODULES))


def test_a_part_brings_along_what_it_needs_and_no_more() -> None:
    said = probe(BRINGS.format(names=list(NEEDS)))
    brought = {name: set(parts) for name, *parts in map(str.split, said.splitlines())}
    own = {name: {name.partition(".")[2]} - {""} for name in NEEDS}
    assert brought == {name: needs | own[name] for name, needs in NEEDS.items()}


def test_every_public_part_of_bridge_is_among_those() -> None:
    public = {each.name for each in pkgutil.iter_modules(bridge.__path__, "bridge.")}
    assert {name for name in public if "._" not in name} == NEEDS.keys() - {"bridge"}


def test_the_door_gives_the_same_names() -> None:
    assert core.keep_alive is proxies.keep_alive
    for name in set(core.__all__) - {"keep_alive"}:
        assert getattr(core, name) is getattr(reactivity, name)


def test_everything_imports_in_pyodide_and_survives_a_memory_snapshot(
    interpreter: Interpreter,
) -> None:
    said = interpreter.run(
        f"""
import js
from pyodide.ffi import to_js
from bridge._browser import workers
from bridge.worker.sources import archive
sources = js.Uint8Array.new(to_js(archive(["bridge"])))
await js.eval({SNAPSHOT!r})(workers.index_url(), sources, {" ".join(MODULES)!r})
"""
    ).splitlines()
    assert said.pop(0).split() == sorted(["bridge", *MODULES])
    assert said == ["<p>elsewhere</p>", interpreter.line, "True", "0", "False", "2", "{}"]


def probe(program: str) -> str:
    """Run a program where there is nothing but the sources of bridge; what it printed."""
    root = Path(bridge.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", program],
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=patience(60),
        check=False,
    )
    if done.returncode:
        pytest.fail(done.stderr)
    return done.stdout
