"""What one end can do with the other's objects, on a pair of ports in memory."""

from __future__ import annotations

import asyncio
import functools
import gc
import pickle
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from bridge.errors import DisposedError
from bridge.rpc import (
    DeadlineExceededError,
    EncodingError,
    LimitExceededError,
    MalformedMessageError,
    NotAllowedError,
    NotExposedError,
    Peer,
    PeerLimits,
    PeerLostError,
    ReferenceLostError,
    RemoteError,
    VersionMismatchError,
    ahead,
    by_reference,
    codec,
    release,
    with_options,
)
from bridge.rpc.envelopes import Envelope, Kind, pack, unpack
from bridge.rpc.loopback import pair
from bridge.rpc.remote import Options, link_of
from tests.bridge.rpc.both_ends import Ends, ends, run
from tests.bridge.rpc.served import Account, Bank
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def test_methods_take_positional_and_named_arguments() -> None:
    async def main() -> None:
        async with ends() as both:
            account = await both.remote.open("Ada")
            assert await account.pay_in(3) == 3
            assert await account.pay_in(2, times=4) == 11
            assert both.bank.accounts["Ada"].balance == 11

    run(main())


def test_attributes_are_read_and_set() -> None:
    async def main() -> None:
        async with ends() as both:
            assert await both.remote.name == "First"
            await both.remote.name.set("Second")
            assert both.bank.name == "Second"
            with pytest.raises(AttributeError, match=r"await remote\.name\.set"):
                both.remote.name = "Third"
            with pytest.raises(RuntimeError, match="broken property"):
                await both.remote.broken

    run(main())


def test_an_exception_has_its_class_and_the_remote_traceback_as_its_cause() -> None:
    async def main() -> None:
        async with ends() as both:
            with pytest.raises(ValueError, match="no such account") as caught:
                await both.remote.fail("no such account")
            cause = caught.value.__cause__
            assert isinstance(cause, RemoteError)
            assert cause.type == "ValueError"
            assert "in fail" in cause.traceback
            assert "serving.py" not in cause.traceback
            with pytest.raises(LookupError):
                await both.remote.fail_later("later")

    run(main())


def test_what_would_end_the_interpreter_is_only_an_error_of_the_call() -> None:
    async def main() -> None:
        async with ends() as both:
            with pytest.raises(RemoteError) as caught:
                await both.remote.leave()
            assert caught.value.type == "SystemExit"
            assert await both.remote.echo(1) == 1

    run(main())


def test_an_exception_whose_class_is_not_there_is_told_as_text() -> None:
    class Local(Exception):  # noqa: N818 - a name for a test
        pass

    class Server:
        def fail(self) -> None:
            raise Local("here only")

    async def main() -> None:
        async with ends(serve=Server()) as both:
            with pytest.raises(RemoteError) as caught:
                await both.remote.fail()
            assert caught.value.text == "here only"

    run(main())


def test_callbacks_are_called_on_the_side_that_owns_them() -> None:
    async def main() -> None:
        async with ends() as both:
            seen: list[int] = []

            def note(number: int) -> int:
                seen.append(number)
                return number * number

            async def later(number: int) -> int:
                await asyncio.sleep(0)
                return -number

            assert await both.remote.each(note, 4) == [0, 1, 4, 9]
            assert seen == [0, 1, 2, 3]
            assert await both.remote.each(later, 3) == [0, -1, -2]
            assert await both.remote.each(both.bank.echo, 2) == [0, 1]
            double = await both.remote.make_lambda()
            assert await double(21) == 42
            # One that is the other side's already goes there and back.
            assert await both.remote.each(both.remote.echo, 2) == [0, 1]

    run(main())


def test_what_is_sent_back_is_the_object_itself() -> None:
    async def main() -> None:
        async with ends() as both:
            account = await both.remote.open("Ada")
            assert await both.remote.owner_of(account) == ("Ada", True)
            assert await both.remote.open("Ada") is account
            mine = Account("Eve")
            assert await both.remote.echo(mine) is mine
            values = [1, 2]
            assert await both.remote.echo(values) is not values
            assert await both.remote.echo(by_reference(values)) is values

    run(main())


