"""A call in flight: pending, then done, failed or cancelled, once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from bridge.offload.waiting import require_no_section
from bridge.reactivity import Signal
from bridge.reactivity.reactions import begin_batch, end_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

__all__ = ["FRAME", "Call", "Keeper", "together"]

T = TypeVar("T")

logger = logging.getLogger("bridge.offload")

FRAME: Final = 1 / 60
"""Seconds: of the progress that arrives within one, the last is shown."""


@contextmanager
def together(what: str) -> Iterator[None]:
    """Write signals as a batch; errors of the effects that follow are reported.

    Those effects are the application's: their errors are not those of the call that is shown.

    Args:
        what: What they follow.
    """
    begin_batch()
    try:
        yield
    finally:
        try:
            end_batch()
        except Exception as error:  # noqa: BLE001 - reported
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"what follows {what} failed", "exception": error}
            )


class Keeper(Protocol):
    """Who is told when a call has ended: its scope, its slot."""

    def ended(self, call: Call[Any]) -> None:
        """Take the news; the call is done."""


class Call(asyncio.Future[T]):
    """One offloaded call. Awaiting it gives the value, or raises what the function raised.

    It is a future: it can be gathered, waited for with a timeout, or shielded. Cancelling it, or
    the task that awaits it, ends the work.

    Attributes:
        name: The function's name.
        progress: A signal of what the function reported last; None before.
        pending: A signal: whether it has not ended.
        failure: What it ended with, if it failed. Reading it does not count as taking notice, which
            asyncio asks of who awaits: a failure that nobody awaits is reported.
    """

    def __init__(self, name: str, attempts: int = 1) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.name = name
        self.progress: Signal[Any] = Signal(None, name=f"{name}.progress")
        self.pending: Signal[bool] = Signal(True, name=f"{name}.pending")
        self.failure: BaseException | None = None
        self._attempts = attempts
        self._keepers: list[Keeper] = []
        self._inner: asyncio.Future[T] | None = None
        self._begin: Callable[[Callable[[object], None]], asyncio.Future[T]] | None = None
        self._reported: object = None
        self._showing: asyncio.TimerHandle | None = None

    def begin(self, begin: Callable[[Callable[[object], None]], asyncio.Future[T]]) -> None:
        """Start the work.

        Args:
            begin: Starts it, given what to call with its progress; may be called again if the
                worker died and the work may be repeated.

        Raises:
            Exception: What ``begin`` raised: nothing was started.
        """
        self._begin = begin
        self._inner = inner = begin(self._report)
        inner.add_done_callback(self._delivered)

    def keep(self, keeper: Keeper) -> None:
        """Tell somebody when the call has ended."""
        self._keepers.append(keeper)

    def cancel(self, msg: Any = None) -> bool:
        """End the call: who awaits it gets ``CancelledError``; what still comes is dropped."""
        if not super().cancel(msg):
            return False
        self._over()
        if self._inner is not None:
            self._inner.cancel(msg)
        return True

    def __await__(self) -> Generator[Any, None, T]:
        if not self.done():
            require_no_section()
        return super().__await__()

    __iter__ = __await__

    def _report(self, value: object) -> None:
        if self.done():
            return
        self._reported = value
        if self._showing is None:
            self._showing = self.get_loop().call_later(FRAME, self._show)

    def _show(self) -> None:
        self._showing = None
        self.progress.set(self._reported)

    def _delivered(self, inner: asyncio.Future[T]) -> None:
        if inner is not self._inner:
            return
        error = None if inner.cancelled() else inner.exception()
        if self.done():
            if error is not None:
                logger.info("%s failed after it had been given up", self.name, exc_info=error)
        elif inner.cancelled():
            super().cancel("the work was cancelled")
            self._over()
        elif error is None:
            super().set_result(inner.result())
            self._over()
        elif self._attempts > 1 and self._begin is not None and _is_loss(error):
            self._attempts -= 1
            logger.warning("%s is repeated: %s", self.name, error)
            self._again(error)
        else:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self.failure = error
        super().set_exception(error)
        self._over()

    def _again(self, error: BaseException) -> None:
        try:
            if self._begin is not None:
                self.begin(self._begin)
        except Exception as refusal:  # noqa: BLE001 - it is the ending of the call
            refusal.__context__ = error
            self._fail(refusal)

    def _over(self) -> None:
        keepers, self._keepers = self._keepers, []
        with together(f"the end of {self.name}"):
            if self._showing is not None:
                self._showing.cancel()
                self._showing = None
                if not self.cancelled():
                    self.progress.set(self._reported)
            self.pending.set(False)
            for keeper in keepers:
                keeper.ended(self)

    def __repr__(self) -> str:
        if not self.done():
            state = "pending"
        elif self.cancelled():
            state = "cancelled"
        else:
            state = "done" if self.failure is None else "failed"
        return f"<call of {self.name}: {state}>"


def _is_loss(error: BaseException) -> bool:
    from bridge.rpc.errors import PeerLostError  # noqa: PLC0415 - only where something failed
    from bridge.worker.errors import WorkerDiedError  # noqa: PLC0415 - the same

    return isinstance(error, (PeerLostError, WorkerDiedError))
