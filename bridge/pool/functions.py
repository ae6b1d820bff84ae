"""The functions of a pool: each gets a number, and goes to a worker once."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Final

from bridge._browser import ffi
from bridge._marshal.modules import BY_VALUE, is_among, module_to_send, parcels
from bridge._marshal.referred import Referred
from bridge._modules import refresh_finders
from bridge.pool import wire
from bridge.pool.errors import CloudpickleNeededError
from bridge.pool.packing import name_of, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["BY_VALUE", "Function", "Functions", "Known", "load_by_value"]

_KEPT: Final = 256
"""Functions that are remembered; of those beyond it, the oldest that nobody uses are forgotten."""


class Function:
    """A function that was submitted.

    Attributes:
        number: Tasks name it by this.
        name: Messages call it this.
        body: How it travels.
        by_value: Whether it travels by value.
        module: The module that a worker needs for it, if it has to be sent, or ``""``.
        users: How many unsettled tasks call it.
    """

    __slots__ = (
        "_referred",
        "_state",
        "body",
        "by_value",
        "module",
        "name",
        "number",
        "target",
        "users",
    )

    def __init__(self, number: int, target: Callable[..., object]) -> None:
        self.number = number
        self.target = target
        self.name = name_of(target)
        self.body, _, self.by_value = pack(target, f"the function {self.name}", whole=True)
        self._referred = Referred(target) if self.by_value else None
        self.module = module_to_send(target)
        self._state = parcels.state(self.module)
        self.users = 0

    def is_fresh(self) -> bool:
        """Tell whether it would still travel as it did."""
        if self._referred is not None and not self._referred.is_fresh():
            return False
        return not self.module or parcels.state(self.module) is self._state


class Known:
    """What one worker has got.

    Args:
        modules: The modules that it started with, by their digests.
        packages: The packages of the distribution that it has loaded.

    Attributes:
        functions: The numbers of its functions.
        modules: The digests of the modules that were sent to it; empty for one that was not.
        packages: Those packages.
    """

    __slots__ = ("functions", "modules", "packages")

    def __init__(self, modules: Mapping[str, str] = {}, packages: Iterable[str] = ()) -> None:
        self.functions: set[int] = set()
        self.modules = dict(modules)
        self.packages = tuple(packages)


class Functions:
    """Numbers functions, and makes sure that a worker has one before it is called."""

    def __init__(self) -> None:
        self._known: dict[int, Function] = {}
        self._spent: list[Function] = []
        self._count = 0

    def find(self, target: Callable[..., object]) -> Function:
        """Return the function's entry; the same function is packed once, until it changes.

        Raises:
            FunctionError: It cannot be sent.
        """
        key = id(target)
        found = self._known.get(key)
        if found is None or not found.is_fresh():
            if found is not None:
                self._spent.append(found)
            found = Function(self._count + 1, target)
            self._count += 1
            self._known[key] = found
        return found

    def forget(self) -> list[int]:
        """Drop functions that nobody uses, beyond those that are kept; return their numbers."""
        gone = [each.number for each in self._spent if not each.users]
        self._spent = [each for each in self._spent if each.users]
        spare = len(self._known) - _KEPT
        if spare > 0:
            old = [key for key, each in self._known.items() if not each.users][:spare]
            gone += [self._known.pop(key).number for key in old]
        return gone

    def ship(self, function: Function, known: Known, out: wire.Outbox) -> None:
        """Send a function, and the module that it is in, if the worker has not got them."""
        if function.number in known.functions:
            return
        known.functions.add(function.number)
        if function.by_value:
            self.ship_module(BY_VALUE, known, out)
        if function.module:
            self.ship_module(function.module, known, out)
        out.add((wire.FUNCTION, function.number, function.body))

    @staticmethod
    def ship_module(module: str, known: Known, out: wire.Outbox) -> None:
        """Send a module's sources, if the worker has not got them."""
        if module not in known.modules:
            there = is_among(module, known.packages)
            parcel = None if there else parcels.get(module)
            known.modules[module] = "" if parcel is None else parcel.digest
            if parcel is not None:
                out.add((wire.MODULE, *parcel))

    @staticmethod
    def ship_changed(known: Known, out: wire.Outbox) -> bool:
        """Send again what has changed of the modules that the worker has; tell whether any has."""
        changed = False
        for module, digest in known.modules.items():
            parcel = parcels.get(module) if digest else None
            if parcel is not None and parcel.digest != digest:
                known.modules[module] = parcel.digest
                out.add((wire.MODULE, *parcel))
                changed = True
        return changed


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
