from __future__ import annotations

import asyncio
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge._browser import interrupts
from bridge._browser.interrupts import (
    HEARD,
    MISSED,
    PRESENT,
    RAISED,
    SIZE,
    TARGET,
    awaited,
    shielded,
    work,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = object()


@pytest.fixture
def words() -> Iterator[list[int]]:
    """Memory that nobody shares, and this process's own SIGINT in place of Pyodide's byte."""
    before = signal.getsignal(signal.SIGINT)
    memory = [0] * SIZE
    interrupts.take(memory, PORT)
    yield memory
    signal.signal(signal.SIGINT, before)
    interrupts._words, interrupts._addressed = None, None


def interrupted() -> str:
    """Be interrupted, here and now."""
    signal.raise_signal(signal.SIGINT)
    return "went on"


@shielded
def untouched() -> str:
    """Be interrupted where no interrupt shall come through."""
    return interrupted()


def test_work_that_is_meant_is_interrupted(words: list[int]) -> None:
    words[TARGET] = 5
    with pytest.raises(KeyboardInterrupt):
        work(5, interrupted)
    assert (words[MISSED], words[PRESENT], words[RAISED]) == (0, 0, 1)


def test_other_work_goes_on_and_is_named(words: list[int]) -> None:
    words[TARGET] = 5
    assert work(6, interrupted) == "went on"
    assert (words[MISSED], words[RAISED]) == (6, 0)


def test_what_calls_work_is_out_of_reach_before_and_afterwards(words: list[int]) -> None:
    words[TARGET] = 5
    assert interrupted() == "went on"
    assert work(5, lambda: "done") == "done"
    assert interrupted() == "went on"


def test_a_shield_keeps_interrupts_off_up_to_the_next_work(words: list[int]) -> None:
    @shielded
    def protocol(number: int) -> str:
        return work(number, interrupted) + interrupted()

    words[TARGET] = 5
    assert work(5, untouched) == "went on"
    assert protocol(4) == "went onwent on"
    with pytest.raises(KeyboardInterrupt):
        protocol(5)


def test_whatever_runs_is_meant_until_the_page_is_heard(words: list[int]) -> None:
    words[HEARD], words[TARGET] = 3, -4
    for number in (9, 0):
        with pytest.raises(KeyboardInterrupt):
            work(number, interrupted)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert untouched() == "went on"
    words[HEARD] = 4
    assert work(9, interrupted) == "went on"


def test_a_step_of_something_awaited_is_interrupted(words: list[int]) -> None:
    async def steps() -> str:
        await asyncio.sleep(0)
        return interrupted()

    async def main() -> str:
        other = asyncio.ensure_future(awaited(8, steps()))
        try:
            await awaited(7, steps())
        except KeyboardInterrupt:
            return await other
        return "was not interrupted"

    words[TARGET] = 7
    assert asyncio.run(main()) == "went on"


def test_numbers_are_those_of_one_port(words: list[int]) -> None:
    assert len(words) == SIZE
    assert interrupts.addresses(PORT)
    assert not interrupts.addresses(object())


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.002), st.integers(-1, 1)), min_size=1, max_size=5))
def test_at_any_moment_only_what_is_meant_ends(moments: list[tuple[float, int]]) -> None:
    before = signal.getsignal(signal.SIGINT)
    memory = [0] * SIZE
    interrupts.take(memory, PORT)
    over = threading.Event()
    meant = set()

    def disturb() -> None:
        for delay, offset in moments:
            time.sleep(delay)
            # What runs, what has just ended, or what comes next.
            memory[TARGET] = max(1, memory[PRESENT] + offset)
            meant.add(memory[TARGET])
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        over.set()

    def compute(number: int) -> int:
        return number + 0 * sum(range(400))

    @shielded
    def serve() -> list[int]:
        answers: list[int] = []
        while not over.is_set():
            number = len(answers) + 1
            try:
                answers.append(work(number, compute, number))
            except KeyboardInterrupt:
                answers.append(-number)
        return answers

    thread = threading.Thread(target=disturb)
    try:
        thread.start()
        answers = serve()
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
        interrupts._words, interrupts._addressed = None, None
    assert [abs(answer) for answer in answers] == list(range(1, len(answers) + 1))
    assert {-answer for answer in answers if answer < 0} <= meant
