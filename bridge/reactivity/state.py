# ruff: noqa: SLF001 - the modules of the engine are friends
"""The graph of signals and computeds: who read what, what is out of date, what has to run.

A write *marks* everything downstream as perhaps stale, without evaluating anything; a read, or
the end of the batch, *pulls*: it looks at the sources of a stale node in the order in which they
were read, brings each up to date, and evaluates the node only if one of them really changed. So
nothing is evaluated twice for one change, nothing shows a state in between, and what nobody
observes costs nothing. The scheme is that of preact/signals and of Reactively (M. Gregg).

Time is one counter, `now.clock`. A source's ``_version`` is the time of its last change, an
observer's ``_at`` the time up to which it is known to be right; a source has news for an observer
exactly if ``source._version > observer._at``, so that an edge needs no version of its own.

Edges. An observer always knows its sources, by position: a run that reads the same sources in
the same order, the usual one, compares and stores nothing. A source knows only observers that
lead to an effect ('linked'): an unobserved computed is held by nobody and can be collected. It
checks its sources when it is read, at most once per write anywhere; from the second time on it
has a `Shadow`, which its sources know in its place, and checks them only if that was marked.

Invariants:
    - A linked computed that is stale has been marked, and so has everything downstream of it.
    - An unlinked computed is always stale; it is right nevertheless while ``_at >=
      now.last_write``, or while its shadow is not stale.
    - What a computed with a shadow read has a shadow, too, or is a signal, and knows of it. A
      shadow that is stale has been marked, and so has everything downstream of it.
    - While a computed is evaluated its ``_at`` is RUNNING, and before the first time NEVER. It
      writes nothing that is older than its evaluation (``_floor``).
    - No function of the engine recurses along edges, and neither does deallocation: the stack of
      WebAssembly is small and cannot grow.

The graph belongs to one thread: Pyodide has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.reactivity.reactions import Reaction

__all__ = [
    "NESTING_LIMIT",
    "NEVER",
    "RUNNING",
    "UNSET",
    "Frame",
    "Observer",
    "Shadow",
    "Source",
    "label_of",
    "now",
    "untrack",
]

T = TypeVar("T")

NESTING_LIMIT: Final = 100
"""How many functions of the graph may run inside each other; deeper chains are evaluated from
their far end. Each takes four to six frames of Pyodide's thousand."""

UNSET: Final = object()
NEVER: Final = -1
RUNNING: Final = -2

# A name and no literal: mypy then looks for slots in the subclasses, which have them.
_NO_SLOTS: tuple[str, ...] = ()


class Source:
    """What can be read: a signal or a computed."""

    __slots__ = _NO_SLOTS
    _observers: dict[Marked, None] | None
    _version: int
    _stale: bool
    _linked: bool  # a signal never is: this is about what lies behind a source
    _at: int
    _shadow: Shadow | None  # a signal has none

    def _link(self, observer: Observer) -> None:
        raise NotImplementedError

    def _follow(self, shadow: Shadow) -> None:
        raise NotImplementedError

    def _label(self) -> str:
        raise NotImplementedError


class Frame:
    """What can be running: a computed, a reaction, a scope, or nothing of the graph."""

    __slots__ = _NO_SLOTS
    _caller: Frame | None
    _depth: int
    _floor: int
    _owns = False  # whether what is made while it runs belongs to it
    _stale: bool
    _owner: Frame | None  # a computed has none

    def _label(self) -> str:
        raise NotImplementedError


class Observer(Frame):
    """What reads while it runs, and remembers what it read."""

    _heeds = False  # whether it follows what an effect read that failed in its first run

    __slots__ = (
        "__weakref__",
        "_at",
        "_caller",
        "_depth",
        "_floor",
        "_linked",
        "_old",
        "_pos",
        "_seen",
        "_sources",
        "_stale",
    )
    _sources: list[Source]
    _pos: int  # how many of _sources this run has read again
    _old: list[Source] | None  # the rest of them, from the first difference on
    _seen: set[Source]  # _sources up to _pos, where there are many; there if _old is a list
    _at: int
    _stale: bool
    _linked: bool
    _observers: dict[Marked, None] | None  # always None for a reaction
    _shadow: Shadow | None  # always None for a reaction


class Shadow:
    """What the sources of an unobserved computed know in its place, and do not keep it alive by.

    It takes the marks for it: while it is not stale, the computed is right and needs no check.
    Signals have shadows among their observers; those of computeds are in the shadow of these, so
    that the graph of shadows is one of its own.
    """

    __slots__ = ("_observers", "_spoilt", "_stale")

    def __init__(self, *, stale: bool) -> None:
        self._observers: dict[Marked, None] = {}
        self._stale = stale
        # For good: something behind it wrote while it was evaluated, which marks cannot follow.
        self._spoilt = False


Marked: TypeAlias = "Observer | Shadow"


class _Root(Frame):
    __slots__ = ("_caller", "_depth", "_floor")

    def __init__(self) -> None:
        self._caller = None
        self._depth = -1
        self._floor = -1


class _Now:
    """The state of the engine: what time it is, and what runs."""

    __slots__ = ("active", "batch_depth", "clock", "last_write", "observer", "queue")

    def __init__(self) -> None:
        self.clock = 0
        self.last_write = 0
        self.observer: Observer | None = None  # who records reads; nobody inside untracked()
        self.active: Frame = _Root()  # the innermost running function of the graph
        self.batch_depth = 0
        self.queue: list[Reaction] = []


now: Final = _Now()


def label_of(kind: str, name: str | None, fn: object = None) -> str:
    """Name a node in messages: as it was named, or after its function and the place of that."""
    if name is not None:
        return f"{kind} {name!r}"
    code = getattr(fn, "__code__", None)
    if code is None:
        return f"{kind} {getattr(fn, '__qualname__', 'without a name')}"
    return f"{kind} {fn.__qualname__} (line {code.co_firstlineno})"  # type: ignore[attr-defined]


def untrack(fn: Callable[..., T], *args: object) -> T:
    """Call a function whose reads nobody records."""
    outer = now.observer
    now.observer = None
    try:
        return fn(*args)
    finally:
        now.observer = outer


def running() -> list[str]:
    """Name the running functions, outermost first."""
    names = []
    frame: Frame | None = now.active
    while frame is not None and frame._caller is not None:
        names.append(frame._label())
        frame = frame._caller
    return names[::-1]
