"""The ``pyodide`` directive: upstream's options, and none of its faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pace import patience

ROOT = Path(__file__).parents[4]

PAGE = """
Page
====

.. pyodide-output:: named

   from elsewhere

.. pyodide::
   :editable:
   :packages: numpy, micropip
   :show-errors:

   open("executed-by-the-build", "w").close()

.. pyodide::

   print("equal")

.. pyodide::

   print("equal")

.. pyodide::
   :setup-code: import math
   :output: named

   print(math.pi)

.. pyodide::
   :name: own-name
   :session: shared
   :raises: ValueError

   raise ValueError
"""


def sphinx(folder: Path, builder: str, *extensions: str) -> tuple[int, str]:
    names = ", ".join(repr(name) for name in extensions)
    conf = f"extensions = [{names}]\nexclude_patterns = ['_build']\n"
    (folder / "conf.py").write_text(conf + "doc_examples_site_lines = ['314']\n")
    target = folder / "_build" / builder
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-b", builder, str(folder), str(target)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "_ext")},
        capture_output=True,
        text=True,
        timeout=patience(120),
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("directives")
    (folder / "index.rst").write_text(PAGE)
    code, said = sphinx(folder, "examples", "doc_examples")
    assert code == 0, said
    assert "WARNING" not in said
    return folder


@pytest.fixture(scope="module")
def blocks(folder: Path) -> list[dict[str, object]]:
    plan = json.loads((folder / "_build/examples/plan.json").read_text("utf-8"))
    return list(plan["examples"])


def test_every_directive_becomes_an_example_at_its_line(blocks: list[dict[str, object]]) -> None:
    lines = PAGE.splitlines()
    assert len(blocks) == 5
    for block in blocks:
        code = str(block["code"]).splitlines()
        assert block["kind"] == "python"
        # What 'setup-code' puts before the block stands in no line of its own.
        last = code[-1].strip()
        assert lines[int(str(block["line"])) - 1 + len(code) - 1].strip() == last


def test_the_build_runs_nothing(folder: Path, blocks: list[dict[str, object]]) -> None:
    assert blocks
    assert not (folder / "executed-by-the-build").exists()


def test_equal_blocks_have_identities_and_sessions_of_their_own(
    blocks: list[dict[str, object]],
) -> None:
    equal = [block for block in blocks if block["code"] == 'print("equal")\n']
    assert len({block["name"] for block in equal}) == 2
    assert len({block["session"] for block in equal}) == 2


def test_options_of_both_kinds_are_read(blocks: list[dict[str, object]]) -> None:
    options = [block["options"] for block in blocks]
    assert isinstance(options[0], dict)
    assert options[0]["packages"] == ["numpy", "micropip"]
    assert blocks[3]["code"] == "import math\nprint(math.pi)\n"
    assert (blocks[4]["name"], blocks[4]["session"]) == ("own-name", "shared")
    assert isinstance(options[4], dict)
    assert options[4]["raises"] == "ValueError"


def test_a_wheel_among_the_packages_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "index.rst").write_text(
        "Page\n====\n\n.. pyodide::\n   :packages: mine.whl\n\n   import mine\n"
    )
    _, said = sphinx(tmp_path, "examples", "doc_examples")
    assert "index.rst:4" in said
    assert "belong into 'doc_examples_wheels'" in said


@pytest.mark.parametrize("order", [("sphinx_pyodide", "doc_examples"),
                                   ("doc_examples", "sphinx_pyodide")])  # fmt: skip
def test_upstream_beside_us_brings_none_of_its_scripts(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    (tmp_path / "index.rst").write_text("Page\n====\n\n.. pyodide::\n\n   print('<b>')\n")
    code, said = sphinx(tmp_path, "html", *order)
    assert code == 0, said
    page = (tmp_path / "_build/html/index.html").read_text("utf-8")
    assert "example-run" in page
    assert "cdn" not in page
    assert "sphinx_pyodide" not in page
    assert "pyodide-enable" not in page
    assert not (tmp_path / "_build/html/_static/sphinx_pyodide.js").exists()
