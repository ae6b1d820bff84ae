"""Errors of bridge carry facts, cross a boundary whole, and are builtins besides."""

from __future__ import annotations

import copy
import pickle

import pytest

from bridge._browser.attributes import PropError
from bridge._browser.dom import ContainerError
from bridge._browser.safety import UnsafeContentError
from bridge.errors import BridgeError, DisposedError, HostUnavailableError
from bridge.vdom import DuplicateKeyError, PatchError, TreeError

ERRORS = [
    BridgeError("expected a, found b"),
    HostUnavailableError("document"),
    DisposedError("the scope 'x'"),
    PropError("p", "ref", "found a str", "Expected a Ref()."),
    ContainerError("app", "missing", "Add it."),
    UnsafeContentError("a", "href", "javascript:", "no"),
    DuplicateKeyError(7, "#app > ul"),
    TreeError("#app", "a dict", "Expected a node."),
    PatchError("busy"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("carry", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])  # noqa: S301 - our own
def test_an_error_survives_being_carried_with_all_its_facts(
    error: BridgeError, carry: object
) -> None:
    assert callable(carry)
    again = carry(error)
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error) == error.message
    assert again.args == (error.message,)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (HostUnavailableError("document"), RuntimeError),
        (DisposedError("x"), RuntimeError),
        (ContainerError("app", "missing", "Add it."), LookupError),
        (UnsafeContentError("a", "href", "x", "no"), ValueError),
        (DuplicateKeyError(1, "p"), ValueError),
        (TreeError("p", "x", "y"), TypeError),
    ],
)
def test_an_error_is_the_builtin_that_a_caller_would_catch(
    error: Exception, builtin: type[Exception]
) -> None:
    assert isinstance(error, BridgeError)
    assert isinstance(error, builtin)


def test_the_message_says_what_is_missing_why_and_what_to_do() -> None:
    error = HostUnavailableError("the document", "this is a worker", "Move the call to the page.")
    assert str(error) == (
        "the document is not available: this is a worker. Move the call to the page."
    )
    assert (error.feature, error.reason) == ("the document", "this is a worker")


def test_a_long_value_is_cut_in_the_message_but_not_in_the_attribute() -> None:
    error = UnsafeContentError("a", "href", "x" * 500, "no")
    assert len(str(error)) < 150
    assert error.value == "x" * 500
