"""Shared memory: what crosses, what is refused, and where.

That it is the same memory on both ends is shown in `test_in_browser`, into a worker.
"""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge._marshal.errors import UnreadableError
from bridge._marshal.shared import view_of
from bridge.environment import HOW_TO_ISOLATE
from bridge.worker.sources import archive
from doc_examples.plugin.selection import selected_lines
from doc_examples.runner.server import Routes, Server
from pyodide_runtimes import ensure_runtime
from tests.pace import patience

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter
    from doc_examples.runner.runner import Runner

BOOT = """async ([sources, code]) => {
  const { loadPyodide } = await import("/runtime/pyodide.mjs");
  const pyodide = await loadPyodide({ indexURL: "/runtime/" });
  const bytes = Uint8Array.from(atob(sources), (letter) => letter.charCodeAt(0));
  const extractDir = pyodide.runPython("import site; site.getsitepackages()[0]");
  pyodide.unpackArchive(bytes, "zip", { extractDir });
  return pyodide.runPythonAsync(code);
}"""
UNISOLATED = """
import importlib, json
importlib.invalidate_caches()
import js
from bridge.rpc import EncodingError, Peer
from bridge.rpc.loopback import pair
here, there = pair()
found = [bool(js.crossOriginIsolated)]
async with Peer(there, lambda value: value), Peer(here) as peer:
    # The one way to get such an object where the class itself is hidden.
    memory = js.WebAssembly.Memory.new(
        js.JSON.parse('{"initial": 1, "maximum": 1, "shared": true}')
    ).buffer
    try:
        await peer.remote([js.Uint8Array.new(memory)])
    except EncodingError as error:
        found += [error.what, error.reason]
    found.append(await peer.remote("after"))
json.dumps(found)
"""
STRANGER = """
import js
from bridge._marshal.errors import UnreadableError, UnsendableError
from bridge._marshal.shared import parts_of, view_of
memory = js.SharedArrayBuffer.new(16)
plain = js.ArrayBuffer.new(16)
found = []
for parts in [
    (memory, "Uint8Array", 0, 17), (memory, "Int32Array", 1, 1), (memory, "Int32Array", 0, -1),
    (memory, "Function", 0, 1), (memory, "Worker", 0, 1), (memory, "Object", 0, 0),
    (plain, "Uint8Array", 0, 16), (plain, "SharedArrayBuffer", 0, 0), (b"abc", "Uint8Array", 0, 1),
    (js.Object, "Uint8Array", 0, 1), (js, "SharedArrayBuffer", 0, 0),
]:
    try:
        found.append(repr(view_of(*parts)))
    except UnreadableError:
        found.append("malformed")
    except Exception as error:
        found.append(type(error).__name__)
tagged = js.eval('({[Symbol.toStringTag]: "Uint8Array", buffer: 1, byteOffset: 0, length: 1})')
for value in (js.document, plain, js.Uint8Array.new(plain), js.Math, js.fetch, tagged):
    try:
        found.append(repr(parts_of(value)))
    except UnsendableError:
        found.append("refused")
found
"""


def test_what_is_no_view_of_shared_memory_is_neither_sent_nor_made(
    interpreter: Interpreter,
) -> None:
    found = interpreter.run(STRANGER)
    # What JavaScript itself refuses becomes the message's error, as everything in decoding does.
    assert found == ["JsException"] * 3 + ["malformed"] * 8 + ["refused"] * 6


@pytest.mark.parametrize("kind", ["Uint8Array", "SharedArrayBuffer", "eval"])
def test_outside_of_the_browser_there_is_none(kind: str) -> None:
    with pytest.raises(UnreadableError):
        view_of(memoryview(b"abc"), kind, 0, 1)


def test_a_page_that_is_not_isolated_is_told_so(
    interpreter_runner: Runner, request: pytest.FixtureRequest
) -> None:
    # A matter of the browser: one line stands for all.
    runtime = ensure_runtime(selected_lines(request.config)[-1])
    routes = Routes(isolated=False)
    routes.folders["/runtime/"] = Path(runtime.directory)
    routes.texts["/page.html"] = b"<!doctype html><link rel='icon' href='data:,'>"
    sources = base64.b64encode(archive(["bridge"])).decode("ascii")

    async def visit(url: str) -> str:
        context = await interpreter_runner._browser.context()
        try:
            page = await context.new_page()
            await page.goto(url)
            return str(await page.evaluate(BOOT, [sources, UNISOLATED]))
        finally:
            await asyncio.wait_for(context.close(), patience(30))

    with Server(routes) as server:
        found = json.loads(interpreter_runner.call(visit(f"{server.url}/page.html"), 90))
    assert found[:2] == [False, "shared memory"]
    assert "not cross-origin isolated" in found[2]
    assert HOW_TO_ISOLATE in found[2]
    assert found[3] == "after"
