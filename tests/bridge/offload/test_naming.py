"""What another interpreter cannot find is refused before anything is sent."""

from __future__ import annotations

import functools
import math
import pickle
import statistics
from typing import Any

import pytest

from bridge.offload import NotOffloadableError
from bridge.offload.naming import has_name, module_of, require_importable
from tests.bridge.offload import manual, test_api


class Model:
    def __call__(self) -> int:
        return 1

    def train(self) -> None: ...

    @classmethod
    def load(cls) -> int:
        return 2


def replaced() -> None: ...


first = replaced


def other() -> None: ...


replaced = other


def arrived(fn: Any) -> Any:
    return pickle.loads(pickle.dumps(require_importable(fn)))  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    ("fn", "module"),
    [
        (statistics.mean, "statistics"),
        (math.factorial, "math"),
        (pow, "builtins"),
        (manual.task, "tests"),
        (Model, "tests"),
        (Model.load, "tests"),
    ],
)
def test_what_a_module_has_arrives_as_what_the_module_has_there(fn: Any, module: str) -> None:
    assert arrived(fn) == fn
    assert module_of(require_importable(fn)) == module


def test_a_decorated_function_arrives_as_the_function_however_it_was_named() -> None:
    plain = test_api.double.__wrapped__
    assert arrived(test_api.double) is plain
    assert arrived(plain) is plain
    assert module_of(require_importable(plain)) == "tests"


def test_partial_functions_and_objects_that_can_be_called_cross_by_value() -> None:
    partial = functools.partial(manual.task, 3)
    assert arrived(partial)() == 3
    assert module_of(require_importable(partial)) == "tests"
    assert arrived(Model())() == 1


def test_what_lives_here_only_is_refused_with_what_to_do() -> None:
    def local() -> None: ...

    for fn, reason in (
        (lambda: 1, "no name"),
        (local, "no name"),
        (functools.partial(local), "no name"),
        (Model().train, "bound to an object"),
        ([].append, "bound to an object"),
        (first, "something else under this name"),
    ):
        with pytest.raises(NotOffloadableError, match=reason) as caught:
            require_importable(fn)
        assert "top level of a module" in str(caught.value)
        there = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
        assert there.function == caught.value.function


def test_a_function_of_the_running_program_is_refused() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("def work(): pass", namespace)  # noqa: S102 - a function without a module
    with pytest.raises(NotOffloadableError, match="the program that runs here"):
        require_importable(namespace["work"])


def test_what_has_no_name_crosses_by_value_unless_it_is_bound() -> None:
    assert has_name(manual.task)
    assert has_name(test_api.double)
    assert not has_name(lambda: 1)
    assert not has_name(first)
    with pytest.raises(NotOffloadableError) as caught:
        has_name(Model().train)
    assert caught.value.bound
