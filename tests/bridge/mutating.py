"""Runs tests on copies of bridge in each of which one thing is wrong; a program of its own.

What takes time to import is imported once. Each copy is then tested in a process forked off, which
imports bridge, and the tests, from scratch.

Reads from standard input, as JSON: a folder for the copies, and a list of mutations with the
fields of ``Mutation`` in `test_silent_mutations`. Writes a list of outcomes, in their order.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRELOADED = (
    "_pytest.assertion.rewrite",
    "asyncio",
    "doc_examples.plugin",
    "doc_examples.runner.interpreter",
    "doc_examples.runner.runner",
    "hypothesis.strategies",
    "numpy",
)
LIMIT = 30
"""Seconds that the tests of one copy may take."""


def main() -> None:
    """Test every copy, as many at a time as there are processors."""
    folder, mutations = json.load(sys.stdin)
    with (Path(folder) / "output").open("w") as output:
        preload()
        outcomes: dict[int, str] = {}
        running: dict[int, int] = {}
        for place, mutation in enumerate(mutations):
            if len(running) >= min(2, os.cpu_count() or 1):
                await_one(running, outcomes)
            sys.stdout.flush()
            process = os.fork()
            if not process:
                child(Path(folder) / str(place), mutation, output.fileno())
            running[process] = place
        while running:
            await_one(running, outcomes)
    json.dump([outcomes[place] for place in range(len(mutations))], sys.stdout)


def preload() -> None:
    """Import what the tests and their plugins import, but bridge."""
    for name in PRELOADED:
        importlib.import_module(name)
    hypothesis = sys.modules["hypothesis"]
    # A failure is enough: it need not be made small.
    phases = [phase for phase in hypothesis.Phase if phase.name in {"explicit", "generate"}]
    hypothesis.settings.register_profile("quick", phases=phases, database=None)
    hypothesis.settings.load_profile("quick")
    assert not [name for name in sys.modules if name.partition(".")[0] == "bridge"]


def await_one(running: dict[int, int], outcomes: dict[int, str]) -> None:
    """Wait for one of the processes."""
    process, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    # An interrupt that leaves a test ends pytest, with the second code.
    known = {0: "survived", 1: "caught", 2: "caught", -signal.SIGALRM: f"not over after {LIMIT} s"}
    outcomes[running.pop(process)] = known.get(code, f"ended with {code}")


def child(folder: Path, mutation: dict[str, str], output: int) -> None:
    """Test one copy, and end this process with what pytest says."""
    code = 70
    try:
        signal.alarm(LIMIT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        print("====", mutation["name"], flush=True)  # noqa: T201 - a log for who looks
        copy(folder, mutation)
        sys.path.insert(0, str(folder))
        module = ".".join(["bridge", *mutation["file"].removesuffix(".py").split("/")])
        importlib.import_module(
            module.rstrip(".")
        )  # one that does not even import is no silent mutation
        tests = [f"tests/bridge/{test}" for test in mutation["tests"].split()]
        options = ["-q", "-x", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
        # What was imported before the fork cannot be rewritten.
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        place = f"pythonpath={folder} {ROOT / '_ext'} {ROOT}"
        code = pytest.main([*options, "-o", place, "--rootdir", str(ROOT), *tests])
        found = Path(str(sys.modules["bridge"].__file__))
        if not found.is_relative_to(folder):
            code = 71
    except BaseException as error:  # noqa: BLE001 - nothing of the parent may run here
        print(repr(error), flush=True)  # noqa: T201 - a log for who looks
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os._exit(code)


def copy(folder: Path, mutation: dict[str, str]) -> None:
    """Copy bridge, with one thing made wrong."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "bridge", folder / "bridge", ignore=ignored)
    if mutation["file"]:
        path = folder / "bridge" / mutation["file"]
        path.write_text(path.read_text("utf-8").replace(mutation["old"], mutation["new"]), "utf-8")


if __name__ == "__main__":
    main()
