"""The pinned file names the lines; every other place that names them agrees with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyodide_runtimes import LINES, load_pins

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
PLACES = (README, ROOT / "tox.ini", WORKFLOW)

# A Pyodide line or release: 0.2x and later, or the scheme that follows Python's version (314).
# Not a part of a longer number, of a name (`py314`), of a version bound or of another version.
NAMED = re.compile(r"(?<![\w.<>=~!-])(?:0\.[2-9]\d|3[1-9]\d)(?:\.\d+)*(?![\w-]|\.\d)")
RELEASES = {pin.version: pin.name for pin in load_pins().lines}


def disagreement(text: str) -> str | None:
    """Return what a text says about lines that the pinned file does not say, or None.

    A text may name none; if it names one, by line or by release, it names them all.
    """
    named = set(NAMED.findall(text))
    if unknown := named - RELEASES.keys() - set(LINES):
        return f"names {', '.join(sorted(unknown))}, which is not pinned"
    missing = set(LINES) - {RELEASES.get(name, name) for name in named}
    if named and missing:
        return f"names {', '.join(sorted(named))}, but not {', '.join(sorted(missing))}"
    return None


@pytest.mark.parametrize("path", [p for p in PLACES if p.exists()], ids=lambda path: path.name)
def test_a_place_that_names_lines_names_the_pinned_ones(path: Path) -> None:
    assert disagreement(path.read_text(encoding="utf-8")) is None


def test_the_places_exist_as_soon_as_the_project_has_a_readme() -> None:
    assert [path.name for path in PLACES if README.exists() and not path.exists()] == []


def test_the_glossary_says_which_releases_the_lines_stand_for() -> None:
    glossary = (ROOT / "reference" / "glossary.md").read_text(encoding="utf-8")
    entry = glossary.partition("\nLine\n")[2].partition("\n\n")[0]
    assert {version for version in NAMED.findall(entry) if version.count(".") == 2} == {*RELEASES}
    assert "0.29 is\n  not among them" in entry


def test_the_workflow_runs_every_line() -> None:
    text = WORKFLOW.read_text(encoding="utf-8") if WORKFLOW.exists() else ""
    asks = "pyodide_runtimes lines" in text
    assert not text or asks or set(LINES) <= set(NAMED.findall(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", None),
        (", ".join(LINES), None),
        (" ".join(RELEASES), None),
        (f"{', '.join(LINES)} on py314, cp314, >=0.28, x-0.30.0 and Python 3.14", None),
        (f"{', '.join(LINES)} and 0.99", "0.99, which is not pinned"),
        (f"{', '.join(LINES)}, namely 0.28.2", "0.28.2, which is not pinned"),
        (", ".join(LINES[:-1]), f"but not {LINES[-1]}"),
    ],
)
def test_the_comparison_sees_lines_that_are_added_changed_or_left_out(
    text: str, problem: str | None
) -> None:
    found = disagreement(text)
    assert (found is None) if problem is None else (found is not None and problem in found)
