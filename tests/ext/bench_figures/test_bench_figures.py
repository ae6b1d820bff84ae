"""Figures on pages are those that were measured, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bench_figures.figures import UnknownFigureError, load, shown

if TYPE_CHECKING:
    from pathlib import Path

RESULTS = {
    "suite": "dom",
    "unit": "ms of script",
    "lines": {
        "0.28": {
            "repeat": 7,
            "date": "2026-01-02",
            "versions": {"pyodide": "0.28.3", "browser": "Chromium 1"},
            "rows": {"create": {"ours": {"median": 6.73, "best": 6.5}, "theirs": "fails"}},
        }
    },
}
CONF = "extensions = ['myst_parser', 'bench_figures']\nbench_figures_results = 'results'\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "dom.json").write_text(json.dumps(RESULTS))
    (tmp_path / "conf.py").write_text(CONF)
    return tmp_path


def build(project: Path, page: str) -> subprocess.CompletedProcess[str]:
    (project / "index.md").write_text(f"# Page\n\n{page}\n")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "text", ".", "out"]
    return subprocess.run(
        command,
        cwd=project,
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_role_shows_the_recorded_figure_with_its_unit(project: Path) -> None:
    done = build(project, "It takes {bench}`dom 0.28 | create | ours`.")
    assert done.returncode == 0, done.stderr
    assert "It takes 6.7 ms." in (project / "out" / "index.txt").read_text()


def test_table_shows_the_rows_and_columns_that_it_names(project: Path) -> None:
    done = build(project, "```{bench-table} dom 0.28\n:columns: ours\n:statistic: best\n```")
    assert done.returncode == 0, done.stderr
    text = (project / "out" / "index.txt").read_text()
    assert "create" in text
    assert "6.5" in text


@pytest.mark.parametrize(
    ("quoted", "complaint"),
    [
        ("dim 0.28 | create | ours", "no suite 'dim'; measured are dom"),
        ("dom 0.29 | create | ours", "no line '0.29'; measured are 0.28"),
        ("dom 0.28 | creat | ours", "no row 'creat'; measured are create"),
        ("dom 0.28 | create | our", "no column 'our'; measured are ours, theirs"),
        ("dom 0.28 | create | ours | mean", "no statistic 'mean'; measured are median, best"),
        ("dom 0.28 | create | theirs", "no figure in the column 'create, theirs'"),
        ("dom 0.28 | create", "no figure 'create'; measured are SUITE LINE | ROW | COLUMN"),
    ],
)
def test_a_figure_that_was_not_measured_fails_the_build_at_its_line(
    project: Path, quoted: str, complaint: str
) -> None:
    done = build(project, f"It takes {{bench}}`{quoted}`.")
    assert done.returncode != 0
    assert "index.md:3" in done.stderr
    assert complaint in done.stderr


def test_a_table_of_what_was_not_measured_fails_the_build_at_its_line(project: Path) -> None:
    done = build(project, "```{bench-table} dom 0.28\n:rows: destroy\n```")
    assert done.returncode != 0
    assert "index.md:3" in done.stderr
    assert "no row 'destroy'" in done.stderr


def test_unknown_figures_name_what_is_known(project: Path) -> None:
    with pytest.raises(UnknownFigureError) as caught:
        load(project / "results", "dom").value("0.28", "create", "nobody")
    assert (caught.value.what, caught.value.found) == ("column", "nobody")
    assert caught.value.known == ("ours", "theirs")


def test_figures_are_shown_with_two_to_three_digits() -> None:
    assert [shown(v) for v in (1234.5, 99.96, 1.04, 0.999)] == ["1234", "100.0", "1.0", "1"]
