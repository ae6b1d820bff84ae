"""Errors of offloading: each is known before any work has started."""

from __future__ import annotations

from bridge.errors import BridgeError, CannotWaitError

__all__ = ["CannotWaitError", "NotOffloadableError", "TooLateError", "WaitInSectionError"]


class NotOffloadableError(BridgeError, TypeError):
    """A function that another interpreter cannot find, or of which it would get a copy only.

    Attributes:
        function: Its name.
        bound: Whether it is the method of an object that lives here.
    """

    function: str
    bound: bool

    def __init__(self, function: str, reason: str, *, bound: bool = False) -> None:
        super().__init__(
            f"{function} cannot be offloaded: {reason}. Define it at the top level of a module "
            "that can be imported, and hand over what it needs as arguments."
        )
        self.function = function
        self.bound = bound


class TooLateError(BridgeError, RuntimeError):
    """A handler tried to change an event whose dispatch has ended.

    Attributes:
        method: What it called.
        kind: The type of the event.
    """

    method: str
    kind: str

    def __init__(self, method: str, kind: str, option: str) -> None:
        super().__init__(
            f"{method}() of a {kind!r} event has no effect any more: the handler starts when the "
            f"event's dispatch has ended. Say it where the handler is registered: {option}=True, "
            "or a function of the event that tells."
        )
        self.method = method
        self.kind = kind


class WaitInSectionError(BridgeError, RuntimeError):
    """A wait inside a section that must not be interleaved with other code.

    Attributes:
        section: The name of the section.
    """

    section: str

    def __init__(self, section: str) -> None:
        super().__init__(
            f"a wait inside the section {section!r}, which other code must not interrupt. Wait "
            "before it or after it, and inside use only what is there."
        )
        self.section = section
