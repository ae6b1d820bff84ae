"""The only module of bridge that imports ``js`` and ``pyodide``.

Imports happen when a function is called, never when this module is imported: an interpreter that
holds bridge must be able to be written into a memory snapshot, where a single held JsProxy would
make the snapshot impossible, and must import on CPython too.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, Protocol, cast

from bridge.errors import HostUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "HostObject",
    "HostProxy",
    "call",
    "create_once_callable",
    "create_proxy",
    "document",
    "get",
    "is_host_object",
    "is_pyodide",
    "is_python_handle",
    "js_globals",
    "none_if_null",
    "own_global",
    "pyodide_version",
    "read",
    "run_script",
    "stack_switching",
    "to_js",
]

_CORE: Final = "_pyodide_core"


class HostObject(Protocol):
    """Any object that lives in the page.

    Attributes of it are whatever the page says; modules that need some of them describe these
    in a Protocol of their own and cast to it.
    """

    def __getattr__(self, name: str, /) -> object: ...


class HostProxy(Protocol):
    """The page's handle on a Python object; alive until it is destroyed."""

    def destroy(self) -> None:
        """Give the Python object back; calling the handle afterwards is an error."""


class _PyodideFfi(Protocol):
    """What is used of ``pyodide.ffi``."""

    JsProxy: type
    JsDoubleProxy: type

    def create_proxy(self, obj: object, /) -> HostProxy: ...
    def create_once_callable(self, obj: object, /) -> HostProxy: ...
    def to_js(
        self, obj: object, /, *, dict_converter: object, create_pyproxies: bool
    ) -> HostObject: ...
    def can_run_sync(self) -> bool: ...


def is_pyodide() -> bool:
    """Tell whether this interpreter is Pyodide, without importing anything."""
    return _CORE in sys.modules


def js_globals(feature: str = "the page") -> HostObject:
    """Return the page's global object.

    Args:
        feature: What the caller needs it for; stands in the error.

    Raises:
        HostUnavailableError: This Python does not run inside a browser.
    """
    if not is_pyodide():
        raise HostUnavailableError(feature)
    import js  # noqa: PLC0415 - this module imports the host on use only

    return cast("HostObject", js)


def _ffi(feature: str) -> _PyodideFfi:
    if not is_pyodide():
        raise HostUnavailableError(feature)
    import pyodide.ffi  # noqa: PLC0415 - this module imports the host on use only

    return cast("_PyodideFfi", pyodide.ffi)


def get(target: object, name: str) -> object:
    """Read an attribute of a host object; absent, undefined and null are all ``None``."""
    return none_if_null(getattr(target, name, None))


class _Reflect(Protocol):
    def has(self, target: object, name: str, /) -> bool: ...
    def get(self, target: object, name: str, receiver: object, /) -> object: ...


def _own_class(node: object) -> tuple[_Reflect, object]:
    page = js_globals("the document")
    # Constructors of the language are the window's own, so that no element's name hides them.
    prototype_of = cast("Callable[[object], object]", getattr(page.Object, "getPrototypeOf"))  # noqa: B009 - untyped
    return cast("_Reflect", page.Reflect), prototype_of(node)


def read(node: object, name: str) -> object:
    """Read a property of a node by its class: fields of a form cannot shadow it.

    In a page names and ids of elements become properties of the document and of the form around
    them. So nothing is read from a node by plain attribute access.

    Args:
        node: A node, or the document. A Python stand-in is read as `get` does.
        name: The property.

    Returns:
        Its value; ``None`` for null, undefined and what is absent.
    """
    if not is_host_object(node):
        return get(node, name)
    reflect, own = _own_class(node)
    return none_if_null(reflect.get(own, name, node)) if reflect.has(own, name) else get(node, name)


def call(node: object, name: str, *given: object) -> object:
    """Call a method of a node by its class: see `read`."""
    if not is_host_object(node):
        return cast("Callable[..., object]", getattr(node, name))(*given)
    reflect, own = _own_class(node)
    function = cast("HostObject", reflect.get(own, name, node))
    return none_if_null(cast("Callable[..., object]", function.call)(node, *given))


def own_global(name: str, feature: str) -> object:
    """Read a global that a script has defined; ``None`` if there is none.

    An element whose id is the name is none: those are not the window's own.

    Raises:
        HostUnavailableError: This Python does not run inside a browser.
    """
    page = js_globals(feature)
    has_own = cast("Callable[[object, str], bool]", getattr(page.Object, "hasOwn"))  # noqa: B009 - untyped
    return get(page, name) if has_own(page.globalThis, name) else None


