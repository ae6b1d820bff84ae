"""Which headers isolate a page, its worker and Python in it, and what such a page may embed.

The rows of the table in `reference/project/using-bridge.md`: a change of the browser shows here.
"""

from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from urllib.parse import urlsplit

import pytest

from doc_examples.plugin.selection import selected_lines
from doc_examples.runner.server import MIME_TYPES
from pyodide_runtimes import ensure_runtime

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from playwright.async_api import Page

    from doc_examples.runner.runner import Runner

OPENER: Final = {"Cross-Origin-Opener-Policy": "same-origin"}
POLICIES: Final = {
    "none": {},
    "require-corp": {**OPENER, "Cross-Origin-Embedder-Policy": "require-corp"},
    "credentialless": {**OPENER, "Cross-Origin-Embedder-Policy": "credentialless"},
    "document-require-corp": {"Document-Isolation-Policy": "isolate-and-require-corp"},
    "document-credentialless": {"Document-Isolation-Policy": "isolate-and-credentialless"},
}
"""Headers by name; a page at ``/NAME/page.html`` has them, and ``/NAME/worker.mjs``, too."""


class Found(NamedTuple):
    """What a page with such headers can do.

    Attributes:
        isolated: `crossOriginIsolated` of page, of a worker whose script has the same headers, of
            one whose script has none (``None``: it does not start), of one made of a blob.
        shared: Whether a worker's write into shared memory is seen by the page.
        picture: Whether a picture of another site is shown that allows it by its header.
        silent: Whether a picture of another site is shown that has no such header.
        frame: Whether a frame of another site is shown that has no header.
    """

    isolated: list[bool | None]
    shared: bool
    picture: bool
    silent: bool
    frame: bool


ALLOWED: Final = {
    "none": Found([False] * 4, shared=False, picture=True, silent=True, frame=True),
    "require-corp": Found(
        [True, True, None, True], shared=True, picture=True, silent=False, frame=False
    ),
    "credentialless": Found(
        [True, True, None, True], shared=True, picture=True, silent=True, frame=False
    ),
    "document-require-corp": Found([True] * 4, shared=True, picture=True, silent=False, frame=True),
    "document-credentialless": Found(
        [True] * 4, shared=True, picture=True, silent=True, frame=True
    ),
}

