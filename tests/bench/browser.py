"""A page with one Pyodide line, the libraries, and a counter of crossings; drives the suites."""

from __future__ import annotations

import asyncio
import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from doc_examples.runner.server import Routes, Server
from pyodide_runtimes import ensure_npm, ensure_runtime, ensure_wheel, find_browser

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
PEERS = ("reaktiv", "wybthon")
PAGE = b"<!doctype html><html lang='en'><title>bench</title><link rel='icon' href='data:,'><body>"

# What Python calls to reach JavaScript: attributes read and written, calls, constructions,
# proxies made. Wrapped before the interpreter is compiled, hence on every line alike.
COUNTING = """
(() => {
  const crossing = /^(JsProxy_(Get|Set|Del)Attr_js|JsvFunction_(CallBound|Construct)|pyproxy_new)/;
  let count = 0;
  const wrap = (imports) => {
    for (const [name, original] of Object.entries(imports.env ?? {})) {
      if (typeof original === "function" && crossing.test(name)) {
        imports.env[name] = (...values) => { count += 1; return original(...values); };
      }
    }
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = (source, imports, ...rest) => {
      if (imports) wrap(imports);
      return original.call(WebAssembly, source, imports, ...rest);
    };
  }
  globalThis.countCrossings = () => count;
})();
"""

BOOT = """
async (archives) => {
  const { loadPyodide } = await import("/runtime/pyodide.mjs");
  globalThis.python = await loadPyodide({ indexURL: "/runtime/", env: { PYTHONHASHSEED: "0" } });
  for (const url of archives) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    python.unpackArchive(await response.arrayBuffer(), "zip", { extractDir: "/bench" });
  }
  python.runPython("import sys; sys.path.insert(0, '/bench')");
  return python.version;
}
"""


def sources() -> bytes:
    """Pack bridge and the suites as they stand in the tree."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for pattern in ("bridge/**/*.py", "bridge/**/*.mjs", "tests/bench/*.py"):
            for path in sorted(ROOT.glob(pattern)):
                archive.write(path, path.relative_to(ROOT))
        # Where the build of the wheel puts it.
        comlink = ensure_npm("comlink") / "dist/esm/comlink.mjs"
        archive.write(comlink, "bridge/_assets/comlink.mjs")
    return packed.getvalue()


async def run_in_page(
    line: str,
    source: str,
    *,
    counting: bool = False,
    limit: float = 900.0,
    packages: Sequence[str] = (),
) -> tuple[str, dict[str, str]]:
    """Run Python in a fresh page of a fresh browser.

    Args:
        line: The Pyodide line.
        source: Python whose last expression is a text.
        counting: Whether crossings are counted, which costs time.
        limit: Seconds until the page is given up.
        packages: Packages of the distribution that are served beside the runtime.

    Returns:
        The text, and the versions of Pyodide and the browser.

    Raises:
        TimeoutError: The limit has passed.
    """
    runtime = ensure_runtime(line, packages)
    routes = Routes()
    routes.folders["/runtime/"] = Path(runtime.directory)
    routes.texts["/bench.html"] = PAGE
    routes.texts["/sources.zip"] = sources()
    for name in PEERS:
        routes.texts[f"/{name}.whl"] = ensure_wheel(name).read_bytes()
    archives: Sequence[str] = ["/sources.zip", *(f"/{name}.whl" for name in PEERS)]
    with Server(routes) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find_browser().path,
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            try:
                page = await browser.new_page()
                if counting:
                    await page.add_init_script(COUNTING)
                await page.goto(f"{server.url}/bench.html")
                version = await asyncio.wait_for(page.evaluate(BOOT, archives), 120)
                script = "source => python.runPythonAsync(source)"
                found = await asyncio.wait_for(page.evaluate(script, source), limit)
                versions = {"pyodide": str(version), "browser": f"Chromium {browser.version}"}
                return str(found), versions
            finally:
                await asyncio.wait_for(browser.close(), 30)
