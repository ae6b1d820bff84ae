"""Figures on pages are those that were measured, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Build = Callable[..., Any]

RESULTS = json.dumps(
    {
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
)


def page(text: str) -> dict[str, str]:
    return {"index.md": f"# Page\n\n{text}\n", "results/dom.json": RESULTS}


def test_role_shows_the_recorded_figure_with_its_unit(build: Build) -> None:
    built = build(page("It takes {bench}`dom 0.28 | create | ours`."))
    assert built.warnings == ""
    assert "It takes 6.7 ms." in built.text()


def test_table_shows_the_rows_and_columns_that_it_names(build: Build) -> None:
    built = build(page("```{bench-table} dom 0.28\n:columns: ours\n:statistic: best\n```"))
    assert built.warnings == ""
    assert "create" in built.text()
    assert "6.5" in built.text()


UNMEASURED = [
    ("dim 0.28 | create | ours", "no suite 'dim'; measured are dom"),
    ("dom 0.29 | create | ours", "no line '0.29'; measured are 0.28"),
    ("dom 0.28 | creat | ours", "no row 'creat'; measured are create"),
    ("dom 0.28 | create | our", "no column 'our'; measured are ours, theirs"),
    ("dom 0.28 | create | ours | mean", "no statistic 'mean'; measured are median, best"),
    ("dom 0.28 | create | theirs", "no figure in the column 'create, theirs'"),
    ("dom 0.28 | create", "no figure 'create'; measured are SUITE LINE | ROW | COLUMN"),
]


@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["paragraphs", "one-paragraph"])
def test_a_figure_that_was_not_measured_is_an_error_at_its_line(build: Build, gap: str) -> None:
    built = build(page(gap.join(f"It takes {{bench}}`{quoted}`." for quoted, _ in UNMEASURED)))
    step = len(gap)
    assert [line for _, line in built.places("ERROR")] == [
        3 + step * number for number in range(len(UNMEASURED))
    ]
    for _, complaint in UNMEASURED:
        assert complaint in built.warnings


def test_a_table_of_what_was_not_measured_is_an_error_at_its_line(build: Build) -> None:
    built = build(page("```{bench-table} dom 0.28\n:rows: destroy\n```"))
    assert [line for _, line in built.places("no row 'destroy'")] == [3]


@pytest.mark.parametrize(
    "quote", ["{bench}`dom 0.28 | create | ours`", "```{bench-table} dom 0.28\n```"]
)
def test_what_was_recorded_on_a_loaded_machine_is_not_quoted(build: Build, quote: str) -> None:
    recorded = json.loads(RESULTS)
    recorded["lines"]["0.28"]["loaded"] = True
    built = build({**page(quote), "results/dom.json": json.dumps(recorded)})
    assert "dom on 0.28 was recorded on a loaded machine (on 2026-01-02): record it again" in (
        built.warnings
    )
