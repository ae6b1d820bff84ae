"""Writing what is fetched: whose fault a failure is, and how much may come.

Reading from a source and writing to the disk fail by the same class, `OSError`. Here the two are
told apart, so that a full disk is not blamed on a server.
"""

from __future__ import annotations

import errno
import re
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyodide_runtimes.errors import CacheUnusableError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import FileIO
    from pathlib import Path

LARGEST_WHEEL = 256_000_000
"""Bytes that a wheel of a runtime may have; the largest of the pinned lines has a tenth of it."""

_DISK = ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "ENAMETOOLONG", "EMFILE", "ENFILE")
_NUMBERS = {str(getattr(errno, name)): name for name in _DISK}


def save(parts: Iterable[bytes], target: Path, limit: int, file: str, source: str) -> int:
    """Write what a source delivers to a file; after a failure the file is gone.

    Args:
        parts: The content; what raises while it is read is passed on as it is.
        target: Where it belongs.
        limit: Bytes that it may have.
        file: Its name for error messages.
        source: Who delivers it, for error messages.

    Returns:
        The number of its bytes.

    Raises:
        SourceError: The source delivers more than the limit.
        CacheUnusableError: The file cannot be written.
    """
    received = 0
    try:
        with _blaming_the_disk(target):
            out = target.open("wb", buffering=0)
        try:
            for part in parts:
                received = _within(received + len(part), limit, file, source)
                with _blaming_the_disk(target):
                    _write(out, part)
        finally:
            with _blaming_the_disk(target):
                out.close()  # where a network's disk may first say that it is full
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return received


def _within(received: int, limit: int, file: str, source: str) -> int:
    if received > limit:
        raise SourceError(file, source, too_large(limit))
    return received


def _write(out: FileIO, part: bytes) -> None:
    left = memoryview(part)
    while left:
        left = left[out.write(left) :]


@contextmanager
def _blaming_the_disk(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CacheUnusableError(target.parent, str(error)) from error


def too_large(limit: int) -> str:
    """Return the words for a source that sends more than anybody asked for."""
    return f"it sends more than the {limit} bytes that are accepted"


def disk_trouble(said: str) -> str | None:
    r"""Return the line of a tool's complaints that blames the disk, or None.

    >>> disk_trouble("ERROR: No match\nOSError: [Errno 28] No space left on device")
    'OSError: [Errno 28] No space left on device'
    >>> disk_trouble("npm error code ENOTFOUND")
    """
    for line in said.splitlines():
        numbers = re.findall(r"\[Errno (\d+)\]", line)
        names = re.findall(r"\b[A-Z]{3,}\b", line)
        found = {*(_NUMBERS[number] for number in numbers if number in _NUMBERS), *names} & {*_DISK}
        # A sandbox forbids connections by the same two numbers: there has to be a path, too.
        if found - {"EACCES", "EPERM"} or (found and re.search(r"['\"(]?/\w", line)):
            return line.strip()
    return None


def file_limit(limit: int) -> Callable[[], None] | None:
    """Return what a child process has to call to be unable to write a larger file.

    Pass it as `preexec_fn`; None where the system has no such limit.
    """
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - systems of POSIX only

    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)

    def apply() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, hard))

    return apply


def met_file_limit(code: int, said: str) -> bool:
    """Tell whether a child process failed by `file_limit`.

    Args:
        code: What it ended with.
        said: What it complained about.
    """
    signalled = sys.platform != "win32" and code in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ)
    return signalled or bool(re.search(rf"\[Errno {errno.EFBIG}\]|\bEFBIG\b", said))
