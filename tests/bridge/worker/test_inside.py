"""What runs in the worker, as far as it is plain Python."""

from __future__ import annotations

import json

import pytest

from bridge.worker import inside


def test_names_lead_to_nested_objects() -> None:
    found = inside.resolve("json:JSONDecoder.decode")
    assert found is json.JSONDecoder.decode


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("no_such_module:serve", ModuleNotFoundError),
        ("json:absent", AttributeError),
    ],
)
def test_what_cannot_be_served_raises_what_python_would(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        inside.resolve(name)


def test_a_failure_is_reported_as_data_with_its_traceback() -> None:
    report = json.loads(inside.start("no_such_module:serve", "", None))
    assert report["kind"] == "ModuleNotFoundError"
    assert report["text"] == "No module named 'no_such_module'"
    assert report["traceback"].startswith("Traceback")
    assert report["pickle"]


def test_what_cannot_be_called_with_a_port_is_told_with_what_can() -> None:
    report = json.loads(inside.start("json:decoder", "", None))
    assert report["kind"] == "TypeError"
    assert "function that takes the worker's port" in report["text"]
