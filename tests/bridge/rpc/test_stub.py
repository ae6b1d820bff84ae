"""Stubs and types: what a checker sees of served classes and of calls."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bridge.rpc.stub import StubError, main, stub
from tests.pace import patience

ROOT = Path(__file__).parents[3]
LIMIT = 180

SHOP = """
from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from bridge.rpc import by_reference


@dataclass
class Price:
    value: Decimal


@by_reference
class Basket:
    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._secret = 1

    def put(self, name: str, /, *, times: int = 1) -> int:
        return times

    def __enter__(self) -> Basket:
        return self

    def __exit__(self, *reason: object) -> None: ...


class Shop:
    title: str = "Shop"

    @property
    def open(self) -> bool:
        return True

    @staticmethod
    def kinds(*names: str, **more: int) -> list[str]:
        return [*names]

    def basket(self, owner: str) -> Basket:
        return Basket(owner)

    async def price(self, name: str) -> Price:
        return Price(Decimal(3))

    def names(self) -> Iterator[str]:
        yield "tea"

    async def watch(self, seconds: float = 1.0) -> AsyncIterator[Price]:
        yield Price(Decimal(3))

    async def each(self, told: Callable[[str], Awaitable[None]]) -> None:
        await told("tea")

    def _hidden(self) -> None: ...
"""

RIGHT = """
from typing import assert_type

from bridge.rpc import Peer, with_options
from bridge.rpc.sync import sync
from bridge.rpc.typing import Remote
from remotes import RemoteBasket, RemoteShop
from shop import Basket, Price, Shop


async def use(peer: Peer) -> None:
    shop: Remote[RemoteShop] = peer.remote
    assert_type(await shop.price("tea"), Price)
    assert_type(await shop.open, bool)
    await shop.title.set("New")
    assert_type(await shop.kinds("a", b=1), list[str])
    basket = await shop.basket("Ada")
    assert_type(basket, RemoteBasket)
    assert_type(await basket.put("tea", times=2), int)
    assert_type(await basket.owner, str)
    async with basket as same:
        assert_type(same, RemoteBasket)
    async for name in shop.names():
        assert_type(name, str)
    async for price in shop.watch():
        assert_type(price, Price)
    assert_type(await with_options(shop, timeout=3).open, bool)
    here = sync(shop, Shop)
    assert_type(here, Shop)
    assert_type(here.basket("Ada").put("tea"), int)
"""

WRONG = {
    "a wrong argument": ("await shop.price(3)", "incompatible type"),
    "a name that is not served": ("await shop.prize('tea')", 'has no attribute "prize"'),
    "an answer that was not awaited": ("shop.price('tea').value", 'has no attribute "value"'),
    "an attribute of another type": ("await shop.title.set(3)", "incompatible type"),
    "an attribute that cannot be set": ("await shop.open.set(True)", 'has no attribute "set"'),
}
USE = """
from bridge.rpc.typing import Remote
from remotes import RemoteShop

async def use(shop: Remote[RemoteShop]) -> None:
    {line}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a served module and its stub, written by the command."""
    made = tmp_path_factory.mktemp("shop")
    (made / "shop.py").write_text(SHOP)
    command = [sys.executable, "-m", "bridge.rpc.stub", "shop:Shop", "shop:Basket"]
    command += ["--output", "remotes.py"]
    subprocess.run(
        command, cwd=made, check=True, timeout=patience(LIMIT), env={"PYTHONPATH": str(ROOT)}
    )
    return made


def check(folder: Path, code: str, name: str = "") -> subprocess.CompletedProcess[str]:
    # Names of their own: mypy takes a file of the same second and size for the same file.
    name = name or f"program_{len(list(folder.glob('*.py')))}.py"
    (folder / name).write_text(code)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ".cache"]
    # What bridge imports of Pyodide has no types; its own code is checked elsewhere.
    command += ["--follow-imports=silent", "--ignore-missing-imports", name]
    return subprocess.run(
        command,
        cwd=folder,
        env={"MYPYPATH": f"{ROOT}:{folder}", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=patience(LIMIT),
        check=False,
    )


def test_right_uses_of_a_stub_are_accepted(folder: Path) -> None:
    done = check(folder, RIGHT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_use_is_found(folder: Path, name: str) -> None:
    line, complaint = WRONG[name]
    done = check(folder, USE.format(line=line))
    assert done.returncode == 1, done.stdout
    assert complaint in done.stdout


def test_a_served_class_that_has_changed_since_is_found(folder: Path) -> None:
    whole = (folder / "remotes.py").read_text()
    changed = SHOP.replace("times: int = 1) -> int:\n        return times",
                           "times: str = '') -> int:\n        return 1")  # fmt: skip
    assert changed != SHOP
    (folder / "shop2.py").write_text(changed)
    done = check(folder, whole.replace("from shop import", "from shop2 import"), "remotes2.py")
    assert done.returncode == 1
    assert "Incompatible return value type" in done.stdout
    assert check(folder, whole, "remotes3.py").returncode == 0


def test_a_class_with_asynchronous_methods_fits_a_protocol_written_by_hand(folder: Path) -> None:
    code = """
from typing import Protocol
from bridge.rpc.typing import Remote

class Teller(Protocol):
    async def count(self, to: int) -> int: ...

class Served:
    async def count(self, to: int) -> int:
        return to

class Other:
    async def count(self, to: str) -> int:
        return 1

fits: Remote[Teller] = Served()
"""
    assert check(folder, code).returncode == 0
    done = check(folder, code + "differs: Remote[Teller] = Other()\n")
    assert done.returncode == 1
    assert "Incompatible types in assignment" in done.stdout


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("json:dumps", "no class"),
        ("json:missing", "missing"),
        ("nowhere:Class", "nowhere"),
        ("json", "expected module:Class"),
        ("json:a.b", "expected module:Class"),
    ],
)
def test_what_is_no_class_is_refused(target: str, reason: str) -> None:
    with pytest.raises(StubError, match=reason):
        stub([target])


def test_the_command_tells_its_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["json:dumps"]) == 1
    assert "json:dumps" in capsys.readouterr().err