def test_a_remote_object_of_one_connection_works_through_another() -> None:
    async def main() -> None:
        async with ends() as first:
            account = await first.remote.open("Ada")
            async with ends() as second:
                again = await second.remote.echo([account])
                assert again == [account]
                await second.remote.keep(account)
                (forwarded,) = second.bank.kept
                assert await forwarded.pay_in(5) == 5
        assert first.bank.accounts["Ada"].balance == 5

    run(main())


@pytest.mark.parametrize("name", ["count", "count_slowly"])
def test_a_generator_runs_only_as_far_as_it_is_read(name: str) -> None:
    async def main() -> None:
        async with ends() as both:
            count = getattr(both.remote, name)
            assert [number async for number in count(5)] == [0, 1, 2, 3, 4]
            assert [number async for number in await count(3)] == [0, 1, 2]
            assert [number async for number in ahead(count(10), 4)] == list(range(10))
            assert both.bank.closed == [name] * 3
            endless = await count(10**9)
            assert await anext(endless) == 0
            await endless.aclose()
            assert both.bank.closed == [name] * 4
            dropped = await count(10**9)
            assert await anext(dropped) == 0
            del dropped
            gc.collect()
            await both.settle()
            assert both.bank.closed == [name] * 5
            assert both.server.handed_over == 0

    run(main())


def test_reading_ahead_asks_less_often() -> None:
    async def main() -> None:
        async with ends() as both:
            both.near.sent.clear()
            assert len([number async for number in both.remote.count(60)]) == 60
            alone = len(both.near.sent)
            both.near.sent.clear()
            assert len([number async for number in ahead(both.remote.count(60), 20)]) == 60
            assert len(both.near.sent) < alone / 5

    run(main())


def test_an_error_of_a_generator_comes_after_the_items_before_it() -> None:
    async def main() -> None:
        async with ends() as both:
            reader = ahead(both.remote.count_slowly(10, 3), 5)
            assert [await anext(reader) for _ in range(3)] == [0, 1, 2]
            with pytest.raises(ValueError, match="at 3"):
                await anext(reader)

    run(main())


def raising(error: Exception) -> None:
    raise error


def test_context_managers_are_entered_and_left_on_the_other_side() -> None:
    async def main() -> None:
        async with ends() as both:
            async with both.remote.open("Ada") as account:
                served = both.bank.accounts["Ada"]
                assert served.opened == 1
                assert await account.pay_in(1) == 1
            assert (served.opened, served.last) == (0, None)
            async with account:
                raising(KeyError("suppressed there"))
            assert served.last == "KeyError('suppressed there')"
            with pytest.raises(ZeroDivisionError):
                async with account:
                    raising(ZeroDivisionError())
            assert served.opened == 0

    run(main())


def test_progress_reaches_the_caller_in_order_and_before_the_result() -> None:
    async def main() -> None:
        async with ends() as both:
            seen: list[tuple[int, int]] = []
            work = with_options(both.remote, on_progress=seen.append).work
            assert await work(3) == "done"
            assert seen == [(1, 3), (2, 3), (3, 3)]
            assert await both.remote.work(2) == "done"

    run(main())


