"""Errors of bridge.

Every error of the library is a `BridgeError`, and also the builtin that a caller would catch
without knowing the library. Facts stand in attributes, so that a program reads fields and not
prose, and errors survive `pickle`, so that they cross a worker's boundary whole.

The habit of facts as attributes is taken from `attrs` (``attr/exceptions.py``).
"""

from __future__ import annotations

from typing import Self

__all__ = [
    "BridgeError",
    "CannotWaitError",
    "DisposedError",
    "HostUnavailableError",
    "MissingModuleError",
]


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


class CannotWaitError(HostUnavailableError):
    """A wait without ``await`` where Python cannot be suspended. Nothing was started.

    Attributes:
        entry: The function through which Python was entered, with its place; ``""`` where that
            makes no difference.
        remedies: What can be done, each a sentence.
    """

    entry: str
    remedies: tuple[str, ...]

    def __init__(self, reason: str, remedies: tuple[str, ...], entry: str = "") -> None:
        super().__init__("waiting without await", reason, " ".join(remedies))
        self.entry = entry
        self.remedies = remedies


class DisposedError(BridgeError, RuntimeError):
    """Something was used after its owner had ended.

    Attributes:
        what: The name of what had ended.
    """

    what: str

    def __init__(self, what: str, advice: str = "Create a new one.") -> None:
        super().__init__(f"{what} was used after it had been disposed of. {advice}")
        self.what = what


class MissingModuleError(BridgeError, ModuleNotFoundError):
    """What was sent to another interpreter needs a module that is not there.

    Its ``name`` is the module's, as of every `ModuleNotFoundError`.

    Attributes:
        what: What could not be read.

    Examples:
        >>> MissingModuleError("numpy", "the arguments").name
        'numpy'
    """

    what: str

    def __init__(self, module: str, what: str) -> None:
        super().__init__(
            f"{what} cannot be read: it needs module {module!r}, which this interpreter does not "
            "have. In a worker, give packages=[...] for a package of the distribution or the URL "
            "of a wheel, and modules=[...] for a module of the application; on the page, load it "
            "before the call."
        )
        self.name = module
        self.what = what
