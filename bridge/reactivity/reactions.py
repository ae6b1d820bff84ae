# ruff: noqa: SLF001 - the modules of the engine are friends
"""Reactions: what runs by itself when something has changed, and in which order."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final, cast

from bridge.reactivity.computed import pull
from bridge.reactivity.edges import reconcile, release
from bridge.reactivity.errors import ChainTooDeepError, RunawayError
from bridge.reactivity.state import NESTING_LIMIT, Observer, now, running

if TYPE_CHECKING:
    from bridge.reactivity.computed import Computed

__all__ = ["Reaction", "begin_batch", "end_batch", "flush", "raise_all"]

_RUNS_LIMIT: Final = 100  # how often one effect may run for one change, once a cascade is long
_by_age = attrgetter("_serial")


class Reaction(Observer):
    """What runs again by itself when something that it read has changed. See `Effect`."""

    __slots__ = (
        "__weakref__",
        "_at",
        "_caller",
        "_depth",
        "_floor",
        "_linked",
        "_old",
        "_owner",
        "_pos",
        "_seen",
        "_serial",
        "_sources",
        "_stale",
    )

    _observers = None
    _owner: Reaction | None

    def __init__(self) -> None:
        self._serial = self._floor = now.clock = now.clock + 1
        self._at = -1
        self._stale = False
        self._linked = True
        self._sources = []
        self._old = self._seen = self._caller = None

    def _body(self) -> None:
        raise NotImplementedError

    def _settle(self) -> None:
        """Run if one of the sources really changed."""
        self._stale = False
        at = self._at
        if at >= 0:
            for source in self._sources:
                if source._version > at:
                    break
                if source._stale:
                    pull(cast("Computed[object]", source))
                    if source._version > at:
                        break
            else:
                self._at = now.clock
                return
        self._run()

    def _run(self) -> None:
        caller = now.active
        depth = caller._depth + 1
        if depth >= NESTING_LIMIT:
            raise ChainTooDeepError((*running(), self._label()), NESTING_LIMIT)
        outer = now.observer
        self._caller = caller
        self._depth = depth
        self._floor = caller._floor
        self._pos = 0
        start = now.clock
        now.observer = now.active = self
        now.batch_depth += 1
        try:
            self._body()
        finally:
            now.batch_depth -= 1
            now.observer = outer
            now.active = caller
            self._caller = None
            # It wrote what it had read: all that changed since it began is news to it.
            self._at = start if self._stale else now.clock
            if self._old is not None or self._pos != len(self._sources):
                reconcile(self)
            if not self._linked:
                release(self)


def flush() -> None:
    """Run what is queued, the older reaction first, until nothing is left.

    Raises:
        Exception: What the reactions raised, when all have run: one as it is, several as a group.
    """
    errors: list[Exception] = []
    counts: dict[Reaction, int] = {}
    rounds = 0
    now.batch_depth += 1
    try:
        while now.queue:
            rounds += 1
            now, now.queue = now.queue, []
            if len(now) > 1:
                now.sort(key=_by_age)
            if rounds > _RUNS_LIMIT:
                _count(now, counts, errors)
            _run_all(now, errors)
    except RunawayError as runaway:
        errors.append(runaway)
    finally:
        now.batch_depth -= 1
    if errors:
        raise_all("effects failed", errors)


def _run_all(now: list[Reaction], errors: list[Exception]) -> None:
    for place, reaction in enumerate(now):
        if not reaction._stale:
            continue
        first = reaction
        try:
            while reaction._linked:
                # What an owner disposes of when it runs must not run before it.
                first = reaction if reaction._owner is None else _first_stale(reaction)
                try:
                    first._settle()
                except Exception as error:  # noqa: BLE001 - raised by _flush when all have run
                    if not any(error is other for other in errors):
                        errors.append(error)
                if first is reaction:
                    break
        except BaseException as interrupt:
            # An interrupt leaves everything as due as it was; it runs with the next write.
            first._stale = True
            first._at = -1
            rest = now[place:]
            if first is not reaction:
                rest.insert(0, first)
            now.queue[:0] = [due for due in rest if due._stale]
            for error in errors:
                interrupt.add_note(f"Before, an effect failed: {error!r}")
            raise


def _first_stale(reaction: Reaction) -> Reaction:
    """Find the outermost owner of a reaction that is due, or else the reaction itself."""
    first = reaction
    owner = reaction._owner
    while owner is not None:
        if owner._stale:
            first = owner
        owner = owner._owner
    return first


def _count(now: list[Reaction], counts: dict[Reaction, int], errors: list[Exception]) -> None:
    """Stop a cascade in which the same reactions run again and again."""
    for reaction in now:
        counts[reaction] = counts.get(reaction, 0) + 1
    most = max(counts.values())
    if most > _RUNS_LIMIT:
        for reaction in now:
            reaction._stale = False
        busiest = [each._label() for each, runs in counts.items() if runs >= most - 1]
        raise RunawayError(tuple(busiest), most + _RUNS_LIMIT) from (errors or [None])[0]


def raise_all(what: str, errors: list[Exception]) -> None:
    """Raise one error as it is, several as a group, nothing if there is none."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup(what, errors)


def begin_batch() -> None:
    """Hold reactions back until the matching `end_batch`."""
    now.batch_depth += 1


def end_batch(error: BaseException | None = None) -> None:
    """End a batch whose body raised `error`, and run what is due if it was the outermost.

    Raises:
        Exception: What the reactions raised; in a group with `error` if both failed.
    """
    now.batch_depth -= 1
    if now.batch_depth or not now.queue or isinstance(error, KeyboardInterrupt | SystemExit):
        return
    try:
        flush()
    except Exception as failure:
        if error is None:
            raise
        both = "a batch failed, and effects that follow from it"
        raise BaseExceptionGroup(both, [error, failure]) from None
