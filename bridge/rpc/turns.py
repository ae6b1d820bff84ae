"""When things happen: later in this turn of the event loop, at its end, or right here.

Continuing who waits right where an answer arrives saves a turn, which on Pyodide costs about as
much as the message. But where stacks can be switched, code that runs inside of a plain callback of
the browser may not wait without ``await``, while code that runs in a turn of its own may. So the
turn is saved only where nothing is lost by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge._browser import ffi
from bridge.environment import pyodide_line

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["continuing"]


def _always() -> bool:
    return True


def continuing() -> Callable[[], bool]:
    """Return a function that tells whether others may be continued at the place of its call."""
    if not ffi.is_pyodide():
        return _always
    web_assembly = ffi.get(ffi.js_globals("stack switching"), "WebAssembly")
    switching = web_assembly is not None and ffi.get(web_assembly, "Suspending") is not None
    # Pyodide 0.26 never switches stacks, whatever the browser can do.
    return ffi.stack_switching if switching and pyodide_line() != "0.26" else _always
