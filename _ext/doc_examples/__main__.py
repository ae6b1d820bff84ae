"""The build as one command: collect, run what is stale, render; and a server for the site.

Usage::

    python -m doc_examples docs [--serve] [--no-run] [--port N] [-- PYTEST ARGUMENTS]
    python -m doc_examples serve [FOLDER] [--port N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from doc_examples.collect import CollectError, generate
from doc_examples.collect.warned import read_warnings
from doc_examples.runner.server import Routes, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

HTML = Path("_build", "html")
DOCTREES = Path("_build", "doctrees")
PORT = 8000
END_LIMIT = 20.0
"""Seconds that an interrupted step gets to end by itself."""
INTERRUPTED = 130
"""What a shell reports of a command that the user interrupted."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        The exit status of the first step that failed, 0 if none did. An example that fails
        does not keep the site from being built: the page shows it.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    at = given.index("--") if "--" in given else len(given)
    options = _parser().parse_args(given[:at])
    try:
        if options.command == "serve":
            return _serve(options.folder, options.port)
        return _docs(options, given[at + 1 :])
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m doc_examples",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    docs = commands.add_parser("docs", help="collect, run stale examples, build the site")
    docs.add_argument("--serve", action="store_true", help="serve the site afterwards")
    docs.add_argument("--no-run", action="store_true", help="build with the results that are kept")
    docs.add_argument("--source", type=Path, default=Path(), help="folder of conf.py")
    docs.add_argument("--port", type=int, default=PORT)
    serve = commands.add_parser("serve", help="serve a built site with isolation headers")
    serve.add_argument("folder", type=Path, nargs="?", default=HTML)
    serve.add_argument("--port", type=int, default=PORT)
    return parser


def _docs(options: argparse.Namespace, rest: Sequence[str]) -> int:
    source: Path = options.source.resolve()
    started = time.monotonic()
    try:
        _say("collecting the examples of the pages")
        plan = generate(source, source / "_build")
    except CollectError as error:
        _say(str(error))
        return 1
    # Read once, the pages do not warn again when they are written.
    warned = read_warnings(source / "_build" / "examples")
    for text in warned:
        _say(text)
    status = int(bool(warned))
    if plan.items() and not options.no_run:
        _say(f"running those of {len(plan.items())} examples whose results do not hold")
        ran = _run_stale(source, plan.tests, rest)
        if ran == pytest.ExitCode.INTERRUPTED:
            return INTERRUPTED
        status = ran or status
    _say("writing the pages")
    status = _render(source) or status
    site = source / HTML
    took = time.monotonic() - started
    _say(f"{site}: {'done' if not status else 'built, with failures'} in {took:.0f} s")
    if options.serve and site.is_dir():
        _serve(site, options.port)
    return status


def _run_stale(source: Path, tests: str, rest: Sequence[str]) -> int:
    """Run the examples whose results do not hold any more; a failure is shown on its page."""
    command = [sys.executable, "-m", "pytest", "-p", "doc_examples.plugin", tests]
    command += ["--stale", "--example-progress", "-q", "--no-header", *rest]
    status = _step(command, source)
    return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else status


def _render(source: Path) -> int:
    """Write all pages anew from the doctrees: results may have changed where pages have not."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-a", "-W", "--keep-going", "-q"]
    command += ["-j", "auto", "-d", str(DOCTREES), ".", str(HTML)]
    return _step(command, source)


def _step(command: Sequence[str], source: Path) -> int:
    """Run a step in a process of its own.

    An interrupt of the terminal reaches that process, too: it gets the time to close its
    browser and to keep its results.
    """
    with subprocess.Popen(command, cwd=source) as process:  # noqa: S603 - pytest and Sphinx
        try:
            return process.wait()
        except KeyboardInterrupt:
            try:
                process.wait(END_LIMIT)
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                process.terminate()
            raise


def _serve(folder: Path, port: int) -> int:
    if not folder.is_dir():
        _say(f"{folder} is no folder; build the site by 'python -m doc_examples docs'")
        return 1
    routes = Routes(folders={"/": folder})
    try:
        server = Server(routes, port)
    except OSError:
        server = Server(routes)  # the port is taken: any free one will do
    with server:
        _say(f"serving {folder} on {server.url}/ (Ctrl+C ends it)")
        try:
            server.wait()
        except KeyboardInterrupt:
            _say("ended")
    return 0


def _say(text: str) -> None:
    print(f"doc_examples: {text}", flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    sys.exit(main())
