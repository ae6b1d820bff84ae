"""What can go wrong while files or a browser are brought here: one class per cause.

Every error keeps its facts as attributes, can be pickled, and says in its message what was
expected, what was found and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class RuntimesError(Exception):
    """Base of all errors of this package."""


class PinsError(RuntimesError):
    """The pinned file cannot be used.

    Attributes:
        path: The file.
        reason: What is wrong with it.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} cannot be used: {self.reason}"


class UnknownLineError(RuntimesError, LookupError):
    """A name is neither a pinned line nor a directory.

    Attributes:
        line: The name that was asked for.
        known: The lines that exist, oldest first.
    """

    def __init__(self, line: str, known: Sequence[str]) -> None:
        super().__init__(line, tuple(known))
        self.line = line
        self.known = tuple(known)

    def __str__(self) -> str:
        return (
            f"no Pyodide line is called {self.line!r}: expected one of {', '.join(self.known)}, "
            "'all', or the path of a directory that holds an unreleased runtime"
        )


class UnknownPackageError(RuntimesError, LookupError):
    """A name is no package and no import name of what it was looked up in.

    Attributes:
        name: The name that was asked for.
        where: What it was looked up in.
        similar: Names that look like it, best first.
    """

    def __init__(self, name: str, where: str, similar: Sequence[str] = ()) -> None:
        super().__init__(name, where, tuple(similar))
        self.name = name
        self.where = where
        self.similar = tuple(similar)

    def __str__(self) -> str:
        hint = f" Did you mean {' or '.join(self.similar)}?" if self.similar else ""
        return f"{self.where} has no package and no import called {self.name!r}.{hint}"


class InvalidRuntimeError(RuntimesError):
    """A directory does not hold a whole Pyodide runtime.

    Attributes:
        directory: The directory.
        reason: What is missing or wrong there.
    """

    def __init__(self, directory: Path, reason: str) -> None:
        super().__init__(directory, reason)
        self.directory = directory
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.directory} is no Pyodide runtime: {self.reason}. Expected the directory that "
            "a release archive or the npm package unpacks to"
        )


class SourceError(RuntimesError):
    """One source could not deliver one file.

    Attributes:
        file: The file.
        source: Where it was asked for, in words for a reader.
        reason: Why that failed.
    """

    def __init__(self, file: str, source: str, reason: str) -> None:
        super().__init__(file, source, reason)
        self.file = file
        self.source = source
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.file} from {self.source}: {self.reason}"


class SourceUnreachableError(SourceError):
    """A source does not answer at all, so that asking it for the next file is in vain."""


class HashMismatchError(SourceError):
    """A source delivered other bytes than the pinned ones.

    Attributes:
        expected: The hash that was pinned.
        found: The hash of what came.
    """

    def __init__(self, file: str, source: str, expected: str, found: str) -> None:
        super().__init__(file, source, f"wrong hash: expected {expected}, found {found}")
        self.args = (file, source, expected, found)
        self.expected = expected
        self.found = found


class FetchError(RuntimesError):
    """No source could deliver a file.

    Attributes:
        file: The file.
        attempts: One error per source that was tried, in order.
        advice: What to do about it.
    """

    def __init__(self, file: str, attempts: Sequence[SourceError], advice: str) -> None:
        super().__init__(file, tuple(attempts), advice)
        self.file = file
        self.attempts = tuple(attempts)
        self.advice = advice

    def __str__(self) -> str:
        tried = "".join(f"\n  - {attempt.source}: {attempt.reason}" for attempt in self.attempts)
        return f"{self.file} could not be fetched. Tried:{tried}\nWhat to do: {self.advice}"


class CacheBusyError(RuntimesError):
    """Another process held an item of the cache for longer than the time limit.

    Attributes:
        item: The item.
        lock: The lock file.
        seconds: The time limit.
    """

    def __init__(self, item: str, lock: Path, seconds: float) -> None:
        super().__init__(item, lock, seconds)
        self.item = item
        self.lock = lock
        self.seconds = seconds

    def __str__(self) -> str:
        return (
            f"another process has been fetching {self.item} for more than {self.seconds:g} s. "
            f"Wait for it or end it; the lock {self.lock} is free as soon as its holder has ended"
        )


class CacheUnusableError(RuntimesError):
    """The cache directory cannot be written: the disk is full, read-only or not this user's.

    Attributes:
        path: The directory.
        reason: What the operating system said.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"the cache {self.path} cannot be written: {self.reason}. Free space there or correct "
            "its permissions, or set PYODIDE_RUNTIMES_CACHE to a directory that can be written "
            "(pip's TMPDIR and npm's cache need space, too)"
        )


class BrowserNotFoundError(RuntimesError):
    """No usable Chromium was found, and none could be installed.

    Attributes:
        attempts: What was tried, each with the reason why it did not help.
        advice: What to do about it.
    """

    def __init__(self, attempts: Sequence[str], advice: str) -> None:
        super().__init__(tuple(attempts), advice)
        self.attempts = tuple(attempts)
        self.advice = advice

    def __str__(self) -> str:
        tried = "".join(f"\n  - {attempt}" for attempt in self.attempts)
        return f"no usable Chromium was found. Tried:{tried}\nWhat to do: {self.advice}"
