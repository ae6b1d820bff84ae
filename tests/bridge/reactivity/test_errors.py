from __future__ import annotations

import pickle

import pytest

from bridge.errors import BridgeError
from bridge.reactivity import errors

EXAMPLES = [
    errors.ChainTooDeepError(("a", "b"), 1),
    errors.CycleError(("a", "b", "a")),
    errors.ImpureComputedError("computed 'c'", "Signal 's'"),
    errors.NoEventLoopError("effect 'e'"),
    errors.NoOwnerError("on_cleanup()"),
    errors.NotObservableError("Todo", "it is frozen."),
    errors.RunawayError(("effect 'e'",), 200),
    errors.UnknownFieldError("Todo", "x", ("a",)),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_each_error_survives_pickle_with_its_facts(error: errors.ReactivityError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own data
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    assert isinstance(error, BridgeError)


def test_all_errors_have_an_example() -> None:
    named = {getattr(errors, name) for name in errors.__all__} - {errors.ReactivityError}
    assert {type(error) for error in EXAMPLES} == named


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ChainTooDeepError, RecursionError),
        (errors.CycleError, RuntimeError),
        (errors.NotObservableError, TypeError),
        (errors.UnknownFieldError, AttributeError),
    ],
)
def test_the_builtin_that_a_caller_would_catch_catches_it(
    kind: type[Exception], builtin: type[Exception]
) -> None:
    assert issubclass(kind, builtin)


def test_a_long_cycle_is_shortened_in_the_message_and_whole_in_the_attribute() -> None:
    error = errors.CycleError(tuple(f"n{i}" for i in range(1000)))
    assert len(error.nodes) == 1000
    assert len(str(error)) < 400
