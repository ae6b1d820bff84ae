"""Small Sphinx projects, built for real."""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sphinx.deprecation import RemovedInSphinx11Warning
from sphinx.errors import SphinxError
from sphinx.testing.util import SphinxTestApp

from doc_examples.collect.collector import Fault, store

if TYPE_CHECKING:
    from pathlib import Path

    from doc_examples.records import Example

MYST = """
extensions = ["doc_examples", "myst_parser", "sphinx_design"]
myst_enable_extensions = ["colon_fence", "deflist"]
"""
REST = 'extensions = ["doc_examples"]\n'


@dataclass
class Built:
    """What a build left behind."""

    app: SphinxTestApp
    error: str | None
    """How the build failed, if it did."""
    warnings: str

    @property
    def examples(self) -> list[Example]:
        records = store(self.app.env)
        return [example for name in sorted(records) for example in records[name].examples]

    @property
    def faults(self) -> list[Fault]:
        records = store(self.app.env)
        return [fault for name in sorted(records) for fault in records[name].faults]

    def by_name(self, name: str) -> Example:
        (found,) = [example for example in self.examples if example.name == name]
        return found

    def places(self) -> dict[str, tuple[str, int, int]]:
        """Where each block marked ``f12 = 1`` was found."""
        return {
            match[1]: (example.file, example.line, example.column)
            for example in self.examples
            if (match := re.search(r"\b(f\d+)\b", example.code))
        }


Project = Callable[..., Built]
Marked = Callable[..., dict[str, tuple[str, int, int]]]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A function that writes files, builds them in this process and returns the outcome."""
    apps: list[SphinxTestApp] = []

    def build(
        files: Mapping[str, str], conf: str = MYST, builder: str = "examples", fresh: bool = False
    ) -> Built:
        source = tmp_path / "project"
        write(source, {"conf.py": conf, **files})
        app = SphinxTestApp(builder, srcdir=source, freshenv=fresh)
        apps.append(app)
        error: str | None = None
        try:
            with warnings.catch_warnings():
                # MyST and napoleon still use what Sphinx 11 is going to remove.
                warnings.simplefilter("ignore", RemovedInSphinx11Warning)
                app.build()
        except SphinxError as raised:
            error = str(raised)
        if app.statuscode:
            error = f"exit status {app.statuscode}"
        return Built(app, error, re.sub(r"\x1b\[[\d;]*m", "", app.warning.getvalue()))

    yield build
    for app in apps:
        app.cleanup()


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")


@pytest.fixture
def write_files() -> Callable[[Path, Mapping[str, str]], None]:
    """The function that writes the files of a project."""
    return write


@pytest.fixture
def marked() -> Marked:
    """A function that finds each marker ``f12 = 1`` in the files as they stand on the disk."""

    def find(folder: Path, *names: str) -> dict[str, tuple[str, int, int]]:
        return {
            match[1]: (name, number, match.start())
            for name in names
            for number, line in enumerate((folder / name).read_text().splitlines(), 1)
            if (match := re.search(r"(?:>>> )?\b(f\d+) = ", line))
        }

    return find
