"""Errors of bridge.

Every error of the library is a `BridgeError`, and also the builtin that a caller would catch
without knowing the library. Facts stand in attributes, so that a program reads fields and not
prose, and errors survive `pickle`, so that they cross a worker's boundary whole.

The habit of facts as attributes is taken from `attrs` (``attr/exceptions.py``).
"""

from __future__ import annotations

from typing import Self

__all__ = ["BridgeError", "DisposedError", "HostUnavailableError"]


def _rebuild(kind: type[BridgeError], state: dict[str, object]) -> BridgeError:
    """Make an error again from its class and attributes (pickle calls this)."""
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (state["message"],)
    return error


class BridgeError(Exception):
    """The base of every error that bridge raises on purpose.

    Attributes:
        message: What was expected, what was found, and what to do, as one text.

    Examples:
        >>> import pickle
        >>> pickle.loads(pickle.dumps(BridgeError("expected a node"))).message
        'expected a node'
    """

    message: str

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        # The default would call the class with `args`; subclasses take facts, not a message.
        return _rebuild, (type(self), dict(self.__dict__))

    def __copy__(self) -> Self:
        error = type(self).__new__(type(self))
        error.__dict__.update(self.__dict__)
        error.args = self.args
        return error


class HostUnavailableError(BridgeError, RuntimeError):
    """A feature of the browser was used where the browser does not offer it.

    Raised on use and never on import: bridge can be imported, type-checked and documented on
    any Python.

    Attributes:
        feature: What was asked for, as the caller named it (``"document"``).
        reason: Why it is not there.

    Examples:
        >>> HostUnavailableError("document").feature
        'document'
    """

    feature: str
    reason: str

    def __init__(
        self,
        feature: str,
        reason: str = "this Python does not run inside a browser",
        advice: str = "Run this code in Pyodide, on a page.",
    ) -> None:
        super().__init__(f"{feature} is not available: {reason}. {advice}")
        self.feature = feature
        self.reason = reason


class DisposedError(BridgeError, RuntimeError):
    """Something was used after its owner had ended.

    Attributes:
        what: The name of what had ended.
    """

    what: str

    def __init__(self, what: str, advice: str = "Create a new one.") -> None:
        super().__init__(f"{what} was used after it had been disposed of. {advice}")
        self.what = what
