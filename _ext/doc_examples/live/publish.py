"""Puts the files that the pages need into the built site: scripts, runtimes, wheels."""

from __future__ import annotations

import html
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from doc_examples import session
from doc_examples.live.blocks import RUNNABLE, session_place
from doc_examples.records import Kind
from pyodide_runtimes import NEWEST
from pyodide_runtimes.lockfile import read_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from doc_examples.live.site import Runnable, Site
    from doc_examples.records import Example

ASSETS = Path(__file__).parent / "assets"
FOLDER = "_static/doc_examples"
"""Where the scripts go, relative to the site."""
RUNTIMES = "_static/pyodide"
"""Where the runtimes go, in a folder for each version."""
WORKER = "doc-examples-isolation.js"
"""The service worker; it can only serve pages at or below its own place."""

_CORE = (
    "pyodide.mjs",
    "pyodide.asm.js",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)


def publish(site: Site, outdir: Path) -> None:
    """Write everything below ``outdir``; files that are there and equal stay as they are."""
    folder = outdir / FOLDER
    for source in (session.DIRECTORY, ASSETS):
        for path in sorted(source.iterdir()):
            if path.suffix in {".mjs", ".html", ".css"} or path.name == "harness.py":
                _copy(path, folder / path.name)
    if not site.runtimes:
        return
    _copy(ASSETS / "isolation-worker.js", outdir / WORKER)
    for runtime in site.runtimes:
        for path in _needed(runtime, site.plan.packages()):
            _copy(path, outdir / RUNTIMES / runtime.version / path.name)
        for wheel in runtime.wheels:
            _copy(wheel, folder / "wheels" / wheel.parent.name[:16] / wheel.name)
    _write(folder / "config.json", json.dumps(_config(site.runtimes), indent=1) + "\n")
    for blocks in site.sessions.values():
        _publish_session(folder, blocks)


def _needed(runtime: Runnable, packages: Sequence[str]) -> Iterable[Path]:
    lock = read_lock(runtime.directory / "pyodide-lock.json", f"Pyodide {runtime.version}")
    wheels = [package.file for package in lock.closure(packages)] if packages else []
    return [*_core(runtime), *(runtime.directory / wheel for wheel in wheels)]


def _core(runtime: Runnable) -> list[Path]:
    return [path for name in _CORE if (path := runtime.directory / name).is_file()]


def _config(runtimes: Sequence[Runnable]) -> dict[str, object]:
    """What the pages' script reads at the first click; addresses relative to its own."""
    lines = {
        runtime.line: {
            "version": runtime.version,
            "megabytes": round(sum(path.stat().st_size for path in _core(runtime)) / 1e6),
            "runtime": f"../pyodide/{runtime.version}/",
            "wheels": [f"wheels/{wheel.parent.name[:16]}/{wheel.name}" for wheel in runtime.wheels],
        }
        for runtime in runtimes
    }
    default = NEWEST if NEWEST in lines else list(lines)[-1]
    return {"lines": lines, "default": default}


def _publish_session(folder: Path, blocks: Sequence[Example]) -> None:
    """Serve a session's files below the session's address, as the tests do."""
    place = session_place(blocks)
    if not place or not any(block.kind in RUNNABLE for block in blocks):
        return
    up = "../" * place.count("/")
    document = (session.DIRECTORY / "session.html").read_text("utf-8")
    script = html.escape(f"{up}session.mjs")
    _write(
        folder / place / "session.html", document.replace('src="session.mjs"', f'src="{script}"')
    )
    for block in blocks:
        if block.kind is Kind.FILE:
            _write(folder / place / block.options.file, block.code)


def redirect(outdir: Path, target: str) -> None:
    """Write a root page that leads to the first page, where the site has no other."""
    page = outdir / "index.html"
    if page.exists() and "doc-examples-redirect" not in page.read_text("utf-8", "replace"):
        return
    address = html.escape(target)
    _write(
        page,
        '<!doctype html>\n<html lang="en" class="doc-examples-redirect">\n<head>\n'
        f'<meta charset="utf-8">\n<meta http-equiv="refresh" content="0; url={address}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f'<link rel="canonical" href="{address}">\n<title>Moved</title>\n</head>\n'
        f"<body><main><h1>Moved</h1>"
        f'<p><a href="{address}">Go to the first page</a></p></main></body>\n'
        "</html>\n",
    )


def _copy(source: Path, target: Path) -> None:
    known = source.stat()
    if target.exists():
        there = target.stat()
        if (there.st_size, int(there.st_mtime)) == (known.st_size, int(known.st_mtime)):
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    shutil.copyfile(source, partial)
    os.utime(partial, (known.st_atime, known.st_mtime))
    partial.replace(target)


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
