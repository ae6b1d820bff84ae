"""Small Sphinx projects, built for real."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sphinx.deprecation import RemovedInSphinx11Warning
from sphinx.testing.util import SphinxTestApp

if TYPE_CHECKING:
    from pathlib import Path

CONF = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "bench_figures"]
myst_enable_extensions = ["colon_fence", "deflist"]
bench_figures_results = "results"
bibtex_bibfiles = ["works.bib"]
exclude_patterns = ["results"]
"""
WORKS = """
@misc{long-tasks, title = {Long {Tasks} API}, url = {https://www.w3.org/TR/longtasks-1/}}
@article{paper, title = {A Paper}, author = {Nobody}, journal = {J}, year = 1999, doi = {10.1/2}}
@book{book, title = {A Book}, author = {Nobody}, publisher = {P}, year = 1999}
"""


@dataclass
class Built:
    """What a build left behind."""

    app: SphinxTestApp
    warnings: str

    def text(self, docname: str = "index") -> str:
        suffix = {"html": ".html", "text": ".txt"}[self.app.builder.name]
        return (self.app.outdir / f"{docname}{suffix}").read_text("utf-8")

    def places(self, kind: str = "") -> list[tuple[str, int]]:
        """Page and line of each warning whose text holds ``kind``, in order."""
        return [
            (match[1], int(match[2]))
            for line in self.warnings.splitlines()
            if kind in line and (match := re.match(r".*?([\w./-]+):(\d+): ", line))
        ]

    def bare(self) -> list[tuple[str, int]]:
        """Page and line of each bare figure that was reported."""
        return [(page.rpartition("/")[2], line) for page, line in self.places("figures.bare")]


Build = Callable[..., Built]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """A function that writes a project's files, builds them and returns the outcome."""
    apps: list[SphinxTestApp] = []

    def make(
        files: Mapping[str, str] | str, conf: str = "", builder: str = "text", parallel: int = 0
    ) -> Built:
        pages = {"index.md": f"# Page\n\n{files}\n"} if isinstance(files, str) else files
        source = tmp_path / "project"
        for name, text in {"conf.py": CONF + conf, "works.bib": WORKS, **pages}.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        app = SphinxTestApp(builder, srcdir=source, parallel=parallel)
        apps.append(app)
        with warnings.catch_warnings():
            # MyST still uses what Sphinx 11 is going to remove.
            warnings.simplefilter("ignore", RemovedInSphinx11Warning)
            app.build()
        return Built(app, re.sub(r"\x1b\[[\d;]*m", "", app.warning.getvalue()))

    yield make
    for app in apps:
        app.cleanup()
