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
    "create_once_callable",
    "create_proxy",
    "document",
    "get",
    "is_host_object",
    "is_pyodide",
    "is_python_handle",
    "js_globals",
    "none_if_null",
    "pyodide_version",
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


class _Element(Protocol):
    nonce: object
    textContent: str  # noqa: N815 - the DOM's name

    def remove(self) -> None: ...
    def append(self, child: object, /) -> None: ...


class _Document(Protocol):
    head: _Element

    def createElement(self, tag: str, /) -> _Element: ...  # noqa: N802 - the DOM's name
    def querySelector(self, selector: str, /) -> object: ...  # noqa: N802 - the DOM's name


def _run_inline(source: str) -> None:
    page = cast("_Document", document("an inline script"))
    script = page.createElement("script")
    signed = none_if_null(page.querySelector("script[nonce]"))
    if signed is not None:
        script.nonce = get(signed, "nonce")
    script.textContent = source
    page.head.append(script)
    script.remove()
