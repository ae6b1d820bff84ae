"""The few JavaScript files of bridge, and how Python gets at them.

They are files of the package, so that a tool for JavaScript can read them. An interpreter restored
from a memory snapshot may hold bridge without its files; who needs one there is told so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bridge.errors import HostUnavailableError

__all__ = ["NAMES", "read"]

NAMES: Final = ("port.mjs", "start.mjs", "worker.mjs")
"""The files that a worker consists of; they stand side by side where they are served."""


def read(name: str) -> str:
    """Return the text of one of the files.

    Raises:
        HostUnavailableError: The package's files are not in this interpreter's file system.

    Examples:
        >>> "postMessage" in read("worker.mjs")
        True
    """
    try:
        return (Path(__file__).parent / name).read_text("utf-8")
    except OSError as error:
        raise HostUnavailableError(
            f"bridge/_assets/{name}",
            f"the file cannot be read here ({error})",
            "An interpreter restored from a memory snapshot has no files: "
            "install bridge again after restoring.",
        ) from error
