from __future__ import annotations

import functools
import json
import pickle
from typing import Any

import numpy as np

from bridge.pool import functions as module
from bridge.pool import wire
from bridge.pool.functions import Functions, own_module
from bridge.rpc.loopback import LoopbackPort
from bridge.worker.sources import archive
from tests.bridge.pool import jobs


class Heard(LoopbackPort):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Any] = []

    def post(self, header: bytes, buffers: Any = (), transfer: bool = False) -> None:  # noqa: ARG002
        self.messages += pickle.loads(header)  # noqa: S301 - its own


def test_a_function_goes_to_a_worker_once_and_its_module_before_it() -> None:
    functions, port, known = Functions(), Heard(), set[object]()
    functions._archives["tests"] = archive([])
    out = wire.Outbox(port)
    for function in (jobs.double, jobs.double, jobs.echo):
        functions.ship(functions.find(function), known, out)
    out.flush()
    kinds = [message[0] for message in port.messages]
    assert kinds == [wire.MODULE, wire.FUNCTION, wire.FUNCTION]
    assert [message[1] for message in port.messages] == ["tests", 1, 2]


def test_functions_by_value_bring_cloudpickle_along() -> None:
    functions, port, known = Functions(), Heard(), set[object]()
    functions._archives["tests"] = archive([])
    out = wire.Outbox(port)
    functions.ship(functions.find(lambda: 1), known, out)
    out.flush()
    assert [message[1] for message in port.messages] == ["cloudpickle", "tests", 1]


def test_only_modules_of_the_application_are_sent() -> None:
    assert own_module(jobs.double) == "tests"
    assert own_module(functools.partial(jobs.double, 2)) == "tests"
    assert own_module(json.dumps) == ""
    assert own_module(np.sum) == ""
    assert own_module(len) == ""
    assert own_module(own_module) == ""


def test_functions_that_nobody_uses_are_forgotten_beyond_a_number() -> None:
    functions = Functions()
    made = [functools.partial(jobs.double, number) for number in range(module._KEPT + 5)]
    entries = [functions.find(each) for each in made]
    entries[0].users = 1
    assert functions.forget() == [entry.number for entry in entries[1:6]]
    assert functions.find(made[0]) is entries[0]
    assert functions.find(made[1]).number > entries[-1].number
