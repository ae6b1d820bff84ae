"""Offloading to one worker, which is started on use and replaced when it has ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Self

from bridge._modules import import_in_turns
from bridge.errors import DisposedError
from bridge.offload.naming import has_name, module_of, plain, require_importable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from bridge.rpc import Peer
    from bridge.worker import Worker

__all__ = ["WorkerExecutor"]

_NEEDED: Final = (
    *("base64", "pickletools", "bridge._browser.ports", "bridge._browser.workers"),
    *("bridge.rpc", "bridge.worker", "bridge.offload.inside"),
)
"""What the first call imports, in parts each of which leaves the page time to draw."""


class WorkerExecutor:
    """Does work in one worker, one call at a time, in the order in which the calls were made.

    The worker starts with the first call; the module of a function is sent along when it is needed
    and the worker does not know it. Functions that no module has (lambdas, what the running program
    defines) cross by value, with cloudpickle of the Pyodide distribution. A call that is cancelled
    while it computes is asked to stop, then interrupted where the page is isolated, and at last its
    worker is terminated; the calls behind it go to a new one.

    Args:
        packages: Packages of the Pyodide distribution, or URLs of wheels, for the worker.
        modules: Further modules of this interpreter to send along, such as those of the arguments'
            classes.
        patience: Seconds that cancelled work gets to notice.
        grace: Seconds that an interrupt gets to work.
        options: Further arguments of `bridge.worker.spawn`.

    Attributes:
        started: How many workers were started so far.
    """

    def __init__(
        self,
        *,
        packages: Iterable[str] = (),
        modules: Iterable[str] = (),
        patience: float = 0.1,
        grace: float = 0.5,
        **options: Any,
    ) -> None:
        self.started = 0
        self._options = {"name": "offload", **options, "packages": [*packages]}
        self._modules = tuple(modules)
        self._patience = patience
        self._grace = grace
        self._worker: Worker | None = None
        self._peer: Peer | None = None
        self._sent: dict[str, str] = {}
        self._starting: asyncio.Task[Worker] | None = None
        self._turn: asyncio.Lock | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    def execute(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        on_progress: Callable[[Any], object] | None,
        /,
    ) -> asyncio.Future[Any]:
        """Let the worker call ``fn(*args, **kwargs)``.

        Raises:
            DisposedError: The executor was closed.
            NotOffloadableError: The function is bound to an object of this interpreter.
        """
        if self._closed:
            raise DisposedError("the executor")
        # Refused here, at the line that offloads, and not when the worker is ready.
        named = has_name(fn)
        # Not `create_task`: Pyodide 0.27 reports every task made by it that is cancelled.
        work = self._perform(fn, args, kwargs, on_progress, named=named)
        task: asyncio.Task[Any] = asyncio.Task(work, loop=asyncio.get_running_loop())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def start(self) -> Worker:
        """Start the worker now, so that the first call need not wait; return it."""
        async with self._order():
            await self._ready()
        if self._worker is None:
            raise DisposedError("the executor")
        return self._worker

    def close(self) -> None:
        """Cancel what is pending and terminate the worker; a second call does nothing."""
        self._closed = True
        for task in list(self._tasks):
            task.cancel()
        if self._starting is not None:
            self._starting.cancel()
        self._drop()

    def _order(self) -> asyncio.Lock:
        # Made on use: an executor may be made before there is an event loop.
        if self._turn is None:
            self._turn = asyncio.Lock()
        return self._turn

    def _drop(self) -> None:
        worker, self._worker, self._peer = self._worker, None, None
        if worker is not None:
            worker.terminate()

    async def _ready(self) -> Peer:
        if self._peer is not None and self._worker is not None and self._worker.alive:
            return self._peer
        await import_in_turns(*_NEEDED)
        from bridge.rpc import Peer  # noqa: PLC0415 - together with workers, on use
        from bridge.worker import spawn  # noqa: PLC0415 - the same

        # Before the start: what changes meanwhile is sent again.
        digests = await self._digests(self._modules)
        if self._starting is None:
            self._drop()
            self._starting = asyncio.ensure_future(spawn(modules=self._modules, **self._options))
        # Who gives up a call does not take the worker from those behind it.
        starting = self._starting
        try:
            self._worker = await asyncio.shield(starting)
        finally:
            if starting.done():
                self._starting = None
        self.started += 1
        self._sent = digests
        # The peer interrupts nobody: whoever gave up a call waits here until the worker is free.
        self._peer = Peer(self._worker.port, trusted=True, name="offload", heartbeat=None)
        if self._closed:
            self._drop()
            raise DisposedError("the executor")
        return self._peer

    async def _perform(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        on_progress: Callable[[Any], object] | None,
        *,
        named: bool,
    ) -> Any:
        async with self._order():
            remote = (await self._ready()).remote
            from bridge.rpc import with_options  # noqa: PLC0415 - together with workers, on use

            try:
                told = with_options(remote, on_progress=on_progress)
                if named:
                    sent = require_importable(fn)
                    await self._send_changed(remote)
                    await self._send(remote, module_of(sent))
                    return await told.call(sent, *args, **kwargs)
                from bridge.offload.inside import perform  # noqa: PLC0415 - together with workers

                body = await self._by_value(remote, fn)
                return await told.call(perform, body, *args, **kwargs)
            except asyncio.CancelledError:
                # The next call must not be hit by what ends this one, nor wait behind it for ever.
                if self._worker is not None and not self._closed:
                    await self._worker.recover(self._patience, self._grace)
                raise

    async def _by_value(self, remote: Any, fn: Callable[..., Any]) -> bytes:
        from bridge.pool.functions import BY_VALUE, load_by_value  # noqa: PLC0415 - seldom needed
        from bridge.pool.packing import pack  # noqa: PLC0415 - the same

        await load_by_value()
        await self._send_changed(remote)
        await self._send(remote, BY_VALUE)
        await self._send(remote, module_of(fn))
        return pack(plain(fn), getattr(fn, "__qualname__", "the function"), whole=True).body

    @staticmethod
    async def _digests(modules: Iterable[str]) -> dict[str, str]:
        from bridge._marshal.modules import parcels  # noqa: PLC0415 - together with workers, on use

        found = [await parcels.get_in_turns(module) for module in modules]
        return {parcel.module: parcel.digest for parcel in found if parcel is not None}

    async def _send(self, remote: Any, module: str) -> None:
        from bridge._marshal.modules import is_sent, parcels  # noqa: PLC0415 - together with workers
        from bridge.offload.inside import accept, knows  # noqa: PLC0415 - the same

        if module in self._sent or not is_sent(module):
            return
        parcel = None
        # Asked before it is packed, which takes long.
        if not await remote.call(knows, module):
            parcel = await parcels.get_in_turns(module)
        if parcel is not None:
            await remote.call(accept, *parcel)
        self._sent[module] = "" if parcel is None else parcel.digest

    async def _send_changed(self, remote: Any) -> None:
        """Send again what has changed of the modules that the worker has."""
        from bridge._marshal.modules import parcels  # noqa: PLC0415 - together with workers
        from bridge.offload.inside import accept  # noqa: PLC0415 - the same

        for module, digest in list(self._sent.items()):
            parcel = await parcels.get_in_turns(module) if digest else None
            if parcel is not None and parcel.digest != digest:
                await remote.call(accept, *parcel)
                self._sent[module] = parcel.digest

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
