"""Errors of pools cross a port whole, and are what a caller would catch."""

from __future__ import annotations

import copy
import pickle

import pytest

from bridge.pool import errors
from bridge.pool.errors import PoolError

CAUSE = OSError("the worker is gone. It was terminated")
MADE: list[tuple[PoolError, type[Exception], str]] = [
    (errors.PoolFullError(5), RuntimeError, "5 unsettled tasks"),
    (errors.PoolClosedError("it was closed"), RuntimeError, "it was closed"),
    (errors.TaskLostError("f", (CAUSE,), idempotent=False), ConnectionError, "idempotent=True"),
    (errors.TaskExpiredError("f", "limit", 2.0), TimeoutError, "within 2 s of its beginning"),
    (errors.NoWorkerError(CAUSE), ConnectionError, "the worker is gone"),
    (errors.FunctionError("the result", "it is open", "Close it."), TypeError, "Close it."),
    (errors.CloudpickleNeededError(), TypeError, "cloudpickle"),
    (errors.TaskInterruptedError(), RuntimeError, "although it was wanted"),
]


@pytest.mark.parametrize(("error", "builtin", "text"), MADE)
def test_an_error_survives_copies_and_pickles_with_its_facts(
    error: PoolError, builtin: type[Exception], text: str
) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - its own
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again).keys() == vars(error).keys()
    assert text in str(error)
    assert isinstance(error, builtin)


def test_every_error_is_tried_here() -> None:
    named = {getattr(errors, name) for name in errors.__all__}
    assert {type(error) for error, *_ in MADE} == named - {PoolError}


def test_a_lost_task_says_each_death_and_has_the_last_as_its_cause() -> None:
    first, last = OSError("the first. More"), OSError("the last. More")
    error = errors.TaskLostError("f", (first, last), idempotent=True)
    assert error.__cause__ is last
    assert "2 worker(s): the first; the last." in str(error)
    assert "seems to end its workers" in str(error)
