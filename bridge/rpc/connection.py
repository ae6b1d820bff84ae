"""One end of a connection: calls in flight, what was handed over, and who is gone.

Both ends are the same, so passing a function needs no case of its own: it is handed over, and
calling it is a call in the other direction.

Every call that is made ends, and ends once: with the answer, at its deadline, by being cancelled,
or when the connection is lost. Whatever arrives for a call that has ended is read and dropped, so
that what it hands over is given back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from bridge._browser import interrupts
from bridge._browser.interrupts import shielded
from bridge.rpc.call import Call
from bridge.rpc.codec import Codec
from bridge.rpc.envelopes import REQUESTS, VERSION, Envelope, Kind, unpack
from bridge.rpc.errors import (
    DeadlineExceededError,
    EncodingError,
    LimitExceededError,
    MalformedMessageError,
    PeerLostError,
    RpcError,
    VersionMismatchError,
)
from bridge.rpc.faults import pack_error, rebuild
from bridge.rpc.limits import COMPLAINT_CHARACTERS, COMPLAINTS, shortened
from bridge.rpc.outbox import Outbox, Pace
from bridge.rpc.remote import Link, Options
from bridge.rpc.serving import Server
from bridge.rpc.table import Table
from bridge.rpc.turns import continuing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from bridge._browser.ports import Port
    from bridge.rpc.limits import PeerLimits

__all__ = ["Connection"]

_log: Final = logging.getLogger("bridge.rpc")
_BEATS: Final = 5
"""Questions in a heartbeat: four answers tell that a port is closed."""
_BURST: Final = 16
_PER_SECOND: Final = 120.0
"""Progress that leaves at once; what exceeds it leaves with the next, or at the turn's end."""


def _why(body: bytes) -> str:
    """Return what the other end gives as its reason, after a colon."""
    if not body:
        return ""
    told = body[: 4 * COMPLAINT_CHARACTERS].decode("utf-8", "replace")
    return ": " + shortened(told, COMPLAINT_CHARACTERS)


def _nothing() -> None:
    """Ask nobody: such a port is never watched."""


