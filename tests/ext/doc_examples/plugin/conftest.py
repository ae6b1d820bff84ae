"""Unrelated documentation projects, tested by a pytest of their own in a real browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyodide_runtimes import NEWEST, ensure_runtime
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EXT = Path(__file__).parents[4] / "_ext"
LIMIT = 180
"""Seconds for one run of pytest on a busy machine."""


@dataclass(frozen=True)
class Run:
    """What a run of pytest printed, and how it ended."""

    status: int
    text: str

    @property
    def counts(self) -> dict[str, int]:
        """How many tests passed, failed and so on, as the last line says."""
        last = self.text.rstrip().splitlines()[-1]
        return {word: int(count) for count, word in re.findall(r"(\d+) ([a-z]+)", last)}

    @property
    def outcomes(self) -> dict[str, str]:
        """Outcome of each test by its name, of a run with ``-rA``."""
        found = re.findall(r"^(PASSED|FAILED|SKIPPED|ERROR) \S+::(\S+)", self.text, re.MULTILINE)
        return {name: outcome.lower() for outcome, name in found}


class Project:
    """A folder with a Sphinx project in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")

    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST_", "DOC_EXAMPLES_LINES"))
        }
        # Half of the start of a pytest: no project here has a use for it.
        less = {"PYTEST_ADDOPTS": "-p no:hypothesispytest"}
        return {**kept, **less, "PYTHONPATH": str(EXT), "COLUMNS": "200"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pytest", "-p", "doc_examples.plugin", *arguments]

    def pytest(self, *arguments: str, **variables: str) -> Run:
        return self.run(self.command(*arguments), **variables)

    def run(self, command: Sequence[str], **variables: str) -> Run:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment(), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=patience(LIMIT),
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def results(self, line: str = "314") -> dict[str, dict[str, Any]]:
        """The kept results of a line, by id of the block."""
        path = self.folder / "_build" / "results" / f"{line}.json"
        data = json.loads(path.read_text("utf-8"))
        return {item["id"]: item for item in data["results"]}


CONF = """
extensions = ["myst_parser", "doc_examples"]
include_patterns = ["docs/**"]
root_doc = "docs/index"
"""
INI = """
[pytest]
addopts = --import-mode=importlib
testpaths = tests
"""


@pytest.fixture(scope="module")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Project]:
    """Make a project of these files: ``new_project({"docs/index.md": text})``."""

    def make(files: Mapping[str, str], conf: str = CONF) -> Project:
        project = Project(tmp_path_factory.mktemp("project"))
        project.write({"conf.py": conf, "pytest.ini": INI, **files})
        return project

    return make


@pytest.fixture(scope="session")
def runtime_folder() -> str:
    """A Pyodide that no pin names: a folder."""
    return str(ensure_runtime(NEWEST).directory)
