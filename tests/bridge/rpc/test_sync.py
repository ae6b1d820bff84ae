"""Remote objects without ``await``: the served class's own interface, or a clear refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bridge.errors import HostUnavailableError
from bridge.rpc.sync import sync, wait
from doc_examples.runner.interpreter import InterpreterError
from tests.bridge.rpc.both_ends import ends, run
from tests.bridge.rpc.served import Bank
from tests.bridge.rpc.test_in_browser import ask, page

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

__all__ = ["page"]


def test_outside_of_the_browser_it_is_refused_and_nothing_is_sent() -> None:
    async def main() -> None:
        async with ends() as both:
            await both.remote.echo(1)
            both.near.sent.clear()
            bank = sync(both.remote, Bank)
            for use in (
                lambda: bank.echo(1),
                lambda: bank.name,
                lambda: setattr(bank, "name", "x"),
                lambda: bank("x"),  # type: ignore[operator]
                lambda: list(bank),  # type: ignore[call-overload]
                bank.__enter__,  # type: ignore[attr-defined]
            ):
                with pytest.raises(HostUnavailableError, match="Use `await`"):
                    use()
            assert both.near.sent == []
            assert await both.remote.name == "First"

    run(main())


def test_only_remote_objects_have_such_a_view() -> None:
    async def main() -> None:
        async with ends() as both:
            for wrong in (1, both.bank, both.remote.echo):
                with pytest.raises(TypeError, match="expected a remote object"):
                    sync(wrong)
            view: Any = sync(both.remote)
            assert "synchronously" in repr(view)
            with pytest.raises(AttributeError):
                _ = view.__wrapped__

    run(main())


def test_waiting_needs_a_place_that_can_wait() -> None:
    async def main() -> None:
        async def value() -> int:
            return 1

        work = value()
        with pytest.raises(HostUnavailableError):
            wait(work)
        work.close()

    run(main())


def test_served_functions_that_wait_hold_up_nobody_and_report_to_their_own_caller(
    page: Interpreter, interpreter_line: str
) -> None:
    if interpreter_line == "0.26":
        with pytest.raises(InterpreterError, match="cannot switch stacks"):
            ask(page, "interleaved(1)")
        return
    assert ask(page, "interleaved(12)") == {
        "results": True,
        "progress": True,
        "after": "alive",
    }


def test_its_calls_nest_end_and_fail_as_local_ones(
    page: Interpreter, interpreter_line: str
) -> None:
    if interpreter_line == "0.26":
        # The other test of this line is in `test_in_browser`: it refuses.
        assert ask(page, "waiting()") == {"refused": "Pyodide 0.26 cannot switch stacks"}
        return
    assert ask(page, "waiting()") == {
        "value that looks like a promise": True,
        "nested": [0, 1, 2],
        "itself": ["Ada", True],
        "together": [1, 2, 3],
        "deadline": "DeadlineExceededError",
        "generator": [[0, 1], ["count"]],
        "lost": "PeerLostError",
        "in flight": 0,
    }
