"""The project's own CITATION.cff, judged by cffconvert.

cffconvert 2.0.0 needs a jsonschema that the project cannot have: it lives in a folder of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from pattern_language.citations.edition import read
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[4]
FILE = ROOT / "CITATION.cff"
RUN = "from cffconvert.cli.cli import cli; cli()"


@pytest.fixture(scope="session")
def cffconvert(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs cffconvert: ``cffconvert(file, *options)``."""
    folder = tmp_path_factory.mktemp("cffconvert")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    command = [*pip, "--target", str(folder), "cffconvert==2.0.0"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=patience(180), check=False
    )
    assert done.returncode == 0, done.stderr

    def run(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-c", RUN, "-i", str(file), *options],
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            timeout=patience(60),
            check=False,
        )

    return run


def test_the_file_is_valid(cffconvert: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = cffconvert(FILE, "--validate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "valid according to schema version 1.2.0" in done.stdout + done.stderr


def test_what_is_made_of_the_file_names_authors_title_year_and_version(
    cffconvert: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    bibtex = cffconvert(FILE, "-f", "bibtex").stdout
    assert "author = {The Engineering Blueprints authors}" in bibtex
    assert "year = {2026}" in bibtex
    assert cffconvert(FILE, "-f", "apalike").stdout.strip() == (
        "The Engineering Blueprints authors (2026). Engineering Blueprints for Browser-Native "
        "Python Applications (version 0.1.0)."
    )


def test_a_broken_file_is_refused(
    tmp_path: Path, cffconvert: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    broken = tmp_path / "CITATION.cff"
    broken.write_text(FILE.read_text("utf-8").replace("title:", "titel:"), "utf-8")
    done = cffconvert(broken, "--validate")
    assert done.returncode != 0
    assert "'titel' was unexpected" in done.stdout + done.stderr


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert read(FILE).version == project["version"]
    assert yaml.safe_load(FILE.read_text("utf-8"))["version"] == project["version"]


def test_the_text_of_the_catalogue_is_cited_with_its_own_licence_and_no_address() -> None:
    edition = read(FILE)
    assert edition.license == "CC-BY-4.0"
    assert edition.authors == ("The Engineering Blueprints authors",)
    assert edition.base_url == ""


def test_software_and_text_agree_on_all_but_the_licence() -> None:
    top = json.loads(json.dumps(yaml.safe_load(FILE.read_text("utf-8"))))
    text = top["preferred-citation"]
    for name in ("title", "authors", "version", "date-released"):
        assert text[name] == top[name]
    assert f"{text['year']}-{text['month']:02}" == text["date-released"][:7]
