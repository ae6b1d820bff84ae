"""A JSON text is counted before it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.rpc import LimitExceededError, MalformedMessageError, PeerLimits
from bridge.rpc.scan import WIRE_LEVELS, check_size

values = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(alphabet='[]{},"\\ab', max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text('[]{},"\\a'), inner, max_size=4)
    ),
    max_leaves=20,
)


def counted(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    commas = max(len(inner) - 1, 0) + 1 if isinstance(value, (list, dict)) else 0
    return commas + sum(counted(item) for item in inner)


@given(values, st.booleans())
def test_brackets_and_commas_in_texts_are_not_counted(value: object, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    size = counted(value)
    check_size(body, PeerLimits(items=max(size, 20)))
    if size > 20:
        with pytest.raises(LimitExceededError, match="items"):
            check_size(body, PeerLimits(items=size - 1))


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'["]",', b'["\\"]",'])
def test_what_is_nested_too_deep_is_refused_wherever_brackets_stand(opening: bytes) -> None:
    limits = PeerLimits(nesting=10)
    check_size(opening * (10 * WIRE_LEVELS + 8), limits)
    with pytest.raises(LimitExceededError, match="nesting"):
        check_size(opening * (10 * WIRE_LEVELS + 9), limits)
    with pytest.raises(LimitExceededError):
        check_size(opening * 1_000_000, PeerLimits())


def test_more_texts_than_values_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(MalformedMessageError, match="more texts than values"):
        check_size(b'"' * 1_000_000, PeerLimits())
    check_size(b'"[[[[,,,,"', PeerLimits(items=1, nesting=1))
