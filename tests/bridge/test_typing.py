"""What type checkers see of bridge: types come through, and wrong uses are found."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from doc_examples.runner.wheels import wheel_for
from tests.pace import patience

ROOT = Path(__file__).parents[2]
LIMIT = 180

RIGHT = """
from dataclasses import dataclass
from typing import assert_type

from bridge.binding import Field, For, mount
from bridge.proxies import keep_alive
from bridge.reactivity import Observable, Signal, computed, effect, observable, resource, untracked
from bridge.vdom import PythonVDOM, VNode, h, memo

count = Signal(1)
assert_type(count.value, int)
assert_type(count.peek(), int)
doubled = computed(lambda: count.value * 2)
assert_type(doubled.value, int)
assert_type(untracked(lambda: count.value), int)


@computed
def label() -> str:
    return f"{count.value}"


assert_type(label.value, str)


@observable
@dataclass
class Point(Observable):
    x: int
    y: int = 0


point = Point(1)
assert_type(point.x, int)
stop = point.subscribe("x", print)
stop()


async def load(name: str) -> list[str]:
    return [name]


found = resource(load, source=lambda: "a")
assert_type(found.value, list[str] | None)
assert_type(keep_alive([1]), list[int])
assert_type(h("p", {"class": "a"}, ["text", 1, None]), VNode)
assert_type(Field(count, int).text.value, str)
PythonVDOM("app").patch(h("p"))
"""

WRONG = {
    "a text where the signal holds a number": (
        "from bridge.reactivity import Signal\nSignal(1).value = 'one'\n",
        "Incompatible types in assignment",
    ),
    "a computed cannot be set": (
        "from bridge.reactivity import Signal, computed\ncomputed(lambda: 1).value = 2\n",
        "read-only",
    ),
    "a child that is no node": (
        "from bridge.vdom import h\nh('p', None, object())\n",
        "Argument 3",
    ),
    "a resource whose fetcher takes something else": (
        (
            "from bridge.reactivity import resource\n"
            "async def load(name: str) -> int: return 1\n"
            "resource(load, source=lambda: 1)\n"
        ),
        "error:",
    ),
}


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment in which bridge's wheel is installed."""
    folder = tmp_path_factory.mktemp("user")
    venv.create(folder / "env", with_pip=False)
    site = next((folder / "env").glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel_for(ROOT)) as wheel:
        wheel.extractall(site)
    (folder / "mypy.ini").write_text("[mypy]\nstrict = true\n")
    return folder


def check(user: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run mypy as a user of the installed package would."""
    (user / "program.py").write_text(code)
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini"]
    command += ["--python-executable", "env/bin/python", "program.py"]
    return subprocess.run(
        command,
        cwd=user,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        timeout=patience(LIMIT),
        check=False,
    )


def test_right_uses_are_accepted_and_have_the_types_that_they_should(user: Path) -> None:
    done = check(user, RIGHT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_use_is_found(user: Path, name: str) -> None:
    code, complaint = WRONG[name]
    done = check(user, code)
    assert done.returncode == 1, done.stdout
    assert complaint in done.stdout
