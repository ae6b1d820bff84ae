"""What the page asks of a worker that it offloads to: does it know a module, and here is one."""

from __future__ import annotations

import importlib
import importlib.util
import io
import site
import zipfile

__all__ = ["accept", "knows"]


def knows(module: str) -> bool:
    """Tell whether this interpreter can import a top-level module.

    Examples:
        >>> knows("json"), knows("no_such_module_at_all")
        (True, False)
    """
    importlib.invalidate_caches()
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:
        return False


def accept(archive: bytes) -> None:
    """Unpack modules where Python finds them."""
    zipfile.ZipFile(io.BytesIO(archive)).extractall(site.getsitepackages()[0])
    importlib.invalidate_caches()