WORKER: Final = """addEventListener("message", ({ data }) => {
  if (data) Atomics.store(new Int32Array(data), 0, 7);
  postMessage(crossOriginIsolated);
});"""
PICTURE: Final = "<svg xmlns='http://www.w3.org/2000/svg' width='3' height='3'/>"
LOOK: Final = """async (other) => {
  const memory = globalThis.SharedArrayBuffer ? new SharedArrayBuffer(8) : null;
  const ask = (url, data) => new Promise((resolve) => {
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => { resolve(data); worker.terminate(); };
    worker.onerror = () => resolve(null);
    worker.postMessage(data);
  });
  const shown = (url) => new Promise((resolve) => {
    const picture = new Image();
    picture.onload = () => resolve(true);
    picture.onerror = () => resolve(false);
    picture.src = url;
  });
  // A blocked frame loads an error page: only the frame itself can say that it is there.
  const framed = (url) => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    addEventListener("message", ({ data }) => resolve(data === "here"), { once: true });
    frame.onload = () => setTimeout(() => resolve(false), 2000);
    frame.src = url;
    document.body.append(frame);
  });
  const blob = URL.createObjectURL(
    new Blob([await (await fetch("worker.mjs")).text()], { type: "text/javascript" }));
  const isolated = [crossOriginIsolated, await ask("worker.mjs", memory)];
  isolated.push(await ask("/none/worker.mjs", null), await ask(blob, null));
  return [
    isolated,
    memory !== null && Atomics.load(new Int32Array(memory), 0) === 7,
    await shown(`${other}/allowed.svg`),
    await shown(`${other}/silent.svg`),
    await framed(`${other}/none/frame.html`),
  ];
}"""
PYTHON: Final = """
import { loadPyodide } from "/runtime/pyodide.mjs";
const pyodide = await loadPyodide({ indexURL: "/runtime/" });
addEventListener("message", async ({ data }) => {
  pyodide.setInterruptBuffer(data);
  postMessage("begun");
  try {
    pyodide.runPython("while True: pass");
  } catch (error) {
    postMessage(error.type);
  }
});
postMessage("ready");
"""
INTERRUPT: Final = """() => new Promise((resolve, reject) => {
  const worker = new Worker("python.mjs", { type: "module" });
  const signal = new Uint8Array(new SharedArrayBuffer(1));
  worker.onerror = () => reject(new Error("the worker failed"));
  worker.onmessage = ({ data }) => {
    if (data === "ready") worker.postMessage(signal);
    // What is written between Python's reading and clearing is lost: write again.
    else if (data === "begun") worker.timer = setInterval(() => { signal[0] = 2; }, 50);
    else { clearInterval(worker.timer); worker.terminate(); resolve(data); }
  };
})"""
ADDING: Final = """const added = ADDED;
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith((async () => {
  const { body, status, headers } = await fetch(event.request);
  return new Response(body, { status, headers: { ...Object.fromEntries(headers), ...added } });
})()));"""
REGISTER: Final = """async (script) => {
  const before = crossOriginIsolated;
  await navigator.serviceWorker.register(script);
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }
  return [before, crossOriginIsolated];
}"""
TEXTS: Final = {
    "page.html": "<!doctype html><link rel='icon' href='data:,'><body>",
    "frame.html": "<!doctype html><script>parent.postMessage('here', '*')</script>",
    "worker.mjs": WORKER,
    "python.mjs": PYTHON,
    **{
        f"adding-{name}.js": ADDING.replace("ADDED", json.dumps(headers))
        for name, headers in POLICIES.items()
    },
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        folder, _, name = urlsplit(self.path).path[1:].partition("/")
        runtime = cast("Site", self.server).runtime
        headers = POLICIES.get(folder, {})
        if folder in {"allowed.svg", "silent.svg"}:
            body, name = PICTURE.encode(), folder
            headers = {"Cross-Origin-Resource-Policy": "cross-origin"} if "all" in folder else {}
        elif folder == "runtime" and runtime and (runtime / name).is_file():
            body = (runtime / name).read_bytes()
        elif folder in POLICIES and name in TEXTS:
            body = TEXTS[name].encode()
        else:
            self.send_error(404)
            return
        self.send_response(200)
        suffix = "." + name.rpartition(".")[2]
        self.send_header("Content-Type", MIME_TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        for header in headers.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay quiet: a page that fails to load something fails its test."""


class Site(ThreadingHTTPServer):
    """Serves each page with the headers that its folder is named after."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.runtime: Path | None = None

    def url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A page that is closed drops its connections; that is no error."""


@pytest.fixture
def site() -> Iterator[Site]:
    """A server of its own for each test."""
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(5)


def visited(runner: Runner, url: str, look: Callable[[Page], Awaitable[Any]], limit: float) -> Any:
    """Open a page in a context of its own and look at it."""

    async def visit() -> Any:
        context = await runner._browser.context()
        try:
            page = await context.new_page()
            await page.goto(url)
            return await asyncio.wait_for(look(page), limit)
        finally:
            await asyncio.wait_for(context.close(), 30)

    return runner.call(visit(), limit + 60)


@pytest.mark.parametrize("policy", POLICIES)
def test_what_the_headers_of_a_page_allow(
    policy: str, site: Site, interpreter_runner: Runner
) -> None:
    # A matter of the browser: there is no Python in it.
    other = site.url("localhost")  # another site than the page's 127.0.0.1
    url = f"{site.url()}/{policy}/page.html"
    found = visited(interpreter_runner, url, lambda page: page.evaluate(LOOK, other), 60)
    assert Found(*found) == ALLOWED[policy]


ISOLATING: Final = [name for name in POLICIES if name != "none"]


@pytest.mark.parametrize("policy", ISOLATING)
def test_a_service_worker_that_adds_the_headers_isolates_from_the_next_load_on(
    policy: str, site: Site, interpreter_runner: Runner
) -> None:
    async def look(page: Page) -> list[bool]:
        first = await page.evaluate(REGISTER, f"adding-{policy}.js")
        await page.reload()
        return [*first, await page.evaluate("crossOriginIsolated")]

    found = visited(interpreter_runner, f"{site.url()}/none/page.html", look, 60)
    assert found == [False, False, True]


@pytest.mark.parametrize("policy", ISOLATING)
def test_python_in_a_worker_is_interrupted_through_shared_memory(
    policy: str, site: Site, interpreter_runner: Runner, request: pytest.FixtureRequest
) -> None:
    url = f"{site.url()}/{policy}/page.html"
    found = {}
    lines = selected_lines(request.config)
    for line in lines:
        site.runtime = ensure_runtime(line).directory
        found[line] = visited(interpreter_runner, url, lambda page: page.evaluate(INTERRUPT), 120)
    assert found == dict.fromkeys(lines, "KeyboardInterrupt")
