"""Which modules a worker has to get from here, and whether those that it has are still the same.

One rule for whoever sends functions: what comes with Python, with Pyodide or with bridge is there
already; what has compiled parts comes with ``packages``; everything else that this interpreter
imports from files (modules of the application, pure packages that were installed here) is sent.

A module that is imported anew or reloaded here is sent again where it was sent before. Its
interpreter then imports all modules that were sent to it anew, so that none holds on to old code.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shutil
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bridge._marshal.archives import SourceError, archive, archive_in_turns, module_of
from bridge._modules import refresh_finders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.machinery import ModuleSpec

__all__ = [
    "BY_VALUE",
    "Parcel",
    "Parcels",
    "State",
    "has_itself",
    "install",
    "is_among",
    "is_sent",
    "module_to_send",
    "note_sent",
    "on_change",
    "parcels",
]

_THERE: Final = frozenset(
    {"", "__main__", "_pyodide", "_pyodide_core", "bridge", "builtins", "js", "pyodide"}
    | {"pyodide_js"}
)
"""Modules that every interpreter has, or has one of its own of."""

_COMPILED: Final = (*EXTENSION_SUFFIXES, ".so", ".pyd")


class Parcel(NamedTuple):
    """A module, ready to be sent.

    Attributes:
        module: Its name; it is a top-level one.
        digest: Of what the archive holds.
        archive: Its files.
    """

    module: str
    digest: str
    archive: bytes


class State:
    """A module as it is loaded here at one time.

    Attributes:
        parcel: The module, ready to be sent; ``None`` if a worker has it by itself.
        packed: Whether ``parcel`` was looked for.
    """

    __slots__ = ("_loaded", "packed", "parcel")

    def __init__(self, module: str) -> None:
        below = f"{module}."
        self._loaded = {
            name: _spec_of(found)
            for name, found in list(sys.modules.items())
            if name == module or name.startswith(below)
        }
        self.packed = False
        self.parcel: Parcel | None = None

    def is_fresh(self) -> bool:
        """Tell whether nothing of the module was imported anew since then."""
        modules = sys.modules
        return all(_spec_of(modules.get(name)) is spec for name, spec in self._loaded.items())

    def fill(self, module: str, archive: bytes) -> Parcel | None:
        """Take the module's files."""
        self.packed = True
        self.parcel = Parcel(module, _digest(archive), archive) if archive else None
        return self.parcel


def _spec_of(module: object) -> object:
    # Each reload gives a module another one.
    return getattr(module, "__spec__", None)


class Parcels:
    """The modules of this interpreter that were sent, each packed once until it changes."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}

    def state(self, module: str) -> State:
        """Return a top-level module's present state; the same as long as it does not change."""
        found = self._states.get(module)
        if found is None or not found.is_fresh():
            found = self._states[module] = State(module)
        return found

    def get(self, module: str) -> Parcel | None:
        """Return a top-level module to be sent; ``None`` for one that a worker has by itself."""
        state = self.state(module)
        if state.packed:
            return state.parcel
        packed = b""
        if is_sent(module):
            # Without files that can be read, its import fails in the worker, and says so.
            with contextlib.suppress(SourceError):
                packed = archive([module])
        return state.fill(module, packed)

    async def get_in_turns(self, module: str) -> Parcel | None:
        """Do the same without holding up the page."""
        state = self.state(module)
        if state.packed:
            return state.parcel
        packed = b""
        if is_sent(module):
            with contextlib.suppress(SourceError):
                packed = await archive_in_turns([module])
        return state.fill(module, packed)


parcels: Final = Parcels()
"""Of this interpreter: whoever sends shares them."""


def _digest(packed: bytes) -> str:
    import hashlib  # noqa: PLC0415 - where nothing is sent, it is not needed

    return hashlib.sha256(packed).hexdigest()


