"""Errors of remote calls cross a port whole, and are what a caller would catch."""

from __future__ import annotations

import pickle

import pytest

from bridge.rpc import errors

MADE = [
    (errors.RemoteError("ValueError", "no", "Traceback"), RuntimeError),
    (errors.DeadlineExceededError("the call", 2.0), TimeoutError),
    (errors.PeerLostError("the call", "it is gone"), ConnectionError),
    (errors.NotExposedError("_a", "Bank"), AttributeError),
    (errors.ReferenceLostError(7), ReferenceError),
    (errors.MalformedMessageError("too short"), ValueError),
    (errors.LimitExceededError("items", 7, 5), ValueError),
    (errors.NotAllowedError("os:system"), PermissionError),
    (errors.EncodingError("it", "no"), TypeError),
    (errors.VersionMismatchError(1, 2), RuntimeError),
]


@pytest.mark.parametrize(("error", "builtin"), MADE)
def test_an_error_crosses_with_its_facts(error: errors.RpcError, builtin: type) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - the test's own
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)
    assert isinstance(error, builtin)


def test_every_error_is_tried_here() -> None:
    named = {getattr(errors, name) for name in errors.__all__}
    assert {type(error) for error, _ in MADE} == named - {errors.RpcError}