class Connection:
    """The machinery of a `bridge.rpc.Peer`; its arguments are described there."""

    def __init__(
        self,
        port: Port,
        serve: object,
        *,
        interface: type | None,
        trusted: bool,
        allow: Collection[str],
        limits: PeerLimits | None,
        name: str,
        interrupt: Callable[[int], object] | None,
        grace: float,
        heartbeat: float | None,
    ) -> None:
        if heartbeat is not None and heartbeat <= 0:
            raise ValueError(f"expected a positive number of seconds, found {heartbeat}")
        self.name = name
        self.loop = asyncio.get_running_loop()
        self.lost: str | None = None
        self.cause: Exception | None = None
        self.ended: asyncio.Future[None] = self.loop.create_future()
        self.complaints: list[str] = []
        self.calls: dict[int, Call[Any]] = {}
        self.server: Server
        # The server needs the table, and the table tells the server: it is looked up on use.
        self.table = Table(lambda target: self.server.dropped(target))  # noqa: PLW0108 - see above
        self.codec = Codec(self, trusted=trusted, allow=allow, limits=limits)
        self.continuing = continuing()
        self.outbox = Outbox(port, self.loop.call_soon)
        self.server = Server(
            self, self.outbox.send, self._urgent, interface, addressed=interrupts.addresses(port)
        )
        self._port = port
        self._serial = 0
        self._inbox: deque[Envelope] = deque()
        self._links: WeakValueDictionary[int, Link] = WeakValueDictionary()
        self._given_back: list[tuple[int, int]] = []
        self._interrupt = interrupt
        self._grace = grace
        self._late: dict[int, asyncio.TimerHandle] = {}
        self._pace = Pace(_BURST, _PER_SECOND)
        if serve is not None:
            self.table.serve(serve)
        # What was sent before the other end said what it reads; sent again if that was no pickle.
        self._early: list[tuple[Call[Any], Kind, Link, str, Any, Any]] | None = (
            [] if trusted else None
        )
        self.outbox.send(Envelope(Kind.HELLO, VERSION, int(not trusted)))
        port.listen(self._receive, self.lose, self._complain)
        watch = getattr(port, "watch", None)
        self._pause = heartbeat / _BEATS if heartbeat and watch is not None and watch() else 0.0
        self._probe: Callable[[], None] = getattr(port, "probe", _nothing)
        self._beating: asyncio.TimerHandle | None = None

    # Calls that this end makes.

    @shielded
    def ask(  # noqa: PLR0917 - called for each call, by place
        self,
        kind: Kind,
        link: Link,
        name: str,
        args: tuple[object, ...],
        named: dict[str, object],
        options: Options,
    ) -> Call[Any]:
        """Send a request; whatever goes wrong is the ending of the call."""
        self._serial = number = self._serial + 1
        call: Call[Any] = Call(number, name, options, self)
        if self.lost is not None:
            call.fail(self._loss(call))
            return call
        if options.timeout is not None:
            call.timer = self.loop.call_later(options.timeout, self._expire, call)
        if self._early is not None:
            self._early.append((call, kind, link, name, args, named))
        self._ask(call, kind, link, name, args, named)
        return call

    def _ask(  # noqa: PLR0917 - the same
        self, call: Call[Any], kind: Kind, link: Link, name: str, args: Any, named: Any
    ) -> None:
        number = call.number
        try:
            encoded = self.codec.encode_request(name, args, named, call.what)
        except EncodingError as error:
            call.fail(error)
            return
        body, references, buffers, flags = encoded
        self.calls[number] = call
        try:
            self.outbox.send(Envelope(kind, number, link.number, body, references, buffers, flags))
        except Exception as error:  # noqa: BLE001 - the port refused it: the call's ending
            del self.calls[number]
            self.codec.withdraw(encoded)
            call.fail(EncodingError(call.what, f"{type(error).__name__}: {error}"))
            return
        if self._pause and self._beating is None:
            self._beating = self.loop.call_later(self._pause, self._beat)

    @shielded
    def _beat(self) -> None:
        # Who waits for nothing needs not know whether the other end is there.
        self._beating = None
        if self.calls and self.lost is None:
            self._probe()
            self._beating = self.loop.call_later(self._pause, self._beat)

    def _greeted(self, envelope: Envelope) -> None:
        if envelope.call != VERSION:
            self.lose(VersionMismatchError(VERSION, envelope.call))
            return
        early, self._early = self._early, None
        if not envelope.target & 1 or self.codec.plain:
            return
        self.codec.plain = True
        for call, kind, link, name, args, named in early or ():
            # Its pickle is refused: under a number of its own, it is asked again.
            if self.calls.pop(call.number, None) is call:
                self._serial = call.number = self._serial + 1
                self._ask(call, kind, link, name, args, named)

    def abandon(self, call: Call[Any]) -> None:
        """Tell the other end that nobody waits for the answer any more."""
        if self.calls.pop(call.number, None) is None or self.lost is not None:
            return
        self.outbox.send(Envelope(Kind.CANCEL, call.number))
        if self._interrupt is not None:
            self._late[call.number] = self.loop.call_later(
                self._grace, self._interrupt_late, call.number
            )

    def _expire(self, call: Call[Any]) -> None:
        if not call.done():
            self.abandon(call)
            call.fail(DeadlineExceededError(call.what, call.options.timeout or 0.0))

    def _interrupt_late(self, number: int) -> None:
        # It did not answer to a message: then it computes, and interrupts are for who computes.
        # Or it is yet to be begun, behind another one: this is looked after until it ends.
        if self._late.pop(number, None) is not None and self._interrupt is not None:
            self._late[number] = self.loop.call_later(self._grace, self._interrupt_late, number)
            self._interrupt(number)

    # References.

    def export(self, obj: object) -> int:
        """Hand an object over.

        Raises:
            LimitExceededError: The other end is not trusted, and holds too many.
        """
        most = self.codec.limits.handed_over
        if not self.codec.trusted and len(self.table) >= most and not self.table.knows(obj):
            raise LimitExceededError("handed_over", len(self.table) + 1, most)
        return self.table.add(obj)

    def unexport(self, numbers: Iterable[int]) -> None:
        """Take hand-overs back that were never sent."""
        for number in numbers:
            self.table.release(number, 1)

    def knows(self, obj: object) -> bool:
        """Tell whether an object has been handed over already."""
        return self.table.knows(obj)

    def own(self, number: int) -> object:
        """Return an object of this end that the other end sends back."""
        return self.table.find(number).target

    def adopt(self, number: int) -> object:
        """Take what the other end handed over; the same object while it is in use."""
        link = self._links.get(number)
        if link is None or link.released:
            link = self._links[number] = Link(self, number)
        link.received += 1
        return link.stand_in()

    @shielded
    def give_back(self, number: int, times: int) -> None:
        """Tell the other end in the next turn; collectors call this at any moment."""
        self._given_back.append((number, times))
        if len(self._given_back) == 1 and self.lost is None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._send_given_back)

    @shielded
    def _send_given_back(self) -> None:
        given_back, self._given_back = self._given_back, []
        if self.lost is None:
            for number, times in given_back:
                self.outbox.send(Envelope(Kind.RELEASE, times, number))

    # What arrives.

    @shielded
    def _receive(self, batch: bytes, buffers: Sequence[object]) -> None:
        envelopes, fault = unpack(batch, buffers)
        most = self.codec.limits.envelopes
        if not self.codec.trusted and len(envelopes) > most:
            self.lose(LimitExceededError("envelopes", len(envelopes), most))
            return
        self._inbox.extend(envelopes)
        if len(envelopes) > 1:
            # A served function may wait in the middle of its statement, where stacks can be
            # switched; then the rest is handled without it.
            self.loop.call_soon(self._drain)
        self._drain()
        if fault is not None:
            self._complain(str(fault))

    def _count_faults(self) -> None:
        most = self.codec.limits.faults
        if not self.codec.trusted and self.codec.faults > most:
            self.lose(LimitExceededError("faults", self.codec.faults, most))

    @shielded
    def _drain(self) -> None:
        inbox = self._inbox
        try:
            while inbox:
                try:
                    self._handle(inbox.popleft())
                    self._count_faults()
                except Exception as error:  # noqa: BLE001 - one message, and not those behind it
                    self.loop.call_exception_handler(
                        {"message": f"{self.name}: a message was not handled", "exception": error}
                    )
        finally:
            if self.lost is None:
                self.outbox.flush()

    def _handle(self, envelope: Envelope) -> None:  # noqa: C901 - one case per kind
        kind, number = envelope.kind, envelope.call
        if kind == Kind.RESULT:
            self._result(envelope)
        elif kind in REQUESTS:
            self.server.handle(envelope)
        elif kind == Kind.ERROR:
            self._error(envelope)
        elif kind == Kind.PROGRESS:
            self._progress(envelope)
        elif kind == Kind.RELEASE:
            self.table.release(envelope.target, number)
        elif kind == Kind.CANCEL:
            self.server.cancel(number)
        elif kind == Kind.CANCELLED:
            call = self._take(number)
            if call is not None:
                call.drop()
        elif kind == Kind.HELLO:
            self._greeted(envelope)
        elif kind == Kind.BYE:
            self.lose("the other side closed the connection" + _why(envelope.body), tell=False)
        elif kind == Kind.COMPLAINT:
            self._note("the other side could not read a message" + _why(envelope.body))
        else:
            error = MalformedMessageError(f"{kind} is no kind of message")
            self.codec.faults += 1
            self.outbox.send(pack_error(number, error, self.codec))

    def _take(self, number: int) -> Call[Any] | None:
        late = self._late.pop(number, None)
        if late is not None:
            late.cancel()
        return self.calls.pop(number, None)

    def _read(self, envelope: Envelope) -> Any:
        return self.codec.decode(
            envelope.body, envelope.references, envelope.buffers, envelope.flags
        )

    def _drop(self, envelope: Envelope) -> None:
        """Give back what an answer brings that nobody waits for."""
        if envelope.references and (
            self.codec.trusted or len(envelope.references) <= self.codec.limits.references
        ):
            for number in envelope.references:
                self.adopt(number)

    def _result(self, envelope: Envelope) -> None:
        call = self._take(envelope.call)
        if call is None:
            self._drop(envelope)
            return
        try:
            value = self._read(envelope)
        except RpcError as error:
            call.fail(error)
        else:
            call.settle(value)

    def _error(self, envelope: Envelope) -> None:
        call = self._take(envelope.call)
        if call is None and envelope.call != 0:
            self._drop(envelope)
            return
        try:
            error: Exception = rebuild(self._read(envelope), self.codec)
        except RpcError as fault:
            error = fault
        if call is not None:
            call.fail(error)
        elif envelope.call == 0:
            self._note(str(error))

    def _progress(self, envelope: Envelope) -> None:
        call = self.calls.get(envelope.call)
        if call is None:
            self._drop(envelope)
            return
        try:
            value = self._read(envelope)
        except RpcError as error:
            self._note(str(error))
            return
        if call.options.on_progress is None:
            return
        try:
            call.options.on_progress(value)
        except Exception as error:  # noqa: BLE001 - reported: a bad listener harms no call
            self.loop.call_exception_handler(
                {"message": f"the progress listener of {call.what} failed", "exception": error}
            )

    def _urgent(self, envelope: Envelope) -> None:
        self.outbox.send(envelope)
        if not self._pace.grant(self.loop.time()):
            return
        # The callee may go on computing: what waits for the end of its turn waits long.
        self.outbox.flush()
        flush = getattr(self._port, "flush", None)
        if flush is not None:
            flush()

    def _complain(self, detail: str) -> None:
        self._note(detail)
        if self.lost is None:
            told = shortened(detail, COMPLAINT_CHARACTERS)
            self.outbox.send(Envelope(Kind.COMPLAINT, 0, 0, told.encode("utf-8", "replace")))
            self.outbox.flush()
        self.codec.faults += 1
        self._count_faults()

    def _note(self, detail: str) -> None:
        detail = shortened(detail, COMPLAINT_CHARACTERS)
        self.complaints = [*self.complaints[1 - COMPLAINTS :], detail]
        _log.warning("%s: %s", self.name, detail)

    # The end.

    def _loss(self, call: Call[Any]) -> PeerLostError:
        error = PeerLostError(call.what, self.lost or "")
        error.__cause__ = self.cause
        return error

    def lose(self, reason: Exception | str, *, tell: bool = True) -> None:
        """End every call and let go of everything; a second call does nothing.

        Args:
            reason: Why; an exception becomes the cause of what the calls raise.
            tell: Whether the other end is told, should it be there.
        """
        if self.lost is not None:
            return
        self.lost = str(reason)
        self.cause = reason if isinstance(reason, Exception) else None
        if tell:
            # Who exceeds a limit is told which.
            why = str(reason).encode() if isinstance(reason, LimitExceededError) else b""
            self.outbox.send(Envelope(Kind.BYE, body=why))
            self.outbox.flush()
        self._inbox.clear()
        calls, self.calls = list(self.calls.values()), {}
        late, self._late = list(self._late.values()), {}
        for timer in late:
            timer.cancel()
        if self._beating is not None:
            self._beating.cancel()
        self.server.stop()
        self.table.clear()
        self._port.close()
        for call in calls:
            call.fail(self._loss(call))
            # Who does not wait for a call any more is not to be told a second time.
            call._log_traceback = False  # noqa: SLF001 - the future's own switch
        if not self.ended.done():
            self.ended.set_result(None)