def module_to_send(target: object) -> str:
    """Return the top-level module of a function or class if it has to be sent, else ``""``.

    Examples:
        >>> import json
        >>> module_to_send(json.dumps)
        ''
    """
    found: Any = getattr(target, "func", target)  # functools.partial
    name = getattr(found, "__module__", None) or type(found).__module__
    module = module_of(str(name))
    return module if is_sent(module) else ""


def is_sent(module: str) -> bool:
    """Tell whether a top-level module has to be sent to a worker that lacks it."""
    if module in _THERE or module in sys.stdlib_module_names:
        return False
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    return spec is not None and _is_source(spec)


def is_among(module: str, packages: Iterable[str]) -> bool:
    """Tell whether a top-level module comes with one of these packages of the distribution.

    Examples:
        >>> is_among("yaml", ["PyYAML"]) or importlib.util.find_spec("yaml") is None
        True
        >>> is_among("json", ["numpy"])
        False
    """
    wanted = {_normalized(package) for package in packages}
    if not wanted or _normalized(module) in wanted:
        return bool(wanted)
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    places = list(spec.submodule_search_locations or ()) if spec else []
    if spec is None or not any("-packages" in place for place in (*places, spec.origin or "")):
        return False
    # Under another name. Reading all names takes long, and is seldom needed.
    from importlib.metadata import packages_distributions  # noqa: PLC0415 - see above

    return any(_normalized(each) in wanted for each in packages_distributions().get(module, ()))


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_source(spec: ModuleSpec) -> bool:
    """Tell whether a module consists of files, none of which is compiled."""
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    if not folders:
        return bool(spec.has_location and spec.origin and Path(spec.origin).suffix == ".py")
    if not all(folder.is_dir() for folder in folders):
        return False
    return not any(
        path.name.endswith(_COMPILED) for folder in folders for path in folder.rglob("*")
    )


# Where modules arrive.

BY_VALUE: Final = "cloudpickle"
"""What functions by value need. Workers get this interpreter's own: both ends must agree on it."""
_PLACE: Final = "/tmp/bridge-modules"  # noqa: S108 - in this interpreter's own memory
_sent: dict[str, str] = {}
_listeners: list[Callable[[], object]] = []


def note_sent(digests: Iterable[tuple[str, str]]) -> None:
    """Note modules that are here because they were sent, before Python ran."""
    _sent.update(digests)


def on_change(callback: Callable[[], object]) -> None:
    """Call a function whenever modules that were sent are to be imported anew."""
    _listeners.append(callback)


def has_itself(module: str) -> bool:
    """Tell whether this interpreter can import a top-level module that nobody sent to it.

    Examples:
        >>> has_itself("json"), has_itself("no_such_module_at_all")
        (True, False)
    """
    if module in _sent:
        return False
    refresh_finders()
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:
        return False


def install(module: str, digest: str, packed: bytes) -> bool:
    """Make a module importable that was sent.

    One that this interpreter has by itself stays as it is.

    Args:
        module: Its name; it is a top-level one.
        digest: Of the archive.
        packed: Its files.

    Returns:
        Whether it takes the place of one that was sent before.
    """
    before = _sent.get(module)
    if before == digest or (before is None and has_itself(module)):
        return False
    if before is not None:
        _remove(module)
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        files.extractall(_PLACE)
    if _PLACE not in sys.path:
        # First: an older one may stand elsewhere.
        sys.path.insert(0, _PLACE)
    sys.path_importer_cache.pop(_PLACE, None)
    _sent[module] = digest
    if before is not None:
        _forget_sent()
    refresh_finders()
    return before is not None


def _remove(module: str) -> None:
    place = Path(_PLACE)
    shutil.rmtree(place / module, ignore_errors=True)
    (place / f"{module}.py").unlink(missing_ok=True)
    for path in (place / "__pycache__").glob(f"{module}.*"):
        path.unlink()


def _forget_sent() -> None:
    """Let all modules that were sent be imported anew: each may hold what another one defined.

    But for the one that knows which classes came by value.
    """
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if top in _sent and top != BY_VALUE:
            del sys.modules[name]
    for callback in _listeners:
        callback()
