"""Whether a run of pytest is about examples, and on which Pyodide lines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pyodide_runtimes import LINES, NEWEST

LINES_VARIABLE = "DOC_EXAMPLES_LINES"
"""The default of ``--pyodide``: lines separated by commas or blanks, or ``all``."""

ALL = "all"
DEFAULT_TESTS = "tests/patterns"
"""Where generated tests go unless the project's conf says otherwise."""


def selected_lines(config: pytest.Config) -> list[str]:
    """The lines that the command line or else the environment asks for; else the newest.

    Returns:
        Pinned lines from the oldest to the newest, then folders of unreleased runtimes.

    Raises:
        pytest.UsageError: A name is neither.
    """
    asked: list[str] = config.getoption("--pyodide") or []
    source = "--pyodide"
    if not asked:
        source = LINES_VARIABLE
        asked = os.environ.get(LINES_VARIABLE, "").replace(",", " ").split()
    for name in asked:
        if name not in (*LINES, ALL) and not Path(name).is_dir():
            raise pytest.UsageError(
                f"{source} {name}: expected one of {', '.join(LINES)}, '{ALL}', or the folder "
                "of a Pyodide runtime"
            )
    pinned = [line for line in LINES if line in asked or ALL in asked]
    folders = [name for name in dict.fromkeys(asked) if name not in (*LINES, ALL)]
    return [*pinned, *folders] or [NEWEST]


def source_directory(config: pytest.Config) -> Path:
    """The Sphinx source directory that the run is about."""
    return (config.rootpath / str(config.getini("doc_examples_source"))).resolve()


def tests_directory(config: pytest.Config) -> Path:
    """Where the generated tests are, or will be."""
    source = source_directory(config)
    told = source / "_build" / "examples" / "tests.txt"
    try:
        return source / told.read_text("utf-8").strip()
    except OSError:
        return source / DEFAULT_TESTS


def reaches_examples(config: pytest.Config) -> bool:
    """Whether an argument names the folder of generated tests, or something around or in it.

    An argument that does not exist may become a generated test of a clean checkout.
    """
    if not (source_directory(config) / "conf.py").is_file():
        return False
    target = tests_directory(config)
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if target.is_relative_to(path) or path.is_relative_to(target) or not path.exists():
            return True
    return False