def test_cancelling_a_call_cancels_what_runs_on_the_other_side() -> None:
    async def main() -> None:
        async with ends() as both:
            task = asyncio.create_task(both.remote.sleep(100))
            await both.settle()
            assert (both.bank.started, both.server.running) == (1, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await both.settle()
            assert (both.bank.cancelled, both.server.running, both.client.in_flight) == (1, 0, 0)

    run(main())


def test_the_other_side_can_cancel() -> None:
    async def main() -> None:
        async with ends() as both:
            with pytest.raises(asyncio.CancelledError):
                await both.remote.cancel_myself()

    run(main())


def test_a_deadline_ends_the_call_and_tells_the_other_side() -> None:
    async def main() -> None:
        async with ends() as both:
            with pytest.raises(DeadlineExceededError) as caught:
                await with_options(both.remote, timeout=0.02).sleep(100)
            assert caught.value.seconds == 0.02
            assert isinstance(caught.value, TimeoutError)
            await both.settle()
            assert (both.bank.cancelled, both.server.running) == (1, 0)

    run(main())


def test_who_does_not_answer_to_a_message_is_interrupted() -> None:
    async def main() -> None:
        near, _far = pair()
        interrupted: asyncio.Queue[int] = asyncio.Queue()
        async with Peer(near, interrupt=interrupted.put_nowait, grace=0.01) as client:
            with pytest.raises(DeadlineExceededError):
                await with_options(client.remote, timeout=0.01).compute()
            numbers = [await asyncio.wait_for(interrupted.get(), patience(5)) for _ in range(3)]
        # Until it ends: it may have been waiting behind another one when it was first asked for.
        assert numbers == [1, 1, 1]

    run(main())


def test_who_answers_in_time_is_not_interrupted() -> None:
    async def main() -> None:
        near, far = pair()
        interrupted: list[int] = []
        async with (
            Peer(far, Bank(), trusted=True),
            Peer(near, trusted=True, interrupt=interrupted.append, grace=0.05) as client,
        ):
            with pytest.raises(DeadlineExceededError):
                await with_options(client.remote, timeout=0.01).sleep(100)
            await asyncio.sleep(0.1)
            assert interrupted == []

    run(main())


def test_calls_in_flight_end_when_the_other_side_is_lost() -> None:
    async def main() -> None:
        async with ends() as both:
            calls = [both.remote.sleep(100) for _ in range(5)]
            await both.settle()
            both.near.lose(OSError("the worker has ended"))
            for found in await asyncio.gather(*calls, return_exceptions=True):
                assert isinstance(found, PeerLostError)
                assert isinstance(found.__cause__, OSError)
            with pytest.raises(PeerLostError, match="the worker has ended"):
                await both.remote.echo(1)
            assert await both.client.ended() == "the worker has ended"

    run(main())


def test_closing_one_end_ends_the_calls_of_both() -> None:
    async def main() -> None:
        async with ends() as both:
            call = both.remote.sleep(100)
            await both.settle()
            both.server.close()
            with pytest.raises(PeerLostError, match="the other side closed"):
                await call
            assert both.server.running == 0
            assert both.client.lost is not None
            await both.settle()
            assert both.bank.cancelled == 1

    run(main())


@pytest.mark.parametrize(
    "name", ["_pin", "__class__", "__init__", "open.__globals__", "", "a b", "missing", "1"]
)
def test_only_public_names_can_be_reached(name: str) -> None:
    async def main() -> None:
        async with ends() as both:
            account = await both.remote.open("Ada")
            link, options = link_of(account), account._options
            for kind in (Kind.GET, Kind.CALL):
                with pytest.raises(NotExposedError):
                    await link.ask(kind, options, name)
            if name != "missing":
                with pytest.raises(NotExposedError):
                    await link.ask(Kind.SET, options, name, (1,))
            with pytest.raises(AttributeError):
                getattr(account, "_pin")  # noqa: B009 - what is refused

    run(main())


def test_functions_generators_and_modules_show_nothing_but_their_purpose() -> None:
    module = ModuleType("shop")
    exec("import os\ndef price(): return 3\n", module.__dict__)  # noqa: S102 - a module for the test

    async def main() -> None:
        async with ends(serve=module) as both:
            assert await both.remote.price() == 3
            for name in ("os", "missing"):
                with pytest.raises(NotExposedError):
                    await getattr(both.remote, name)
        async with ends() as both:
            function = await both.remote.make_lambda()
            with pytest.raises(NotExposedError):
                await function.func_globals
            generator = await both.remote.count(3)
            with pytest.raises(NotExposedError):
                await link_of(generator).ask(Kind.GET, generator._options, "gi_frame")
            with pytest.raises(NotExposedError):
                await link_of(generator).ask(Kind.CALL, generator._options, "send", (1,))
            with pytest.raises(NotExposedError):
                await both.remote.echo.set(print)

    run(main())


def test_an_interface_shows_its_own_names_only() -> None:
    class Teller:
        name: str

        def echo(self, value: Any) -> Any: ...

    async def main() -> None:
        async with ends(interface=Teller) as both:
            assert await both.remote.echo(1) == 1
            assert await both.remote.name == "First"
            with pytest.raises(NotExposedError, match="its interface"):
                await both.remote.open("Ada")

    run(main())


def test_an_end_that_serves_nothing_says_so() -> None:
    async def main() -> None:
        async with ends() as both:
            with pytest.raises(NotExposedError, match="it serves no object"):
                await both.server.remote.anything()

    run(main())


def test_a_released_object_cannot_be_used_and_is_let_go_on_the_other_side() -> None:
    async def main() -> None:
        async with ends() as both:
            account = await both.remote.open("Ada")
            assert both.server.handed_over == 1
            release(account)
            release(account)
            await both.settle()
            assert both.server.handed_over == 0
            with pytest.raises(DisposedError):
                account.pay_in(1)
            again = await both.remote.open("Ada")
            assert await again.pay_in(1) == 1

    run(main())


def test_what_is_collected_is_let_go_on_the_other_side() -> None:
    async def main() -> None:
        async with ends() as both:
            accounts = [await both.remote.open(str(number)) for number in range(20)]
            await asyncio.gather(*[both.remote.open("0") for _ in range(20)])
            assert both.server.handed_over == 20
            pay_in = accounts[0].pay_in
            del accounts
            gc.collect()
            await both.settle()
            assert both.server.handed_over == 1
            assert await pay_in(1) == 1
            del pay_in
            gc.collect()
            await both.settle()
            assert both.server.handed_over == 0

    run(main())


def test_nothing_waits_for_the_collector() -> None:
    async def main() -> None:
        async with ends() as both:
            gc.collect()
            gc.disable()
            try:
                account = await both.remote.open("Ada")
                assert await account.pay_in(1) == 1
                assert await both.remote.each(lambda number: number, 3) == [0, 1, 2]
                assert [number async for number in both.remote.count(3)] == [0, 1, 2]
                async with both.remote.open("Eve") as eve:
                    assert await eve.opened == 1
                with pytest.raises(ValueError, match="no"):
                    await both.remote.fail("no")
                del account, eve
                await both.settle()
                assert (both.client.handed_over, both.server.handed_over) == (0, 0)
            finally:
                gc.enable()

    run(main())


def test_what_a_call_hands_over_is_given_back_even_if_nobody_waits_any_more() -> None:
    async def main() -> None:
        async with ends() as both:
            call = both.remote.open("Ada")
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await both.settle()
            gc.collect()
            await both.settle()
            assert "Ada" in both.bank.accounts
            assert both.server.handed_over == 0

    run(main())


def test_what_cannot_be_sent_is_an_error_of_the_call_and_hands_nothing_over() -> None:
    async def main() -> None:
        async with ends() as both:
            with pytest.raises(EncodingError):
                await both.remote.echo([lambda: 1, asyncio.get_running_loop()])
            assert both.client.handed_over == 0
            with pytest.raises(EncodingError, match="Local"):
                await both.remote.local_instance()
            assert both.server.handed_over == 0

    run(main())


def test_many_calls_of_one_turn_travel_together() -> None:
    async def main() -> None:
        async with ends() as both:
            await both.settle()
            both.near.sent.clear()
            both.far.sent.clear()
            found = await asyncio.gather(*[both.remote.echo(number) for number in range(500)])
            assert found == list(range(500))
            assert len(both.near.sent) == 2
            assert len(both.far.sent) <= 3

    run(main())


def test_an_untrusted_end_reads_plain_values_only() -> None:
    async def main() -> None:
        async with ends(trusted=False) as both:
            assert await both.remote.echo({"a": [1, (2.5, "x", b"y", {3})]}) is not None
            with pytest.raises(ValueError, match="plain"):
                await both.remote.fail("plain")
            account = await both.remote.open("Ada")
            assert await account.pay_in(2) == 2
            with pytest.raises(NotAllowedError) as caught:
                await both.remote.echo(asyncio.sleep)
            assert caught.value.type == "asyncio.tasks:sleep"

        async with ends(trusted=False, allow=["asyncio.tasks:sleep"]) as both:
            await both.remote.keep(asyncio.sleep)
            assert both.bank.kept == [asyncio.sleep]

    run(main())


def test_an_unknown_kind_of_message_is_answered_with_an_error() -> None:
    async def main() -> None:
        async with ends() as both:
            await both.settle()
            both.far.sent.clear()
            both.far.deliver(pack(Envelope(99, 7)))
            both.far.deliver(b"junk")
            await both.settle()
            (complaint,) = both.server.complaints
            assert "4 bytes at its end are no head" in complaint
            assert len(both.client.complaints) == 1
            assert await both.remote.echo(1) == 1

    run(main())


def test_another_version_ends_the_connection_with_both_numbers() -> None:
    async def main() -> None:
        async with ends() as both:
            both.near.deliver(pack(Envelope(Kind.HELLO, 99)))
            await both.settle()
            with pytest.raises(PeerLostError) as caught:
                await both.remote.echo(1)
            assert isinstance(caught.value.__cause__, VersionMismatchError)
            assert caught.value.__cause__.theirs == 99

    run(main())


def test_an_unknown_reference_is_an_error_of_the_call() -> None:
    async def main() -> None:
        async with ends() as both:
            account = await both.remote.open("Ada")
            link_of(account).number = 4000
            with pytest.raises(ReferenceLostError) as caught:
                await account.pay_in(1)
            assert caught.value.number == 4000
            link_of(account).received = 0

    run(main())


def test_a_call_passes_for_a_coroutine_and_for_a_future() -> None:
    async def main() -> None:
        async with ends() as both:
            task = asyncio.create_task(both.remote.echo(1))
            assert await task == 1
            assert await asyncio.wait_for(both.remote.echo(2), patience(5)) == 2
            assert await asyncio.shield(both.remote.echo(3)) == 3
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(both.remote.echo(number)) for number in range(3)]
            assert [task.result() for task in tasks] == [0, 1, 2]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await both.remote.sleep(100)
            await both.settle()
            assert both.bank.cancelled == 1

    run(main())


