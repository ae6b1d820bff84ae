"""A page on a server that can fail in every way, and what happened there, once per line."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from bridge.worker.sources import archive
from doc_examples.plugin.selection import selected_lines
from pyodide_runtimes import ensure_runtime
from tests.bridge.worker.faulty_runtime import FaultyRuntime

if TYPE_CHECKING:
    from doc_examples.runner.runner import Runner

PACKAGE = "packaging"
BOOTS = 200
"""How many times as long as one boot on this machine the checks of one line may take."""
LONGEST = 1800.0
"""Seconds after which they have failed in any case."""

BOOT = """async ([url, sources]) => {
  const { loadPyodide } = await import(`${url}/ok/pyodide.mjs`);
  const pyodide = await loadPyodide({ indexURL: `${url}/ok/` });
  const bytes = Uint8Array.from(atob(sources), (letter) => letter.charCodeAt(0));
  const extractDir = pyodide.runPython("import site; site.getsitepackages()[0]");
  pyodide.unpackArchive(bytes, "zip", { extractDir });
  globalThis.pyodide = pyodide;
}"""
RUN = """
import importlib, json
importlib.invalidate_caches()
import checks_in_page as checks
json.dumps(await checks.{function}())
"""


async def run_in_page(
    runner: Runner, server: FaultyRuntime, function: str, folder: str = "ok"
) -> dict[str, Any]:
    """Boot Pyodide in a page of the server; return what a function of the checks returns."""
    context = await runner._browser.context()
    try:
        page = await context.new_page()
        await page.goto(f"{server.url}/{folder}/page.html")
        sources = archive(["bridge"])
        began = time.perf_counter()
        await page.evaluate(BOOT, [server.url, base64.b64encode(sources).decode("ascii")])
        boot = time.perf_counter() - began
        for name in ("checks_in_page.py", "stress_in_page.py"):
            text = (Path(__file__).parent / name).read_text("utf-8")
            write = "([name, text]) => pyodide.FS.writeFile(name, text)"
            await page.evaluate(write, [name, text])
        note = "([own, other]) => { globalThis.ownOrigin = own; globalThis.otherOrigin = other; }"
        await page.evaluate(note, [server.url, server.other])
        code = RUN.format(function=function)
        work = page.evaluate("code => pyodide.runPythonAsync(code)", code)
        text = await asyncio.wait_for(work, BOOTS * boot)
    finally:
        await asyncio.wait_for(context.close(), 30)
    return dict(json.loads(text))


@pytest.fixture
def happened_unisolated(
    interpreter_runner: Runner, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """What `checks_in_page.unisolated` found in a page that no header isolates.

    That is a matter of the browser: one line stands for all.
    """
    runtime = ensure_runtime(selected_lines(request.config)[-1], [PACKAGE])
    with FaultyRuntime(runtime.directory) as server:
        work = run_in_page(interpreter_runner, server, "unisolated", "plain")
        return interpreter_runner.call(work, LONGEST)


@pytest.fixture
def happened_by_document(
    interpreter_runner: Runner, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """What `checks_in_page.by_document` found in a page of `Document-Isolation-Policy`."""
    runtime = ensure_runtime(selected_lines(request.config)[-1], [PACKAGE])
    with FaultyRuntime(runtime.directory) as server:
        work = run_in_page(interpreter_runner, server, "by_document", "document")
        return interpreter_runner.call(work, LONGEST)


@pytest.fixture
def happened_opaque(interpreter_runner: Runner, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What `checks_in_page.opaque` found in a page below a policy's directive ``sandbox``.

    That is a matter of the browser, too.
    """
    runtime = ensure_runtime(selected_lines(request.config)[-1], [PACKAGE])
    with FaultyRuntime(runtime.directory) as server:
        work = run_in_page(interpreter_runner, server, "opaque", "sandbox")
        return interpreter_runner.call(work, LONGEST)


@pytest.fixture(scope="module")
def happened(
    interpreter_runner: Runner,
    interpreter_line: str,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> dict[str, Any]:
    """What `checks_in_page.main` found on the line: all causes, in one page and one run.

    One run for all processes of pytest-xdist: who comes later reads what the first has found.
    """
    base = tmp_path_factory.getbasetemp()
    kept = (base if worker_id == "master" else base.parent) / f"workers-{interpreter_line}.json"
    with FileLock(f"{kept}.lock", timeout=LONGEST):
        if not kept.exists():
            runtime = ensure_runtime(interpreter_line, [PACKAGE])
            with FaultyRuntime(runtime.directory) as server:
                work = run_in_page(interpreter_runner, server, "main")
                kept.write_text(json.dumps(interpreter_runner.call(work, LONGEST)), "utf-8")
        return dict(json.loads(kept.read_text("utf-8")))
