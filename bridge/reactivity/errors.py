"""Errors of the reactive graph and of observable dataclasses.

Each names the nodes that are concerned, as they were named when they were made (``name=``) or
after their function, and is the builtin error that a caller would expect besides.
"""

from __future__ import annotations

from bridge.errors import BridgeError

__all__ = [
    "ChainTooDeepError",
    "CycleError",
    "ImpureComputedError",
    "NoEventLoopError",
    "NoOwnerError",
    "NotObservableError",
    "ReactivityError",
    "RunawayError",
    "UnknownFieldError",
]

_SHOWN = 12  # names of a long chain that a message shows; the attribute holds them all


def _path(names: tuple[str, ...]) -> str:
    """Join names with arrows and leave out the middle of a long path."""
    if len(names) > _SHOWN:
        left_out = len(names) - _SHOWN + 2
        half = _SHOWN // 2
        names = (*names[:half], f"({left_out} more)", *names[-(half - 2) :])
    return " -> ".join(names)


class ReactivityError(BridgeError):
    """The base of every error of `bridge.reactivity`."""


class CycleError(ReactivityError, RuntimeError):
    """A computed value needs itself.

    Attributes:
        nodes: The names along the cycle, each reading the next; the first is repeated last.

    Examples:
        >>> print(CycleError(("net", "tax", "net")))
        A computed value needs itself: net -> tax -> net. Break the cycle: let one of them read a
        signal, or read with peek() what need not be followed.
    """

    nodes: tuple[str, ...]

    def __init__(self, nodes: tuple[str, ...]) -> None:
        super().__init__(
            f"A computed value needs itself: {_path(nodes)}. Break the cycle: let one of them "
            "read a\nsignal, or read with peek() what need not be followed."
        )
        self.nodes = nodes


class ChainTooDeepError(ReactivityError, RecursionError):
    """Functions of the graph are nested deeper than the interpreter's stack allows.

    Chains of computeds do not meet this limit, however long: they are evaluated from their far
    end. Effects that create effects that create effects meet it.

    Attributes:
        nodes: The names from the outermost running function to the one that was not started.
        limit: How many may be nested.
    """

    nodes: tuple[str, ...]
    limit: int

    def __init__(self, nodes: tuple[str, ...], limit: int) -> None:
        super().__init__(
            f"{len(nodes)} effects and computeds run inside each other, at most {limit} can: "
            f"{_path(nodes)}. Create the inner ones one after the other."
        )
        self.nodes = nodes
        self.limit = limit


class RunawayError(ReactivityError, RuntimeError):
    """Effects write what makes them run again, without end.

    Attributes:
        effects: The names of the effects that kept each other running.
        runs: How often the busiest of them ran before it was stopped.
    """

    effects: tuple[str, ...]
    runs: int

    def __init__(self, effects: tuple[str, ...], runs: int) -> None:
        super().__init__(
            f"Effects keep each other running, {runs} times and more after one change: "
            f"{', '.join(effects)}. An effect should not write a signal that it reads; compute "
            "the value with computed(), or read with peek()."
        )
        self.effects = effects
        self.runs = runs


class ImpureComputedError(ReactivityError, RuntimeError):
    """The function of a computed wrote a signal that it had not made itself.

    Attributes:
        computed: The name of the computed.
        signal: The name of the signal.
    """

    computed: str
    signal: str

    def __init__(self, computed: str, signal: str) -> None:
        super().__init__(
            f"{computed} wrote {signal} while it was evaluated. A computed only reads: it may run "
            "never, once or again. Write from an effect or an event handler."
        )
        self.computed = computed
        self.signal = signal


class NoOwnerError(ReactivityError, RuntimeError):
    """Something that belongs inside an effect or a scope was used outside.

    Attributes:
        what: What was used.
    """

    what: str

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} needs an owner and found none. Call it inside the function of an effect, or "
            "inside 'with Scope():'."
        )
        self.what = what


class NoEventLoopError(ReactivityError, RuntimeError):
    """Something asynchronous was started where no event loop runs.

    Attributes:
        what: What was to be started.
    """

    what: str

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is asynchronous and no event loop runs here. Start it inside a coroutine "
            "(asyncio.run(main())); in Pyodide a loop always runs."
        )
        self.what = what


class NotObservableError(ReactivityError, TypeError):
    """A class or an object cannot be observed.

    Attributes:
        subject: The name of the class.
        reason: Why it cannot.
    """

    subject: str
    reason: str

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject} cannot be observed: {reason}")
        self.subject = subject
        self.reason = reason


class UnknownFieldError(ReactivityError, AttributeError):
    """An observable class has no field of that name.

    Attributes:
        subject: The name of the class.
        field: The name that was asked for.
        known: The names of its fields, in order.

    Examples:
        >>> print(UnknownFieldError("Todo", "titel", ("title", "done")))
        Todo has no field 'titel'; its fields are 'title', 'done'.
    """

    subject: str
    field: str
    known: tuple[str, ...]

    def __init__(self, subject: str, field: str, known: tuple[str, ...]) -> None:
        fields = ", ".join(map(repr, known)) or "none"
        super().__init__(f"{subject} has no field {field!r}; its fields are {fields}.")
        self.subject = subject
        self.field = field
        self.known = known
