"""What can go wrong around a session, as opposed to inside a block."""

from __future__ import annotations


class RunnerError(Exception):
    """The runner itself could not do its work; no page is at fault."""


class BootError(RunnerError):
    """A session did not become ready."""

    def __init__(self, line: str, reason: str) -> None:
        """``line`` is the Pyodide line, ``reason`` what the page or the browser said."""
        self.line = line
        self.reason = reason
        super().__init__(f"a session on Pyodide {line} did not start: {reason}")

    def __reduce__(self) -> tuple[type[BootError], tuple[str, str]]:
        return type(self), (self.line, self.reason)


class HungError(RunnerError):
    """The runner's own thread did not answer in time; the browser was given up."""
