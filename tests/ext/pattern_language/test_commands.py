"""``python -m pattern_language`` publishes ids and begins patterns."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.pace import patience

IDS = 'pattern_language_ids = "ids.toml"\n'


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    source = Path(__file__).parents[3] / "_ext"
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "pattern_language", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        timeout=patience(60),
        check=False,
    )


def test_publishing_lists_what_is_new_and_then_nothing(site: Any, sources: dict[str, str]) -> None:
    before = site.build(sources, conf=IDS)
    assert {fault[2] for fault in before.found()} == {"unpublished-id"}
    told = run(site.folder, "publish")
    assert (told.returncode, told.stderr) == (0, "")
    assert 'alpha = "work/alpha"' in told.stdout
    listed = tomllib.loads((site.folder / "ids.toml").read_text())
    assert listed["patterns"].keys() == {"alpha", "beta", "gamma", "delta"}
    assert listed["forces"] == {"speed-and-memory": "forces"}
    after = site.build(None)
    assert (after.warnings, after.error) == ("", "")
    again = run(site.folder, "--source", ".", "publish")
    assert again.stdout == "nothing new\n"


def test_losing_moving_and_adding_ids_are_reported_at_their_lines(
    site: Any, sources: dict[str, str]
) -> None:
    ids = """
        [patterns]
        alpha = "work/alpha"
        beta = "work/old-beta"
        gamma = "work/gamma"
        omega = "work/omega"

        [forces]
        speed-and-memory = "forces"

        [sequences]
        first-steps = "index"

        [redirects.forces]
        weight = "lightness"
    """
    built = site.build({**sources, "ids.toml": ids}, conf=IDS)
    assert built.found() == [
        ("ids.toml", 3, "moved-id"),
        ("ids.toml", 5, "lost-id"),
        ("ids.toml", 14, "redirect"),
        ("work/delta.md", 3, "unpublished-id"),
    ]


def test_a_new_page_builds_and_asks_only_for_company(site: Any, sources: dict[str, str]) -> None:
    site.build(sources, conf=IDS)
    run(site.folder, "publish")
    told = run(site.folder, "new", "data-pipe", "--category", "work")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("work/data-pipe.md\n")
    built = site.build(None)
    assert built.found() == [
        ("work/data-pipe.md", 3, "unpublished-id"),
        ("work/data-pipe.md", 3, "unreached"),
    ]
    assert len(built.warnings.splitlines()) == 2
    assert built.language.patterns["data-pipe"].name == "Data Pipe"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("new", "alpha", "--category", "work"), "taken by work/alpha"),
        (("new", "other", "--category", "play"), "known are: work, rest"),
        (("new", "Not an id", "--category", "work"), "expected an id"),
        (("publish",), "pattern_language_ids"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    site: Any, sources: dict[str, str], arguments: tuple[str, ...], message: str
) -> None:
    site.build(sources)
    told = run(site.folder, *arguments)
    assert told.returncode == 1
    assert message in told.stderr
    assert len(told.stderr.splitlines()) == 1
