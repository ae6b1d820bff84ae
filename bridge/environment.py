"""Where are we: which Pyodide, page or worker, and what the browser allows here.

Every function looks when it is called. Nothing is remembered, because an interpreter restored
from a memory snapshot may wake up somewhere else than where it was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge._browser import ffi

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "HOW_TO_ISOLATE",
    "Environment",
    "can_block",
    "describe",
    "is_cross_origin_isolated",
    "is_pyodide",
    "is_worker",
    "isolating",
    "line_of",
    "pyodide_line",
    "pyodide_version",
]

HOW_TO_ISOLATE: Final = (
    "serve it with the header 'Document-Isolation-Policy: isolate-and-require-corp', or for "
    "browsers that do not know this header with 'Cross-Origin-Opener-Policy: same-origin' and "
    "'Cross-Origin-Embedder-Policy: require-corp'"
)
"""What to do where a page is not cross-origin isolated; for messages of errors."""

_ALONE: Final = {
    "Document-Isolation-Policy": {"isolate-and-require-corp", "isolate-and-credentialless"}
}
_TOGETHER: Final = {
    "Cross-Origin-Opener-Policy": {"same-origin"},
    "Cross-Origin-Embedder-Policy": {"require-corp", "credentialless"},
}


@dataclass(frozen=True, slots=True)
class Environment:
    """What `describe` found.

    Attributes:
        version: Version of Pyodide (``"0.28.3"``); ``None`` on another Python.
        line: Its release line (``"0.28"``, ``"314"``); ``None`` on another Python.
        worker: Whether this is a worker; ``False`` outside the browser.
        isolated: Whether the page is cross-origin isolated, so that shared memory exists.
        blocking: Whether a blocking wait for a promise works at the place of the call.
    """

    version: str | None
    line: str | None
    worker: bool
    isolated: bool
    blocking: bool


def is_pyodide() -> bool:
    """Tell whether this Python is Pyodide."""
    return ffi.is_pyodide()


def pyodide_version() -> str | None:
    """Return the version of Pyodide, such as ``"0.28.3"``, or ``None`` on another Python."""
    return ffi.pyodide_version()


def line_of(version: str) -> str:
    """Return the release line of a version: what may change without breaking a program.

    Before 314 a line is named by two numbers, since then by the Python version in one.

    Raises:
        ValueError: The text is not a version.

    Examples:
        >>> line_of("0.28.3"), line_of("314.0.4"), line_of("0.29.0.dev0")
        ('0.28', '314', '0.29')
    """
    numbers = version.split(".")
    if len(numbers) < 2 or not all(part.isdecimal() for part in numbers[:2]):  # noqa: PLR2004 - major and minor
        raise ValueError(f"expected a version such as '0.28.3' or '314.0.4', found {version!r}")
    return f"0.{numbers[1]}" if numbers[0] == "0" else numbers[0]


def pyodide_line() -> str | None:
    """Return the release line of Pyodide (``"0.28"``), or ``None`` on another Python."""
    version = pyodide_version()
    return None if version is None else line_of(version)


def is_worker() -> bool:
    """Tell whether this interpreter runs in a worker; ``False`` outside the browser."""
    return is_pyodide() and ffi.get(ffi.js_globals(), "document") is None


def is_cross_origin_isolated() -> bool:
    """Tell whether shared memory is allowed here; ``False`` outside the browser."""
    return is_pyodide() and bool(ffi.get(ffi.js_globals(), "crossOriginIsolated"))


def isolating(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the headers by which a document asks to be cross-origin isolated.

    `is_cross_origin_isolated` tells whether it is: the browser has to know the header, the context
    to be secure, and in a frame the pages around it have a say.

    Args:
        headers: Names and values of a response's headers; names in any case.

    Returns:
        One header, or two that are needed together; empty if they ask for nothing.

    Examples:
        >>> isolating({"document-isolation-policy": "isolate-and-credentialless"})
        ('Document-Isolation-Policy',)
        >>> isolating({"Cross-Origin-Embedder-Policy": "require-corp"})
        ()
    """
    # A value may be followed by parameters, such as where to report.
    given = {name.lower(): value.partition(";")[0].strip() for name, value in headers.items()}
    for wanted in (_ALONE, _TOGETHER):
        if all(given.get(name.lower()) in values for name, values in wanted.items()):
            return tuple(wanted)
    return ()


def can_block() -> bool:
    """Tell whether ``pyodide.ffi.run_sync`` would work at the place of the call.

    It depends on the browser (stack switching) and on how Python was entered: the same program
    may block when it was started asynchronously and not when a callback runs it.
    """
    return ffi.stack_switching()


def describe() -> Environment:
    """Look at everything at once.

    Examples:
        >>> describe().worker
        False
    """
    return Environment(
        version=pyodide_version(),
        line=pyodide_line(),
        worker=is_worker(),
        isolated=is_cross_origin_isolated(),
        blocking=can_block(),
    )
