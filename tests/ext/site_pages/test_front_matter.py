"""Front matter that cannot be read is told with its file and line, and the page still builds."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

from site_pages import front_matter
from site_pages.front_matter import fault_of


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(front_matter).failed == 0


@pytest.mark.parametrize(
    "block",
    ["a: 2024-99-99", "? [1]\n: 2", "- a", "a: !!int x", "a: " + "9" * 5000, "a: " + "[" * 5000],
)
def test_every_kind_of_front_matter_that_is_none_has_a_reason(block: str) -> None:
    assert fault_of(f"---\n{block}\n---\n# Title\n")


@pytest.mark.parametrize("text", ["", "# Title", "---\na: 1\n---\n", "---\n---\n", "---\nopen"])
def test_a_page_without_or_with_good_front_matter_has_no_fault(text: str) -> None:
    assert fault_of(text) is None


def test_a_build_names_file_and_line_and_follows_no_loop(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text('extensions = ["myst_parser", "site_pages"]\n', "utf-8")
    (tmp_path / "index.md").write_text("---\na: 2024-99-99\n---\n# Title\n", "utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "loop").symlink_to("..")
    command = [sys.executable, "-m", "sphinx", "-b", "html", str(tmp_path), str(tmp_path / "_out")]
    env = {**os.environ, "PYTHONPATH": str(Path(front_matter.__file__).parents[1])}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=env
    )
    assert done.returncode == 0, done.stderr
    assert "index.md:1: WARNING: the front matter is no YAML mapping: month must be" in done.stderr
    assert "Title" in (tmp_path / "_out" / "index.html").read_text("utf-8")
    assert not (tmp_path / "_out" / "deep").exists()
