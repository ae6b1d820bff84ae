"""What ends together ends whole, and no error of it is lost."""

from __future__ import annotations

import pytest

from bridge.binding.endings import end_all


def failing(ended: list[str], name: str) -> None:
    ended.append(name)
    raise ValueError(name)


def test_all_end_whatever_some_of_them_raise() -> None:
    ended: list[str] = []
    with pytest.raises(ExceptionGroup) as caught:
        end_all(
            [lambda: failing(ended, "a"), lambda: ended.append("b"), lambda: failing(ended, "c")]
        )
    assert ended == ["a", "b", "c"]
    assert list(map(str, caught.value.exceptions)) == ["a", "c"]


def test_one_error_is_raised_as_it_is() -> None:
    with pytest.raises(ValueError, match="a"):
        end_all([lambda: failing([], "a")])


def test_why_it_ended_stands_beside_what_its_ends_raise() -> None:
    cause = KeyError("cause")
    end_all([lambda: None], cause)
    with pytest.raises(ExceptionGroup) as caught:
        end_all([lambda: failing([], "a")], cause)
    assert caught.value.exceptions[0] is cause
