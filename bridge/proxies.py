"""Lifetimes of what Python hands to the page.

A Python function that the page may call later needs a proxy, and a proxy lives until somebody
destroys it. A `ProxyScope` is that somebody: what is created in it ends with it. On CPython the
same code runs as plain bookkeeping, so that lifetimes can be tested without a browser.

Examples:
    >>> with ProxyScope("demo") as scope:
    ...     handle = scope.proxy(print)
    ...     live_counts()["demo: print"]
    1
    >>> "demo: print" in live_counts()
    False
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Self, TypeVar, cast

from bridge._browser import ffi
from bridge.errors import DisposedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["ProxyScope", "keep_alive", "live_counts"]

T = TypeVar("T")

# Counts and names only, never a proxy: it has to survive in a memory snapshot.
_live: Counter[str] = Counter()


def _name_of(obj: object) -> str:
    return str(getattr(obj, "__qualname__", None) or type(obj).__qualname__)


class ProxyScope:
    """Owns proxies, kept objects, clean-ups and inner scopes, and ends them together.

    Ending happens in the reverse order of creation, once; a second `dispose` does nothing. If
    clean-ups raise, all the others run nevertheless, and then the error is raised, or an
    ``ExceptionGroup`` of them when they are several.

    Args:
        name: Stands before each label in `live_counts`, so that a leak report says who.
        parent: The scope that ends this one, if this one does not end before.
    """

    __slots__ = ("_endings", "_parent", "_place", "disposed", "name")

    def __init__(self, name: str = "scope", parent: ProxyScope | None = None) -> None:
        self.name = name
        self.disposed = False
        self._endings: dict[object, Callable[[], object]] = {}
        self._parent = parent
        self._place: object = None
        if parent is not None:
            parent._check()  # noqa: SLF001 - the same class
            self._place = parent._add(self.dispose)  # noqa: SLF001 - the same class

    def proxy(self, obj: object, label: str | None = None) -> object:
        """Hand a Python object to the page for as long as the scope lives.

        Args:
            obj: Usually a function.
            label: Its name in `live_counts`; the object's own name if left out.

        Returns:
            The proxy to hand to the page; on CPython the object itself.

        Raises:
            DisposedError: The scope has ended.
        """
        self._check()
        handle = ffi.create_proxy(obj) if ffi.is_pyodide() else None
        self._count(label or _name_of(obj), None if handle is None else handle.destroy)
        return obj if handle is None else handle

    def keep(self, obj: T, label: str | None = None) -> T:
        """Keep an object; a proxy of a Python object is destroyed at the end.

        Raises:
            DisposedError: The scope has ended.
        """
        self._check()

        def ending() -> None:
            if ffi.is_python_handle(obj):
                cast("ffi.HostProxy", obj).destroy()

        self._count(label or _name_of(obj), ending)
        return obj

    def child(self, name: str) -> ProxyScope:
        """Open a scope that ends with this one, or earlier.

        Raises:
            DisposedError: The scope has ended.
        """
        return ProxyScope(name, self)

    def on_dispose(self, callback: Callable[[], object]) -> None:
        """Run a function when the scope ends.

        Raises:
            DisposedError: The scope has ended.
        """
        self._check()
        self._add(callback)

    def dispose(self) -> None:
        """End everything that the scope owns. A second call does nothing.

        Raises:
            ExceptionGroup: Several clean-ups raised; a single error is raised as it is.
        """
        if self.disposed:
            return
        self.disposed = True
        if self._parent is not None:
            self._parent._endings.pop(self._place, None)  # noqa: SLF001 - the same class
            self._parent = None
        errors: list[Exception] = []
        while self._endings:
            _, ending = self._endings.popitem()
            try:
                ending()
            except Exception as error:  # noqa: BLE001 - collected, and raised below
                errors.append(error)
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup(f"clean-ups of {self.name!r} failed", errors)

    def _check(self) -> None:
        if self.disposed:
            raise DisposedError(f"the scope {self.name!r}")

    def _add(self, ending: Callable[[], object]) -> object:
        place = object()
        self._endings[place] = ending
        return place

    def _count(self, what: str, ending: Callable[[], object] | None) -> None:
        label = f"{self.name}: {what}"
        _live[label] += 1

        def release() -> None:
            _live[label] -= 1
            if not _live[label]:
                del _live[label]
            if ending is not None:
                ending()

        self._add(release)

    def __enter__(self) -> Self:
        self._check()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.dispose()


_page = ProxyScope("page")


def keep_alive(x: T, owner: ProxyScope | None = None) -> T:
    """Keep an object alive, and return it.

    Args:
        x: What has to stay alive, such as a callback that the page holds.
        owner: The scope that keeps it and destroys it at its end. Without one it is kept for
            as long as the interpreter lives.

    Returns:
        The same object.

    Examples:
        >>> callback = keep_alive(lambda event: None)
    """
    return (_page if owner is None else owner).keep(x)


def live_counts() -> dict[str, int]:
    """Count what is alive in all scopes, by ``"scope: object"``.

    A test compares two calls; a leak report prints one.
    """
    return dict(_live)
