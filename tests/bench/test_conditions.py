"""Figures are recorded on a clean tree and a quiet machine, or not at all."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.bench import conditions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        name = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *name, *arguments], cwd=tmp_path, check=True, timeout=30)  # noqa: S607

    for name in ("code.py", "figures.json"):
        (tmp_path / name).write_text("1\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    return tmp_path


@pytest.mark.parametrize("name", ["code.py", "new.py"])
def test_a_tree_that_differs_from_its_commit_is_refused(tree: Path, name: str) -> None:
    (tree / name).write_text("2\n")
    with pytest.raises(SystemExit, match=f"{name}\nCommit or stash"):
        conditions.refuse_changes(conditions.changed_files(tree, [tree / "figures.json"]))


def test_figures_do_not_make_a_tree_differ(tree: Path) -> None:
    (tree / "figures.json").write_text("2\n")
    conditions.refuse_changes(conditions.changed_files(tree, [tree / "figures.json"]))


def test_a_tree_without_commits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="git cannot"):
        conditions.changed_files(tmp_path, [])


def test_a_recording_waits_until_the_machine_is_quiet() -> None:
    loads = [3.0, 1.0, 0.2]
    waits: list[float] = []
    assert conditions.wait_for_quiet(lambda: loads.pop(0), sleep=waits.append) == 0.2
    assert len(waits) == 2


def test_a_machine_that_stays_busy_is_refused_after_the_limit() -> None:
    waits: list[float] = []
    with pytest.raises(SystemExit, match=r"the machine is busy: load 3\.0 after 600 s"):
        conditions.wait_for_quiet(lambda: 3.0, sleep=waits.append)
    assert sum(waits) == 600


def test_the_calibration_runs_its_loops() -> None:
    assert conditions.calibrate(rounds=1) > 0


def test_a_recording_is_marked_if_its_two_loops_differ() -> None:
    from tests.bench.run import _calibrated  # noqa: PLC0415 - imports all suites

    assert "loaded" not in _calibrated(1.0, 1.05)
    assert _calibrated(1.0, 1.06)["loaded"] is True
    assert _calibrated(1.06, 1.0)["calibration ms"] == [1060, 1000]
