from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bridge.reactivity.checks_in_pyodide import CHECKS, World, run_all

generous = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@generous
@given(st.data())
def test_any_graph_equals_recomputation_and_runs_only_what_it_must(data: st.DataObject) -> None:
    world = World(lambda low, high: data.draw(st.integers(low, high)))
    for _ in range(data.draw(st.integers(1, 30))):
        world.act()
    world.end()


def test_the_checks_for_pyodide_hold_here_too() -> None:
    assert len(run_all()) == len(CHECKS)