def test_a_failing_listener_of_progress_harms_no_call() -> None:
    async def main() -> list[dict[str, Any]]:
        reported: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, it: reported.append(it))
        both = Ends()
        async with both.server, both.client:
            bad = with_options(both.remote, on_progress=lambda _: 1 / 0)
            assert await bad.work(1) == "done"
        return reported

    (report,) = asyncio.run(main())
    assert isinstance(report["exception"], ZeroDivisionError)


def test_a_malformed_request_that_bears_a_number_is_answered() -> None:
    async def main() -> None:
        async with ends() as both:
            await both.settle()
            call = both.remote.sleep(100)
            await both.settle()
            both.far.deliver(pack(Envelope(Kind.CALL, call.number + 7, 0, b"not a pickle")))
            both.near.deliver(pack(Envelope(Kind.RESULT, call.number, 0, b"not a pickle")))
            with pytest.raises(MalformedMessageError):
                await call

    run(main())


def test_an_interface_narrows_what_can_be_done_without_names_too() -> None:  # noqa: C901 - classes of its own
    class Narrow(Protocol):
        def call(self) -> int: ...

    class Wide(Protocol):
        def __iter__(self) -> Iterator[int]: ...

        def __enter__(self) -> object: ...

        def __exit__(self, *args: object) -> None: ...

        def __call__(self) -> int: ...

    class Server:
        def __init__(self) -> None:
            self.opened = 0

        def call(self) -> int:
            return 1

        __call__ = call

        def __iter__(self) -> Iterator[int]:
            return iter([1, 2])

        def __enter__(self) -> None:
            self.opened += 1

        def __exit__(self, *args: object) -> None: ...

    async def main() -> None:
        async with ends(serve=Server(), interface=Narrow) as both:
            remote = both.remote
            assert await remote.call() == 1
            with pytest.raises(NotExposedError, match="__call__"):
                await remote()
            with pytest.raises(NotExposedError, match="__iter__"):
                await anext(aiter(remote))
            with pytest.raises(NotExposedError, match="__enter__"):
                await remote.__aenter__()
            with pytest.raises(NotExposedError, match="__exit__"):
                await remote.__aexit__(None, None, None)
        for interface in (Wide, None):
            async with ends(serve=Server(), interface=interface) as both, both.remote:
                assert [number async for number in both.remote] == [1, 2]
                assert await both.remote() == 1

    run(main())


