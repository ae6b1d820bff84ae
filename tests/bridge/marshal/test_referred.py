"""What a function by value takes along is noticed when it is bound to something else."""

from __future__ import annotations

import functools
from typing import Any

from bridge._marshal.referred import Referred

PROGRAM = """
rate = 2
other = 1
def helper(n):
    return n * rate
def function(n, more=1):
    return (lambda: helper(n) + more)()
def nested():
    step = 1
    def inner(n):
        return n + step
    def change():
        nonlocal step
        step = 2
    return inner, change
"""


def program() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(PROGRAM, namespace)  # noqa: S102 - the program of this test
    return namespace


def test_a_global_is_noticed_also_below_functions_that_are_called() -> None:
    for name, value in {"rate": 3, "helper": len}.items():
        namespace = program()
        found = Referred(namespace["function"])
        assert found.is_fresh()
        namespace["other"] = 5
        assert found.is_fresh()
        namespace[name] = value
        assert not found.is_fresh()


def test_a_function_of_the_same_name_is_another_one() -> None:
    namespace = program()
    found = Referred(functools.partial(namespace["function"], 1))
    exec("def helper(n): return -n", namespace)  # noqa: S102 - a later cell of the program
    assert not found.is_fresh()


def test_variables_of_enclosing_functions_and_defaults_are_noticed() -> None:
    namespace = program()
    inner, change = namespace["nested"]()
    found = Referred(inner)
    assert found.is_fresh()
    change()
    assert not found.is_fresh()
    found = Referred(namespace["function"])
    namespace["function"].__defaults__ = (2,)
    assert not found.is_fresh()


def test_a_name_that_is_gone_is_noticed() -> None:
    namespace = program()
    found = Referred(namespace["helper"])
    del namespace["rate"]
    assert not found.is_fresh()


def test_what_can_be_imported_is_not_looked_into() -> None:
    found = Referred(functools.reduce)
    assert not found._codes
    assert found.is_fresh()
