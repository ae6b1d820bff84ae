from __future__ import annotations

from bridge.reactivity import Scope, Signal, computed, effect
from bridge.reactivity.testing import LiveNodes, live_nodes


def test_a_disposed_graph_leaves_no_node_and_no_edge() -> None:
    before = live_nodes()
    build_and_dispose(before)
    assert live_nodes() == before


def build_and_dispose(before: LiveNodes) -> None:
    with Scope(detached=True) as scope:
        signals = [Signal(n) for n in range(5)]
        total = computed(lambda: sum(s.value for s in signals))
        effect(lambda: total.value)
        signals[0].subscribe(lambda _: None)
    during = live_nodes()
    assert during.effects == before.effects + 2
    assert during.edges == before.edges + 5 + 1 + 1
    scope.dispose()
    assert live_nodes().edges == before.edges
