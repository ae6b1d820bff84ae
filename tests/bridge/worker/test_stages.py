"""Stages, limits and timings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.worker.stages import Limits, Stage, Timings

seconds = st.floats(min_value=0, max_value=1e4)


@given(st.builds(Timings, seconds, seconds, seconds, seconds), st.floats(1, 100))
def test_limits_made_of_a_start_let_the_same_start_pass(healthy: Timings, factor: float) -> None:
    limits = Limits.relative_to(healthy, factor)
    for stage in Stage:
        assert limits.of(stage) >= max(healthy.by_stage()[stage.value], 1.0)


@pytest.mark.parametrize("wrong", [0, -1.0, float("nan")])
def test_a_limit_that_nothing_could_meet_is_refused_by_name(wrong: float) -> None:
    with pytest.raises(ValueError, match="'runtime'"):
        Limits(runtime=wrong)


def test_timings_add_up_and_are_named_like_the_stages() -> None:
    timings = Timings().with_stage(Stage.RUNTIME, 2.0).with_stage(Stage.READY, 0.5)
    assert timings.total == 2.5
    assert list(timings.by_stage()) == [stage.value for stage in Stage]
