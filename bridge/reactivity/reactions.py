# ruff: noqa: SLF001 - the modules of the engine are friends
"""Reactions: what runs by itself when something has changed, and in which order."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from bridge.reactivity.computed import pull
from bridge.reactivity.edges import follow_beyond_stale, reconcile
from bridge.reactivity.errors import ChainTooDeepError, RunawayError
from bridge.reactivity.state import NESTING_LIMIT, Observer, now, running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


__all__ = ["Reaction", "begin_batch", "end_batch", "flush", "pass_on", "raise_all"]

_RUNS_LIMIT: Final = 100  # how often one effect may run for one change, once a cascade is long
_by_age = attrgetter("_serial")


class Reaction(Observer):
    """What runs again by itself when something that it read has changed. See `Effect`."""

    __slots__ = ("_children", "_cleanups", "_fn", "_owner", "_serial")

    _observers = None
    _shadow = None
    _owns = True
    _fn: Callable[[], object]
    _children: object
    _cleanups: object

    def _renew(self) -> None:
        raise NotImplementedError

    def _end_late(self) -> None:
        raise NotImplementedError

    def _keep(self, result: object) -> None:
        raise NotImplementedError

    def _settle(self) -> None:
        """Run if one of the sources really changed."""
        at = self._at
        if at >= 0:
            try:
                for source in self._sources:
                    if source._version > at:
                        break
                    if source._stale:
                        pull(source)  # type: ignore[arg-type]  # signals are never stale
                        if source._version > at:
                            break
                else:
                    self._stale = False
                    self._at = now.clock
                    return
            except BaseException:
                # An exit or interrupt that a source raised: told once, like that of a run.
                self._stale = False
                follow_beyond_stale(self)
                raise
        self._stale = False
        self._run()

    def _run(self) -> None:
        state = now
        caller = state.active
        depth = caller._depth + 1
        if depth >= NESTING_LIMIT:
            raise ChainTooDeepError((*running(), self._label()), NESTING_LIMIT)
        outer = state.observer
        self._caller = caller
        self._depth = depth
        self._floor = caller._floor
        self._pos = 0
        start = state.clock
        state.observer = state.active = self
        state.batch_depth += 1
        try:
            if self._children or self._cleanups:
                self._renew()
            else:
                result = self._fn()
                if result is not None:
                    self._keep(result)
        finally:
            state.batch_depth -= 1
            state.observer = outer
            state.active = caller
            self._caller = None
            # If it wrote what it had read, all that changed since it began is news to it.
            self._at = start if self._stale else state.clock
            if self._old is not None or self._pos != len(self._sources):
                reconcile(self)
            if not self._linked:
                self._end_late()


def flush() -> None:  # noqa: C901, PLR0912 - flat, and every write passes here
    """Run what is queued, the older reaction first, until nothing is left.

    Raises:
        BaseException: What the reactions raised, when all have run; see `raise_all`. Only a
            ``KeyboardInterrupt`` is raised at once: what is due then runs with the next write.
    """
    state = now
    errors: list[BaseException] = []
    counts: Counter[Reaction] | None = None
    rounds = 0
    due: list[Reaction] = []
    state.batch_depth += 1
    try:
        while state.queue:
            due = state.queue
            state.queue = []
            if len(due) > 1:
                due.sort(key=_by_age)
            rounds += 1
            if rounds > _RUNS_LIMIT:
                counts = counts or Counter()
                if _runs_away(due, counts, errors):
                    break
            for reaction in due:
                if reaction._stale and reaction._linked:
                    try:
                        if reaction._owner is None:
                            reaction._settle()
                        else:
                            _settle_in_order(reaction, errors)
                    except KeyboardInterrupt:
                        raise
                    except BaseException as error:  # noqa: BLE001 - raised when all have run
                        _collect(error, errors)
    except KeyboardInterrupt as interrupt:
        # What is still due runs with the next write.
        state.queue[:0] = [reaction for reaction in due if reaction._stale]
        for earlier in errors:
            interrupt.add_note(f"Before, an effect failed: {earlier!r}")
        raise
    finally:
        state.batch_depth -= 1
    if errors:
        raise_all("effects failed", errors)


def _settle_in_order(reaction: Reaction, errors: list[BaseException]) -> None:
    """Settle a reaction after its owners: those that run dispose of it."""
    while reaction._linked:
        first = _first_stale(reaction)
        if first is reaction:
            reaction._settle()
            return
        try:
            first._settle()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - raised when all have run
            _collect(error, errors)


def _collect(error: BaseException, errors: list[BaseException]) -> None:
    if not any(error is other for other in errors):  # a computed raises the same to each reader
        errors.append(error)


def _first_stale(reaction: Reaction) -> Reaction:
    """Find the outermost owner of a reaction that is due, or else the reaction itself."""
    first = reaction
    owner = reaction._owner
    while owner is not None:
        if owner._stale:
            first = owner  # type: ignore[assignment]  # a scope is never stale
        owner = owner._owner
    return first


def _runs_away(
    due: list[Reaction], counts: dict[Reaction, int], errors: list[BaseException]
) -> bool:
    """Stop a cascade in which the same reactions run again and again."""
    for reaction in due:
        counts[reaction] += 1
    most = max(counts.values())
    if most <= _RUNS_LIMIT:
        return False
    for reaction in due:
        reaction._stale = False
    busiest = tuple(each._label() for each, runs in counts.items() if runs >= most - 1)
    errors.append(RunawayError(busiest, most + _RUNS_LIMIT))
    return True


def raise_all(what: str, errors: Sequence[BaseException]) -> None:
    """Raise one error as it is, several as a group, nothing if there is none.

    An exit or interrupt among several is raised itself, since nobody looks for it in a group; the
    others become its notes.
    """
    if len(errors) == 1:
        raise errors[0]
    failures = [error for error in errors if isinstance(error, Exception)]
    if len(failures) == len(errors):
        if failures:
            raise ExceptionGroup(what, failures)
        return
    (first, *_) = (error for error in errors if not isinstance(error, Exception))
    for error in errors:
        if error is not first:
            first.add_note(f"At the same time, {what}: {error!r}")
    raise first


def pass_on(failed: Observer) -> None:
    """Let whoever reads now follow what another one read before it failed."""
    if now.observer is None:
        return
    for source in list(failed._sources):
        # Reading is following. What it raises was raised where it was read first.
        with suppress(Exception):
            source.value  # type: ignore[attr-defined]  # noqa: B018


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
