"""The command line: `python -m pyodide_runtimes fetch | browser | lines | path`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from pyodide_runtimes import (
    LINES,
    NEWEST,
    RuntimesError,
    ensure_npm,
    ensure_runtime,
    ensure_wheel,
    find_browser,
    load_pins,
    resolve_lines,
)
from pyodide_runtimes.progress import to_stderr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what it found goes to standard output, what it does to standard error.

    Args:
        arguments: The command line without the program's name; by default this process's.

    Returns:
        The exit code: 0, or 1 after an error that was reported.
    """
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "fetch":
                _fetch(options)
            case "browser":
                browser = find_browser(install=options.install, progress=to_stderr)
                _answer(f"{browser.path}\t{browser.version}")
            case "lines":
                rows = [
                    {"line": pin.name, "version": pin.version, "python": pin.python}
                    for pin in load_pins().lines
                ]
                _answer(json.dumps(rows, indent=2))
            case "path":
                _answer(ensure_runtime(options.line, progress=to_stderr).directory)
    except RuntimesError as error:
        to_stderr(f"error: {error}")
        return 1
    return 0


def _answer(line: str | Path) -> None:
    sys.stdout.write(f"{line}\n")


def _fetch(options: argparse.Namespace) -> None:
    # Without any choice all lines are meant; with --npm or --wheel alone, only these.
    lines = options.line or ([] if options.npm or options.wheel else ["all"])
    for runtime in resolve_lines(lines, options.package, to_stderr, thorough=options.verify):
        _answer(f"{runtime.line}\t{runtime.version}\t{runtime.directory}")
    for name in options.npm:
        _answer(f"{name}\t{ensure_npm(name, to_stderr, thorough=options.verify)}")
    for name in options.wheel:
        _answer(f"{name}\t{ensure_wheel(name, to_stderr, thorough=options.verify)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pyodide_runtimes",
        description="Fetch Pyodide runtimes into this user's cache, and find a browser.",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    fetch = commands.add_parser("fetch", help="fetch what the cache lacks and print where it is")
    fetch.add_argument(
        "--line",
        action="append",
        default=[],
        help=f"one of {', '.join(LINES)}, or all (the default); repeatable",
    )
    fetch.add_argument(
        "--package",
        action="append",
        default=[],
        help="a package of the runtime's lock, or an import name; repeatable",
    )
    fetch.add_argument("--npm", action="append", default=[], help="a pinned npm package")
    fetch.add_argument("--wheel", action="append", default=[], help="a pinned wheel")
    fetch.add_argument("--verify", action="store_true", help="hash every cached file again")

    browser = commands.add_parser("browser", help="print the browser's path and version")
    browser.add_argument("--install", action="store_true", help="install one when there is none")

    commands.add_parser("lines", help="print the supported lines as JSON, oldest first")

    path = commands.add_parser("path", help="print the directory of a line's runtime")
    path.add_argument("line", nargs="?", default=NEWEST, help=f"by default {NEWEST}")
    return parser
