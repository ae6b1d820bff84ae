# ruff: noqa: SLF001 - the modules of the engine are friends
"""Computeds: values that follow from others, and how they are brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from bridge.reactivity.edges import forget, reconcile, spoil, track
from bridge.reactivity.equality import PLAIN, Equality, same
from bridge.reactivity.errors import CycleError
from bridge.reactivity.state import (
    NESTING_LIMIT,
    NEVER,
    RUNNING,
    UNSET,
    Frame,
    Observer,
    Shadow,
    Source,
    label_of,
    now,
    untrack,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Computed", "pull"]

T = TypeVar("T")

# Parts of dropped nodes that wait to be deallocated one after the other.
_dying: list[object] = []
_burying: list[bool] = []


class Descend(BaseException):
    """Unwinds a first evaluation that is nested too deep, to start again at its far end."""

    def __init__(self, node: Computed[Any], caller: Frame | None) -> None:
        super().__init__()
        self.path: list[Computed[Any]] = [node]
        while isinstance(caller, Computed):
            self.path.append(caller)
            caller = caller._caller


class Computed(Observer, Source, Generic[T]):
    """A value that follows from others. Made by `computed`.

    Its function runs when the value is asked for and something that it read has changed, and not
    otherwise. An exception is a value too: it is raised to every reader until a source changes.
    """

    __slots__ = (
        "_equals",
        "_error",
        "_fn",
        "_observers",
        "_shadow",
        "_trace",
        "_value",
        "_version",
        "name",
    )

    def __init__(
        self, fn: Callable[[], T], *, equals: Equality[T] = None, name: str | None = None
    ) -> None:
        self._fn = fn
        self._equals = equals
        self.name = name
        self._value: T = UNSET  # type: ignore[assignment]
        self._error: Exception | None = None
        self._version = self._at = NEVER
        self._stale = True
        self._linked = False
        self._sources = []
        self._observers = self._old = self._shadow = None

    @property
    def value(self) -> T:
        """The value, brought up to date if need be. Reading tracks.

        Raises:
            CycleError: The function needs its own value.
            Exception: What the function raised.
        """
        if self._stale and self._at < now.last_write:
            shadow = self._shadow
            if shadow is None or shadow._stale:
                pull(self)
        observer = now.observer
        if observer is not None:
            pos = observer._pos
            sources = observer._sources
            if pos < len(sources):
                if sources[pos] is self:
                    observer._pos = pos + 1
                else:
                    track(observer, self)
            elif pos > 8 or self not in sources:  # noqa: PLR2004 - saves a call where it is cheap
                track(observer, self)
        if self._error is not None:
            raise self._error.with_traceback(self._trace)
        return self._value

    def peek(self) -> T:
        """Read without depending on it."""
        return untrack(lambda: self.value)

    def subscribe(self, callback: Callable[[T], object]) -> Callable[[], None]:
        """Call `callback` with the present value now, and with each new one; see `Signal`."""
        from bridge.reactivity.effects import subscribe_to  # noqa: PLC0415 - it builds on this

        return subscribe_to(self, callback)

    def _evaluate(self) -> None:  # noqa: C901, PLR0912, PLR0915 - every evaluation passes here
        """Run the function, remember what it read, and note whether the value changed."""
        state = now
        caller = state.active
        depth = caller._depth + 1
        if depth > NESTING_LIMIT:
            raise Descend(self, caller)
        outer = state.observer
        self._caller = caller
        self._depth = depth
        self._at = RUNNING
        self._pos = 0
        self._floor = state.clock = state.clock + 1
        state.observer = state.active = self
        at = NEVER
        try:
            value = self._fn()
            old = self._value
            if value is not old or self._equals is not None:
                equals = self._equals
                kind = type(value)
                if equals is not None or (kind is type(old) and kind not in PLAIN):
                    state.observer = None
                    changed = equals is False or old is UNSET or not (equals or same)(old, value)
                else:
                    changed = kind is not type(old) or value != old
                if changed:
                    self._value = value
                    self._version = self._floor
                    self._error = None
            at = state.clock
        except Exception as error:  # noqa: BLE001 - it is kept and raised to every reader
            self._fail(error)
            if not isinstance(error, RecursionError | CycleError):
                at = state.clock
        except BaseException as error:
            # An exit or interrupt is no value: it is not kept, and the next reader evaluates
            # anew. Its reader follows what could make that end otherwise.
            if outer is not None and not isinstance(error, Descend):
                self._hand_over(outer)
            raise
        finally:
            state.observer = outer
            state.active = caller
            self._caller = None
            self._at = at
            if self._old is not None or self._pos != len(self._sources):
                reconcile(self)
        self._stale = not self._linked
        shadow = self._shadow
        if shadow is not None and at >= 0:
            if state.last_write > self._floor:
                spoil(shadow)
            shadow._stale = shadow._spoilt

    def _hand_over(self, reader: Observer) -> None:
        """Let a reader follow what this has read."""
        for source in self._sources[: self._pos]:
            track(reader, source)

    def _fail(self, error: Exception) -> None:
        # The frame of _evaluate refers to self: leaving it out keeps self out of a cycle.
        trace = error.__traceback__
        self._trace = trace and trace.tb_next  # raising lengthens the one of the error
        self._error = error
        self._value = UNSET  # type: ignore[assignment]
        self._version = self._floor

    def _link(self, observer: Observer) -> None:
        observers = self._observers
        if observers:
            observers[observer] = None
            return
        self._observers = {observer: None}
        # The first observer: now the sources have to know of this node, theirs of them, and so on.
        stack: list[Computed[Any]] = [self]
        while stack:
            node = stack.pop()
            node._linked = True
            node._stale = node._caller is not None
            shadow = node._shadow
            if shadow is not None and not shadow._observers:
                forget(shadow, [*node._sources, *(node._old or ())])
                node._shadow = None
            for source in node._sources:
                observers = source._observers
                if observers:
                    observers[node] = None
                else:
                    source._observers = {node: None}
                    if isinstance(source, Computed):
                        stack.append(source)

    def _follow(self, shadow: Shadow) -> None:
        mine = self._shadow or cast_shadow(self)
        mine._observers[shadow] = None
        # What is out of date just after it was read has been written by an evaluation.
        if mine._stale:
            spoil(shadow)

    def _label(self) -> str:
        return label_of("computed", self.name, self._fn)

    def __repr__(self) -> str:
        return f"<{self._label()}>"

    def __del__(self) -> None:
        # Dropping a long chain must not recurse: each node hands what it holds to the first.
        try:
            if self._shadow is not None:
                forget(self._shadow, self._sources)
            if _burying:
                _dying.append((self._fn, self._sources, self._observers))
                return
            _burying.append(True)
            del self._fn, self._sources, self._observers
        except AttributeError:  # it was never initialised, or something revived it
            pass
        try:
            while _dying:
                _dying.pop()
        finally:
            _burying.clear()


def pull(target: Computed[Any], *, climb: bool = True) -> None:  # noqa: C901, PLR0912
    """Bring a stale computed up to date, and before it what it depends on.

    One loop instead of a recursion: `stack` holds the nodes whose check waits for a source, with
    the iterator over their sources. Evaluations can still be nested, where a function reads what
    was never evaluated; if too deep, they are given up and started again at the far end (`climb`).
    """
    try:
        if target._at == NEVER:
            target._evaluate()
            return
        if target._shadow is None and not target._linked:
            observer = now.observer
            if observer is None or not observer._linked:  # or else it will be linked at once
                cast_shadow(target)
        node = target
        sources = iter(node._sources)
        stack: list[tuple[Computed[Any], Iterator[Source]]] = []
        last_write = now.last_write
        while True:
            at = node._at
            below: Source | None = None
            if at < 0:
                if at == RUNNING:
                    raise _cycle(node)
                node._evaluate()
            else:
                for source in sources:
                    if source._version > at:
                        node._evaluate()
                        break
                    if source._stale and source._at < last_write:
                        shadow = source._shadow
                        if shadow is None or shadow._stale:
                            below = source
                            break
                else:
                    node._at = now.clock
                    node._stale = not node._linked
                    shadow = node._shadow
                    if shadow is not None:
                        shadow._stale = shadow._spoilt
            if below is not None:
                stack.append((node, sources))
                node = below  # type: ignore[assignment]
                sources = iter(node._sources)
                continue
            while stack:
                version = node._version
                node, sources = stack.pop()
                if version <= node._at:
                    break
                node._evaluate()
            else:
                return
    except Descend as deep:
        if not climb or isinstance(now.active, Computed) or now.active._depth >= NESTING_LIMIT:
            raise
        _climb(target, deep)


def cast_shadow(node: Computed[Any]) -> Shadow:
    """Give a computed a shadow, and each that it depends on."""
    last_write = now.last_write
    first = node._shadow = Shadow(stale=node._stale and node._at < last_write)
    stack = [node]
    while stack:
        node = stack.pop()
        shadow = cast("Shadow", node._shadow)
        for source in node._sources:
            theirs = source._shadow
            if theirs is None:
                if not isinstance(source, Computed):
                    source._follow(shadow)
                    continue
                theirs = source._shadow = Shadow(stale=source._stale and source._at < last_write)
                stack.append(source)
            theirs._observers[shadow] = None
            if theirs._spoilt or (theirs._stale and not shadow._stale):
                spoil(shadow)
    return first


def _climb(target: Computed[Any], deep: Descend) -> None:
    """Evaluate a chain that is too deep to be nested, from its far end up to `target`."""
    pending = [target]
    paths: list[list[Computed[Any]]] = []
    while pending:
        paths.append(deep.path)
        if any(step in pending for step in deep.path[:-1]):
            raise _long_cycle(paths)
        pending.append(deep.path[0])
        while pending:
            try:
                pull(pending[-1], climb=False)
            except Descend as deeper:
                deep = deeper
                break
            pending.pop()
            del paths[len(pending) :]


def _cycle(node: Computed[Any]) -> CycleError:
    """Describe the cycle that closes with `node`, which is running."""
    frames: list[Frame] = []
    frame: Frame | None = now.active
    while frame is not None and frame is not node:
        frames.append(frame)
        frame = frame._caller
    frames.append(node)
    # Whatever any of them read so far can open the cycle again, so the last one follows it.
    if now.observer is not None:
        for running in frames:
            if isinstance(running, Observer) and running is not now.observer:
                for source in running._sources[: running._pos]:
                    if cast("object", source) not in frames:
                        track(now.observer, source)
    names = [running._label() for running in reversed(frames)]
    return CycleError((*names, names[0]))


def _long_cycle(paths: list[list[Computed[Any]]]) -> CycleError:
    """Describe a cycle of more nodes than may be nested."""
    places: dict[Computed[Any], int] = {}
    nodes: list[Computed[Any]] = []
    for path in paths:
        # Each path goes from the node that was too deep up to the one before it.
        for node in reversed(path[:-1] if nodes else path):
            nodes.append(node)
            if node in places:
                return CycleError(tuple(step._label() for step in nodes[places[node] :]))
            places[node] = len(nodes) - 1
    return CycleError(tuple(step._label() for step in nodes))
