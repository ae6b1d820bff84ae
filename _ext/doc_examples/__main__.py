"""The build as one command: collect, run what is stale, render; and a server for the site.

Usage::

    python -m doc_examples docs [--serve] [--no-run] [--port N] [-- PYTEST ARGUMENTS]
    python -m doc_examples serve [FOLDER] [--port N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from doc_examples.runner.server import Routes, Server

HTML = Path("_build", "html")
DOCTREES = Path("_build", "doctrees")
NOTHING_STALE = pytest.ExitCode.NO_TESTS_COLLECTED


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the first failing step's exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    own, _, rest = _split(given)
    parser = argparse.ArgumentParser(prog="python -m doc_examples", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    docs = commands.add_parser("docs", help="collect, run stale examples, build the site")
    docs.add_argument("--serve", action="store_true", help="serve the site afterwards")
    docs.add_argument("--no-run", action="store_true", help="build with the results that are kept")
    docs.add_argument("--source", type=Path, default=Path(), help="folder of conf.py")
    docs.add_argument("--port", type=int, default=8000)
    serve = commands.add_parser("serve", help="serve a built site with isolation headers")
    serve.add_argument("folder", type=Path, nargs="?", default=HTML)
    serve.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(own)
    if options.command == "serve":
        return _serve(options.folder, options.port)
    status = 0 if options.no_run else _run_stale(options.source, rest)
    status = _render(options.source) or status
    if options.serve and (options.source / HTML).is_dir():
        _serve(options.source / HTML, options.port)
    return status


def _split(arguments: list[str]) -> tuple[list[str], str, list[str]]:
    if "--" not in arguments:
        return arguments, "", []
    at = arguments.index("--")
    return arguments[:at], "--", arguments[at + 1 :]


def _run_stale(source: Path, rest: list[str]) -> int:
    """Run the examples whose results do not hold any more; a failure is shown on its page."""
    command = [sys.executable, "-m", "pytest", "tests/patterns", "--stale", *rest]
    status = subprocess.run(command, cwd=source, check=False).returncode  # noqa: S603 - pytest
    return 0 if status == NOTHING_STALE else status


def _render(source: Path) -> int:
    """Write all pages anew from the doctrees: results may have changed where pages have not."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-a", "-W", "--keep-going", "-q"]
    command += ["-j", "auto", "-d", str(DOCTREES), ".", str(HTML)]
    return subprocess.run(command, cwd=source, check=False).returncode  # noqa: S603 - Sphinx


def _serve(folder: Path, port: int) -> int:
    try:
        server = Server(Routes(folders={"/": folder}), port)
    except OSError:
        server = Server(Routes(folders={"/": folder}))  # the port is taken: any free one will do
    with server:
        print(f"serving {folder} on {server.url}/ (Ctrl+C ends it)", flush=True)  # noqa: T201
        try:
            server.wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