def none_if_null(value: object) -> object:
    """Turn JavaScript's null into ``None``.

    Up to Pyodide 0.27 null already is ``None``; later it is ``jsnull``, which ``is not None``.

    Examples:
        >>> none_if_null(0)
        0
    """
    if value is None or not is_pyodide():
        return value
    return None if value is getattr(_ffi("null"), "jsnull", None) else value


def is_host_object(value: object) -> bool:
    """Tell whether a value is an object of the page (a JsProxy)."""
    return is_pyodide() and isinstance(value, _ffi("JsProxy").JsProxy)


def is_python_handle(value: object) -> bool:
    """Tell whether a value is the page's handle on a Python object, which wants destroying.

    Other objects of the page may have a ``destroy`` of their own (a GPU device has), which is no
    business of a lifetime.
    """
    if not is_pyodide():
        return False
    return isinstance(value, _ffi("a proxy of a Python object").JsDoubleProxy)


def create_proxy(obj: object) -> HostProxy:
    """Hand a Python object to the page until the handle is destroyed.

    Use `bridge.proxies.ProxyScope.proxy`, which destroys it in time.

    Raises:
        HostUnavailableError: This Python does not run inside a browser.
    """
    return _ffi("a proxy of a Python object").create_proxy(obj)


def create_once_callable(function: Callable[..., object]) -> HostProxy:
    """Hand a function to the page for one call; the call gives it back.

    Raises:
        HostUnavailableError: This Python does not run inside a browser.
    """
    return _ffi("a proxy of a Python function").create_once_callable(function)


def to_js(value: object) -> object:
    """Convert a value for the page: dicts become plain objects, sequences arrays.

    Without the converter a dict would arrive as a Map up to Pyodide 0.28, whose members no
    host interface reads. A Python object without a counterpart is refused instead of becoming a
    proxy that nobody destroys.

    Raises:
        HostUnavailableError: This Python does not run inside a browser.
    """
    from_entries = get(get(js_globals("conversion to JavaScript"), "Object"), "fromEntries")
    return _ffi("conversion to JavaScript").to_js(
        value, dict_converter=from_entries, create_pyproxies=False
    )


def document(feature: str = "the document") -> HostObject:
    """Return the page's document.

    Raises:
        HostUnavailableError: Not in a browser, or in a worker, which has no document.
    """
    found = get(js_globals(feature), "document")
    if found is None:
        raise HostUnavailableError(
            feature,
            "this interpreter runs in a worker, which has no document",
            "Build the tree in the worker if you like, but patch it on the page.",
        )
    return cast("HostObject", found)


def pyodide_version() -> str | None:
    """Return the version of Pyodide, or ``None`` on another Python."""
    if not is_pyodide():
        return None
    import pyodide  # noqa: PLC0415 - this module imports the host on use only

    return str(pyodide.__version__)


def stack_switching() -> bool:
    """Tell whether a blocking wait for a promise works right here, right now."""
    if not is_pyodide():
        return False
    probe = getattr(_ffi("stack switching"), "can_run_sync", None)
    return bool(probe()) if probe is not None else False


def run_script(source: str, *, succeeded: Callable[[], bool], feature: str, advice: str) -> None:
    """Run JavaScript in the page, now, under whatever policy the page has.

    First by evaluation, which a content security policy without ``'unsafe-eval'`` refuses; then as
    an inline script element, which needs ``'unsafe-inline'`` or the nonce that the page's own
    scripts carry.

    Args:
        source: A classic script; its value is not used.
        succeeded: Tells afterwards whether the script ran.
        feature: What needs the script; stands in the error.
        advice: What to do when the policy refuses both ways; stands in the error.

    Raises:
        HostUnavailableError: Not in a browser, or the page's policy refuses both ways.
    """
    if not is_pyodide():
        raise HostUnavailableError(feature)
    from pyodide.code import run_js  # noqa: PLC0415 - this module imports the host on use only
    from pyodide.ffi import JsException  # noqa: PLC0415 - the same

    try:
        run_js(source)
    except JsException as refusal:
        if get(refusal, "name") != "EvalError":
            raise
        _run_inline(source)
    if not succeeded():
        raise HostUnavailableError(
            feature, "the page's content security policy refuses scripts from Python", advice
        )


def _run_inline(source: str) -> None:
    page = document("an inline script")
    script = cast("_Script", call(page, "createElement", "script"))
    signed = call(page, "querySelector", "script[nonce]")
    if signed is not None:
        script.nonce = get(signed, "nonce")
    script.textContent = source
    call(read(page, "head"), "appendChild", script)
    script.remove()


class _Script(Protocol):
    nonce: object
    textContent: str  # noqa: N815 - the DOM's name

    def remove(self) -> None: ...
