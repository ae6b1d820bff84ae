"""Which Pyodide lines a run of pytest is about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyodide_runtimes import LINES, NEWEST

LINES_VARIABLE = "DOC_EXAMPLES_LINES"
"""The default of ``--pyodide``: lines separated by commas or blanks, or ``all``."""

ALL = "all"


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
