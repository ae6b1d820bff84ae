"""The functions of a pool: each gets a number, and goes to a worker once."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any, Final

from bridge._browser import ffi
from bridge._modules import refresh_finders
from bridge.pool import wire
from bridge.pool.errors import CloudpickleNeededError
from bridge.pool.packing import name_of, pack
from bridge.worker.sources import SourceError, archive, module_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BY_VALUE", "Function", "Functions", "load_by_value", "own_module"]

BY_VALUE: Final = "cloudpickle"
"""What functions by value need. Workers get this interpreter's own: both ends must agree on it."""

_KEPT: Final = 256
"""Functions that are remembered; of those beyond it, the oldest that nobody uses are forgotten."""


class Function:
    """A function that was submitted.

    Attributes:
        number: Tasks name it by this.
        name: Messages call it this.
        body: How it travels.
        by_value: Whether it travels by value.
        module: The module of the application that it needs, or ``""``.
        users: How many unsettled tasks call it.
    """

    __slots__ = ("body", "by_value", "module", "name", "number", "target", "users")

    def __init__(self, number: int, target: Callable[..., object]) -> None:
        self.number = number
        self.target = target
        self.name = name_of(target)
        self.body, _, self.by_value = pack(target, f"the function {self.name}", whole=True)
        self.module = own_module(target)
        self.users = 0


class Functions:
    """Numbers functions, and makes sure that a worker has one before it is called."""

    def __init__(self) -> None:
        self._known: dict[int, Function] = {}
        self._count = 0
        self._archives: dict[str, bytes] = {}

    def find(self, target: Callable[..., object]) -> Function:
        """Return the function's entry; the same function is packed once.

        Raises:
            FunctionError: It cannot be sent.
        """
        key = id(target)
        found = self._known.get(key)
        if found is None:
            found = Function(self._count + 1, target)
            self._count += 1
            self._known[key] = found
        return found

    def forget(self) -> list[int]:
        """Drop functions that nobody uses, beyond those that are kept; return their numbers."""
        spare = len(self._known) - _KEPT
        if spare <= 0:
            return []
        old = [key for key, each in self._known.items() if not each.users][:spare]
        return [self._known.pop(key).number for key in old]

    def ship(self, function: Function, known: set[object], out: wire.Outbox) -> None:
        """Send a function, and the module that it is in, if the worker has not got them."""
        if function.number in known:
            return
        known.add(function.number)
        if function.by_value:
            self.ship_module(BY_VALUE, known, out)
        if function.module:
            self.ship_module(function.module, known, out)
        out.add((wire.FUNCTION, function.number, function.body))

    def ship_module(self, module: str, known: set[object], out: wire.Outbox) -> None:
        """Send a module's sources, if the worker has not got them."""
        if module not in known:
            known.add(module)
            out.add((wire.MODULE, module, self._archive(module)))

    def _archive(self, module: str) -> bytes:
        if module not in self._archives:
            try:
                self._archives[module] = archive([module])
            except SourceError:
                # Its import fails in the worker, with a text that says so.
                self._archives[module] = archive([])
        return self._archives[module]


def own_module(target: object) -> str:
    """Return the top-level module of a function, if it is the application's own.

    What comes with Python, bridge, or an installed package is there already, or is loaded by the
    pool's ``packages``.
    """
    found: Any = getattr(target, "func", target)
    module = module_of(str(getattr(found, "__module__", None) or ""))
    if module in ("", "__main__", "builtins", "bridge") or module in sys.stdlib_module_names:
        return ""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return ""
    if spec is None:
        return ""
    # A package without __init__.py has no origin, and folders.
    places = [spec.origin] if spec.has_location else list(spec.submodule_search_locations or ())
    return module if any(place and "-packages" not in place for place in places) else ""


async def load_by_value() -> None:
    """Get cloudpickle from the distribution that this interpreter runs on, if it is not here.

    Raises:
        CloudpickleNeededError: It cannot be had.
    """
    if importlib.util.find_spec(BY_VALUE) is None and ffi.is_pyodide():
        import pyodide_js  # noqa: PLC0415 - the host is imported on use only

        await pyodide_js.loadPackage(BY_VALUE)
        refresh_finders()
    if importlib.util.find_spec(BY_VALUE) is None:
        raise CloudpickleNeededError