def test_a_stranger_s_pickle_is_refused_unread() -> None:
    ran: list[str] = []

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return ran.append, ("ran",)

    class Vault:
        def take(self, value: object) -> bool:
            return value is self

    async def main() -> None:
        async with ends(serve=Vault(), trusted=False) as both:
            await both.settle()
            for value in (1, Trap(), [Trap()]):
                body = pickle.dumps(("take", (value,), {}), 5)
                both.far.deliver(pack(Envelope(Kind.CALL, 1000, 0, body)))
            await both.settle()
            answers = [
                codec.Codec(both.server._connection).decode(envelope.body, (), ())
                for header, buffers in both.far.sent
                for envelope in unpack(header, buffers)[0]
                if envelope.kind == Kind.ERROR
            ]
            assert len(answers) == 3
            for name, text, trace, _ in answers:
                assert name == "bridge.rpc.errors.MalformedMessageError"
                assert "it is a pickle" in text
                assert trace == ""
            assert ran == []

    run(main())


def test_what_a_stranger_returns_as_its_own_is_the_served_object() -> None:
    class Vault:
        def take(self, value: object) -> bool:
            return value is self

    async def main() -> None:
        async with ends(serve=Vault(), trusted=False) as both:
            assert await both.remote.take(both.remote)
            assert not await both.remote.take(1)

    run(main())


