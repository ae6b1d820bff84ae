"""Figures that the benchmarks wrote are found, and what they did not write is not."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest

from bench_figures.figures import UnknownFigureError, load, shown

if TYPE_CHECKING:
    from pathlib import Path

RESULTS = {
    "suite": "dom",
    "unit": "ms of script",
    "lines": {"0.28": {"rows": {"create": {"ours": {"median": 6.73}, "theirs": "fails"}}}},
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    (tmp_path / "dom.json").write_text(json.dumps(RESULTS))
    return tmp_path


def test_a_figure_is_found_by_line_row_column_and_statistic(results: Path) -> None:
    suite = load(results, "dom")
    assert suite.value("0.28", "create", "ours") == 6.73
    assert suite.unit == "ms of script"


def test_unknown_figures_name_what_is_known(results: Path) -> None:
    with pytest.raises(UnknownFigureError) as caught:
        load(results, "dom").value("0.28", "create", "nobody")
    assert (caught.value.what, caught.value.found) == ("column", "nobody")
    assert caught.value.known == ("ours", "theirs")


def test_an_unknown_suite_names_those_that_were_measured(results: Path) -> None:
    with pytest.raises(UnknownFigureError, match="no suite 'dim'; measured are dom"):
        load(results, "dim")


def test_the_error_survives_pickling_with_its_facts() -> None:
    error = pickle.loads(pickle.dumps(UnknownFigureError("row", "creat", ["create"])))  # noqa: S301
    assert (error.what, error.found, error.known) == ("row", "creat", ("create",))


def test_figures_are_shown_with_two_to_three_digits() -> None:
    assert [shown(v) for v in (1234.5, 99.96, 1.04, 0.999)] == ["1234", "100.0", "1.0", "1"]
