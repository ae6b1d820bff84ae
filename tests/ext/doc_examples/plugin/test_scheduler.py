"""What tests share stays on one worker."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from xdist.remote import Producer

from doc_examples.plugin.scheduler import SessionScheduling

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "tests/patterns/test_page.py"
HAND = "tests/test_hand.py"


@pytest.fixture
def scheduling(request: pytest.FixtureRequest) -> Iterator[SessionScheduling]:
    """A scheduler that knows two sessions of one page, and two lines."""
    option = request.config.option
    before = option.loadscopereorder, option.tx
    option.tx = ["popen"]
    sessions = {f"{PAGE}::test_a": "page-1", f"{PAGE}::test_b": "page-1", f"{PAGE}::test_c": "p-2"}
    yield SessionScheduling(request.config, Producer("test"), sessions, ["0.28", "314"])
    option.loadscopereorder, option.tx = before


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (f"{PAGE}::test_a[314]", f"{PAGE}::test_b[314]", True),
        (f"{PAGE}::test_a[314]", f"{PAGE}::test_a[0.28]", False),
        (f"{PAGE}::test_a[314]", f"{PAGE}::test_c[314]", False),
        (f"{HAND}::test_x", f"{HAND}::test_y[a-b]", True),
        (f"{HAND}::TestClass::test_x", f"{HAND}::test_y", True),
        (f"{HAND}::test_x[314]", f"{HAND}::test_y[314-case]", True),
        (f"{HAND}::test_x[case-314]", f"{HAND}::test_x[case-0.28]", False),
        (f"{HAND}::test_x", f"{HAND}::test_x[314]", False),
        (f"{HAND}::test_x", "tests/test_other.py::test_x", False),
    ],
)
def test_a_unit_is_a_session_on_a_line_or_a_module_on_a_line(
    scheduling: SessionScheduling, one: str, other: str, together: bool
) -> None:
    assert (scheduling._split_scope(one) == scheduling._split_scope(other)) is together


def test_units_are_given_out_in_the_order_of_the_collection(
    scheduling: SessionScheduling,
) -> None:
    assert scheduling.config.option.loadscopereorder is False


class Node:
    """A worker as the scheduler sees it."""

    shutting_down = False

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.gateway = SimpleNamespace(id="gw")

    def send_runtest_some(self, indices: list[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_the_test_that_killed_its_worker_is_not_given_out_again(
    scheduling: SessionScheduling,
) -> None:
    tests = [f"{PAGE}::test_a[314]", f"{PAGE}::test_b[314]", *(f"{HAND}::test_{n}" for n in "xyz")]
    first, second, third = Node(), Node(), Node()
    scheduling.numnodes = 2
    for node in (first, second):
        scheduling.add_node(node)
        scheduling.add_node_collection(node, tests)
    scheduling.schedule()
    assert (first.sent, second.sent) == ([0, 1], [2, 3, 4])
    scheduling.mark_test_complete(second, 2)
    assert scheduling.remove_node(second) == f"{HAND}::test_y"
    # Another one dies while the one that replaces the first is still collecting.
    scheduling.add_node(third)
    assert scheduling.remove_node(first) == tests[0]
    scheduling.add_node_collection(third, tests)
    scheduling.schedule()
    for index in (1, 4):
        assert index in third.sent
        scheduling.mark_test_complete(third, index)
    assert sorted(third.sent) == [1, 4]


def test_a_worker_that_has_nothing_left_costs_no_test(scheduling: SessionScheduling) -> None:
    node = Node()
    scheduling.add_node(node)
    scheduling.add_node_collection(node, [f"{HAND}::test_x"])
    scheduling.schedule()
    scheduling.mark_test_complete(node, 0)
    assert scheduling.remove_node(node) is None