def test_an_end_that_trusts_and_one_that_does_not_understand_each_other() -> None:
    async def main() -> None:
        for trusted in (True, False):
            near, far = pair()
            async with (
                Peer(far, Bank(), trusted=not trusted) as server,
                Peer(near, trusted=trusted) as client,
            ):
                early = [client.remote.echo([number]) for number in range(3)]
                assert [await call for call in early] == [[0], [1], [2]]
                assert await client.remote.each(lambda number: number + 1, 2) is not None
                with pytest.raises(ValueError, match="mixed"):
                    await client.remote.fail("mixed")
                assert client.in_flight == 0
                assert (client.complaints, server.complaints) == ((), ())

    run(main())


class Endless:
    """Never answers, hands over, and fails."""

    def __init__(self) -> None:
        self.started = 0

    async def wait(self) -> None:
        self.started += 1
        await asyncio.sleep(60)

    def make(self) -> object:
        return by_reference([])

    def take(self, _value: object) -> None:
        self.started += 1

    def fail(self, length: int) -> None:
        raise ValueError("x" * length)


def test_a_stranger_s_requests_in_work_are_bounded_and_the_others_answered() -> None:
    async def main() -> None:
        served = Endless()
        async with ends(serve=served, trusted=False, limits=PeerLimits(requests=10)) as both:
            calls = [both.remote.wait() for _ in range(500)]
            await both.settle()
            assert served.started == both.server.running == 10
            refused = [call for call in calls if call.done()]
            assert len(refused) == 490
            assert {type(call.exception()) for call in refused} == {LimitExceededError}
            for call in calls[:10]:
                call.cancel()
            await both.settle()
            assert await both.remote.take(1) is None

    run(main())


def test_what_a_stranger_can_hold_of_this_end_is_bounded() -> None:
    async def main() -> None:
        limits = PeerLimits(handed_over=5, references=3)
        async with ends(serve=Endless(), trusted=False, limits=limits) as both:
            held = [await both.remote.make() for _ in range(5)]
            with pytest.raises((EncodingError, LimitExceededError), match="handed_over"):
                await both.remote.make()
            assert both.server.handed_over == 5
            held.pop()
            gc.collect()
            await both.settle()
            assert await both.remote.make() is not None
            with pytest.raises(LimitExceededError, match="references"):
                await both.remote.take([lambda: 1, lambda: 2, lambda: 3, lambda: 4])

    run(main())


def test_what_a_stranger_sends_is_bounded_by_bytes_items_and_nesting() -> None:
    async def main() -> None:
        served = Endless()
        limits = PeerLimits(message_bytes=10_000, items=100, nesting=10)
        async with ends(serve=served, trusted=False, limits=limits) as both:
            deep: object = 1
            for _ in range(60):
                deep = [deep]
            for value, limit in (
                ("x" * 10_001, "message_bytes"), (bytes(10_001), "message_bytes"),
                ([1] * 200, "items"), (deep, "nesting"),
            ):  # fmt: skip
                with pytest.raises(LimitExceededError) as caught:
                    await both.remote.take(value)
                assert caught.value.limit == limit
            assert served.started == 0

    run(main())


def test_a_stranger_s_noise_is_kept_short_and_ends_the_connection_with_the_reason() -> None:
    async def main() -> None:
        async with ends(trusted=False, limits=PeerLimits(faults=30)) as both:
            await both.settle()
            for number in range(25):
                body = bytes([number]) * 50_000
                both.far.deliver(pack(Envelope(Kind.CALL, number + 1, 0, body)))
                both.far.deliver(pack(Envelope(Kind.COMPLAINT, 0, 0, body)))
                both.far.deliver(pack(Envelope(Kind.ERROR, 0, 0, body)))
            for _ in range(5):
                await both.settle()
            assert len(both.server.complaints) == 20
            assert max(map(len, both.server.complaints)) < 700
            assert max(len(header) for header, _ in both.far.sent) < 5_000
            assert both.server.lost is not None
            assert "faults" in both.server.lost
            assert "faults" in (both.client.lost or "")

    run(main())


