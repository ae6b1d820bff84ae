"""What a run is equipped with is named by a hash that changes when any of it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from doc_examples.environment import equip
from doc_examples.records import Plan
from doc_examples.runner.wheels import WheelError, wheel_for

if TYPE_CHECKING:
    from pathlib import Path
from pyodide_runtimes import NEWEST, UnknownLineError

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tiny"
version = "1"

[tool.hatch.build.targets.wheel]
packages = ["tiny"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose wheel takes a moment to build."""
    folder = tmp_path / "tiny"
    (folder / "tiny").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT, "utf-8")
    (folder / "tiny" / "__init__.py").write_text("answer = 42\n", "utf-8")
    return folder


def test_equal_sources_give_the_same_wheel_and_others_another(project: Path) -> None:
    first = wheel_for(project)
    assert wheel_for(project) == first
    (project / "tiny" / "__init__.py").write_text("answer = 43\n", "utf-8")
    assert wheel_for(project) != first
    assert first.exists()


def test_a_wheel_file_is_kept_under_its_content(project: Path, tmp_path: Path) -> None:
    built = wheel_for(project)
    copied = tmp_path / built.name
    copied.write_bytes(built.read_bytes())
    assert wheel_for(copied) == built


@pytest.mark.parametrize("name", ["missing.whl", "folder"])
def test_what_gives_no_wheel_says_why(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WheelError) as caught:
        wheel_for(tmp_path / name)
    assert caught.value.source == tmp_path / name


def test_a_build_that_fails_shows_its_output(project: Path) -> None:
    (project / "pyproject.toml").write_text(PROJECT.replace('["tiny"]', "3"), "utf-8")
    with pytest.raises(WheelError, match="the build failed"):
        wheel_for(project)


def test_the_hash_of_an_environment_follows_the_wheels(project: Path) -> None:
    plan = Plan((), wheels=("tiny",))
    first = equip(plan, [NEWEST], project.parent)
    again = equip(plan, [NEWEST], project.parent)
    assert again == first
    (project / "tiny" / "__init__.py").write_text("answer = 43\n", "utf-8")
    changed = equip(plan, [NEWEST], project.parent)
    assert changed.environments[NEWEST].digest != first.environments[NEWEST].digest
    assert changed.runtimes[NEWEST].snapshot == first.runtimes[NEWEST].snapshot
    assert changed.wheels == changed.runtimes[NEWEST].wheels != first.wheels


def test_an_unknown_line_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnknownLineError):
        equip(Plan(()), ["0.99"], tmp_path)


def test_lines_have_snapshots_of_their_own(tmp_path: Path) -> None:
    found = equip(Plan(()), ["all"], tmp_path)
    assert len({files.snapshot for files in found.runtimes.values()}) == len(found.runtimes)
    assert len({each.digest for each in found.environments.values()}) == len(found.environments)
