"""Remote objects without ``await``, where Python can wait in the middle of a statement.

That is so where stacks can be switched (Pyodide from 0.27 on, in browsers with JavaScript promise
integration) and Python was entered asynchronously: by ``await``, in a task, in an ``async def``
handler. While it waits, the page goes on, so other code can run in the middle of the statement.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from bridge._browser import ffi
from bridge._waiting import require, wait
from bridge.rpc.envelopes import Kind
from bridge.rpc.remote import Member, Options, Remote, RemoteIterator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

__all__ = ["sync", "wait"]

T = TypeVar("T")

_PLAIN: Final = Options()


@overload
def sync(remote: object, kind: type[T]) -> T: ...
@overload
def sync(remote: object) -> Any: ...
def sync(remote: object, kind: type | None = None) -> Any:
    """Return a view of a remote object with the served class's own, synchronous interface.

    Args:
        remote: A remote object.
        kind: The served class: what type checkers see, and what tells methods from attributes
            without asking the other side.

    Raises:
        TypeError: It is no remote object.

    Examples:
        ``counter = sync(peer.remote, Counter)``, then ``counter.add(3)`` and ``counter.total``.
    """
    if isinstance(remote, RemoteIterator):
        return _iterate(remote)
    if not isinstance(remote, Remote):
        raise TypeError(f"expected a remote object, found {type(remote).__qualname__}")
    return _Synchronous(remote, kind)


def _wrapped(value: object) -> object:
    return sync(value) if isinstance(value, (Remote, RemoteIterator)) else value


def _iterate(remote: RemoteIterator) -> Iterator[object]:
    try:
        while True:
            try:
                item = wait(remote.__anext__())
            except StopAsyncIteration:
                return
            yield _wrapped(item)
    finally:
        # Not possible where the reader ended outside of every place that can wait.
        if ffi.stack_switching():
            wait(remote.aclose())


class _Synchronous:
    def __init__(self, remote: Remote, kind: type | None) -> None:
        self.__dict__["_remote"] = remote
        self.__dict__["_kind"] = kind

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._remote, name)
        if self._kind is not None:
            found = inspect.getattr_static(self._kind, name, None)
            if callable(found) or isinstance(found, (staticmethod, classmethod)):
                return _Method(member)
        require()
        return _wrapped(wait(member))

    def __setattr__(self, name: str, value: object) -> None:
        require()
        wait(getattr(self._remote, name).set(value))

    def __call__(self, *args: object, **named: object) -> Any:
        require()
        return _wrapped(wait(self._remote(*args, **named)))

    def __iter__(self) -> Iterator[object]:
        require()
        yield from _iterate(wait(self._remote._link.ask(Kind.ITERATE, _PLAIN)))  # noqa: SLF001 - the remote's own view

    def __enter__(self) -> Any:
        require()
        return _wrapped(wait(self._remote.__aenter__()))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        return wait(self._remote.__aexit__(kind, error, trace))

    @staticmethod
    def __rpc_by_reference__(view: _Synchronous) -> Remote:
        """As an argument, it is the remote object."""
        return view._remote

    if TYPE_CHECKING:
        _remote: Remote
        _kind: type | None

    def __repr__(self) -> str:
        return f"<{self._remote!r}, synchronously>"


class _Method:
    def __init__(self, member: Member) -> None:
        self._member = member

    def __call__(self, *args: object, **named: object) -> Any:
        require()
        return _wrapped(wait(self._member(*args, **named)))

    @staticmethod
    def __rpc_by_reference__(method: _Method) -> Member:
        """As an argument, it is awaited by who calls it: nobody can wait for it in this place."""
        return method._member