@pytest.mark.parametrize("body", [bytes(1_000_000), pack(Envelope(99, 1)) * 20_000])
def test_a_flood_of_what_is_no_message_gets_few_answers(body: bytes) -> None:
    async def main() -> None:
        async with ends(trusted=False) as both:
            await both.settle()
            both.far.sent.clear()
            both.far.deliver(body)
            await both.settle()
            assert sum(len(header) for header, _ in both.far.sent) < 200_000

    run(main())


def test_too_many_envelopes_in_one_message_end_the_connection() -> None:
    async def main() -> None:
        async with ends(trusted=False, limits=PeerLimits(envelopes=100)) as both:
            both.far.deliver(pack(Envelope(Kind.CANCEL, 1)) * 101)
            await both.settle()
            assert "envelopes" in (both.server.lost or "")

    run(main())


def test_answers_for_no_call_are_not_read() -> None:
    async def main() -> None:
        async with ends(trusted=False) as both:
            await both.settle()
            for kind in (Kind.RESULT, Kind.ERROR, Kind.PROGRESS):
                both.near.deliver(pack(Envelope(kind, 999, 0, b"junk")) * 50)
            await both.settle()
            assert both.client._connection.codec.faults == 0
            assert both.client.complaints == ()
            with pytest.raises(ValueError, match="characters"):
                await both.remote.fail("x" * 100_000)

    run(main())


def test_what_a_decorator_hides_shows_no_more_than_a_function() -> None:
    def secret() -> str:
        return "hidden"

    def traced(function: Callable[[], str]) -> Callable[[], str]:
        @functools.wraps(function)
        def wrapper() -> str:
            return function()

        return wrapper

    class Server:
        def make(self) -> Callable[[], str]:
            return traced(secret)

        def bound(self) -> Callable[[], object]:
            return self.make

    async def main() -> None:
        async with ends(serve=Server(), trusted=False) as both:
            for found in (await both.remote.make(), await both.remote.bound()):
                link = link_of(found)
                for name in (
                    "__wrapped__", "__globals__", "__code__", "__closure__", "__self__",
                    "__func__", "__class__", "__call__", "make", "cache_clear",
                ):  # fmt: skip
                    for kind, args in ((Kind.GET, ()), (Kind.CALL, ()), (Kind.SET, (1,))):
                        with pytest.raises(NotExposedError):
                            await link.ask(kind, Options(), name, args)
            assert await (await both.remote.make())() == "hidden"
            assert await (await (await both.remote.bound())())() == "hidden"

    run(main())


def test_an_error_that_would_end_a_coroutine_arrives_as_an_error() -> None:
    class Server:
        def first(self) -> int:
            return next(iter(()))

        async def first_later(self) -> int:
            return next(iter(()))

    async def main() -> None:
        async with ends(serve=Server()) as both:
            for call in (both.remote.first(), both.remote.first_later()):
                with pytest.raises(RuntimeError, match="StopIteration"):
                    await call

    run(main())


def test_a_message_that_fails_the_end_itself_stops_no_other() -> None:
    async def main() -> None:
        reported: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: reported.append(context)
        )
        async with ends(trusted=True) as both:
            both.client._connection._note = lambda _: 1 / 0  # type: ignore[assignment,method-assign]
            body = pickle.dumps(("ValueError", "x", "y", None), 5)
            bad, good = Envelope(Kind.ERROR, 0, 0, body), Envelope(Kind.BYE)
            both.near.deliver(pack(bad) + pack(good))
            await both.settle()
            assert both.client.lost == "the other side closed the connection"
            assert len(reported) == 1


def test_what_was_handed_over_is_let_go_when_the_connection_ends() -> None:
    async def main() -> None:
        async with ends() as both:
            account = await both.remote.open("Ada")
            assert both.server.handed_over == 1
            both.far.lose(OSError("the page has gone"))
            assert both.server.handed_over == 0
            del account

    run(main())
