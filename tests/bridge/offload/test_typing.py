"""What type checkers see of offloading: types come through every spelling, wrong uses are found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LIMIT = 180

RIGHT = """
from typing import assert_type

from bridge.offload import Call, CallScope, Slot, handler, offload, offload_sync, offloaded


def plain(number: int, *, text: str = "") -> list[str]:
    return [text] * number


async def later(number: int) -> bytes:
    return bytes(number)


@offloaded
def decorated(number: int) -> list[int]:
    return [number]


@offloaded
async def decorated_later(number: int) -> bytes:
    return bytes(number)


@offloaded(idempotent=True)
def repeated(number: int) -> float:
    return number / 2


async def main() -> None:
    assert_type(offload(plain, 3, text="a"), Call[list[str]])
    assert_type(await offload(plain, 3), list[str])
    assert_type(await offload(later, 3), bytes)
    assert_type(offload_sync(plain, 3), list[str])
    assert_type(offload_sync(later, 3), bytes)
    assert_type(await decorated(3), list[int])
    assert_type(decorated.sync(3), list[int])
    assert_type(await decorated_later(3), bytes)
    assert_type(await repeated(3), float)
    slot: Slot[list[str]] = Slot("search")
    assert_type(await slot.offload(plain, 3), list[str])
    assert_type(slot.value.value, list[str] | None)
    with CallScope("view") as view:
        assert_type(await view.offload(later, 1), bytes)
        assert_type(view.busy.value, bool)


@handler(prevent=True, again="latest")
def clicked(event: object) -> None: ...


clicked.cancel()
"""

WRONG = {
    "an argument of another type": 'offload(plain, "three")',
    "an argument that the function has not": "offload(plain, 3, size=1)",
    "an argument of another type without await": 'offload_sync(plain, "three")',
    "an argument of another type of a decorated function": 'decorated("three")',
    "a manner that does not exist": 'handler(plain, again="sometimes")',
    "a function of another type than the slot": "Slot[bytes]().offload(plain, 3)",
    "an executor that is none": "CallScope(executor=3)",
}


def check(folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    for name, code in programs.items():
        (folder / f"{name}.py").write_text(code)
    (folder / "mypy.ini").write_text("[mypy]\nstrict = true\nfollow_imports = silent\n")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--no-error-summary"]
    return subprocess.run(
        [*command, *(f"{name}.py" for name in programs)],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What mypy says of the right program, and of the same with every wrong line at its end."""
    folder = tmp_path_factory.mktemp("typing")
    wrong = RIGHT + "\n".join(WRONG.values()) + "\n"
    return check(folder, right=RIGHT, wrong=wrong).stdout


def test_types_come_through_every_spelling(complaints: str) -> None:
    assert "right.py" not in complaints


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_use_is_found(complaints: str, name: str) -> None:
    line = RIGHT.count("\n") + 1 + list(WRONG).index(name)
    assert f"wrong.py:{line}: error:" in complaints


def test_nothing_else_is_found(complaints: str) -> None:
    lines = {line.split(":")[1] for line in complaints.splitlines() if ": error:" in line}
    assert len(lines) == len(WRONG), complaints
