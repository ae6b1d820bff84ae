from __future__ import annotations

import functools
import importlib
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy
import pytest

from bridge.pool import functions as module
from bridge.pool import wire
from bridge.pool.functions import Functions, Known
from bridge.pool.packing import unpack
from bridge.rpc.loopback import LoopbackPort
from tests.bridge.pool import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator


class Heard(LoopbackPort):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Any] = []

    def post(self, header: bytes, buffers: Any = (), transfer: bool = False) -> None:  # noqa: ARG002
        self.messages += pickle.loads(header)  # noqa: S301 - its own


def test_a_function_goes_to_a_worker_once_and_its_module_before_it() -> None:
    functions, port, known = Functions(), Heard(), Known()
    out = wire.Outbox(port)
    for function in (jobs.double, jobs.double, jobs.echo):
        functions.ship(functions.find(function), known, out)
    out.flush()
    kinds = [message[0] for message in port.messages]
    assert kinds == [wire.MODULE, wire.FUNCTION, wire.FUNCTION]
    assert [message[1] for message in port.messages] == ["tests", 1, 2]


def test_functions_by_value_bring_cloudpickle_along() -> None:
    functions, port, known = Functions(), Heard(), Known()
    out = wire.Outbox(port)
    functions.ship(functions.find(lambda: 1), known, out)
    out.flush()
    assert [message[1] for message in port.messages] == ["cloudpickle", "tests", 1]


def test_functions_that_nobody_uses_are_forgotten_beyond_a_number() -> None:
    functions = Functions()
    made = [functools.partial(jobs.double, number) for number in range(module._KEPT + 5)]
    entries = [functions.find(each) for each in made]
    entries[0].users = 1
    assert functions.forget() == [entry.number for entry in entries[1:6]]
    assert functions.find(made[0]) is entries[0]
    assert functions.find(made[1]).number > entries[-1].number


def sent(functions: Functions, known: Known, *targets: Any) -> list[tuple[int, object]]:
    """Ship functions; return the kinds of messages, and the names in them."""
    port = Heard()
    out = wire.Outbox(port)
    functions.ship_changed(known, out)
    for target in targets:
        functions.ship(functions.find(target), known, out)
    out.flush()
    return [(message[0], message[1]) for message in port.messages]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A package of an application, and its file."""
    folder = tmp_path / "shop_of_pools"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "prices.py").write_text("def price(): return 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield importlib.import_module("shop_of_pools.prices")
    for name in ("shop_of_pools", "shop_of_pools.prices"):
        sys.modules.pop(name, None)


def test_a_module_that_was_reloaded_is_sent_again_with_its_functions(shop: Any) -> None:
    functions, known = Functions(), Known()
    old = shop.price
    assert sent(functions, known, old) == [(wire.MODULE, "shop_of_pools"), (wire.FUNCTION, 1)]
    assert sent(functions, known, old) == []
    Path(shop.__file__).write_text("def price(): return 22\n")
    importlib.reload(shop)
    assert sent(functions, known, shop.price) == [
        (wire.MODULE, "shop_of_pools"),
        (wire.FUNCTION, 2),
    ]
    # The old function is not what the module has under its name: it crosses by value.
    found = functions.find(old)
    assert found.by_value
    assert unpack(found.body)() == 1


def test_a_reload_without_a_change_sends_nothing_again(shop: Any) -> None:
    functions, known = Functions(), Known()
    sent(functions, known, shop.price)
    importlib.reload(shop)
    assert sent(functions, known) == []


def test_each_worker_gets_what_has_changed_once(shop: Any) -> None:
    functions, workers = Functions(), [Known(), Known()]
    for known in workers:
        sent(functions, known, shop.price)
    Path(shop.__file__).write_text("def price(): return 22\n")
    importlib.reload(shop)
    for known in workers:
        assert sent(functions, known) == [(wire.MODULE, "shop_of_pools")]
        assert sent(functions, known) == []


def test_a_function_by_value_is_packed_again_when_a_name_in_it_means_something_else() -> None:
    program: dict[str, Any] = {"__name__": "__main__"}
    exec("rate = 2\ndef price(n): return n * rate", program)  # noqa: S102 - a program
    functions = Functions()
    first = functions.find(program["price"])
    assert functions.find(program["price"]) is first
    program["rate"] = 3
    second = functions.find(program["price"])
    assert (unpack(first.body)(5), unpack(second.body)(5)) == (10, 15)
    # Workers drop the old one as soon as nobody calls it any more.
    assert functions.forget() == [first.number]


def test_what_a_worker_has_loaded_as_a_package_is_not_sent() -> None:
    known, installed = Known(packages=["pluggy"]), pluggy.PluginManager
    assert sent(Functions(), known, installed) == [(wire.FUNCTION, 1)]
    assert (wire.MODULE, "pluggy") in sent(Functions(), Known(), installed)
