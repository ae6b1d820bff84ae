"""What runs first in a worker's Python: import what is to be served, and give it the port."""

from __future__ import annotations

import asyncio
import base64
import importlib
import inspect
import json
import random
import sys
from typing import TYPE_CHECKING, Final, cast

from bridge._browser import interrupts
from bridge._browser.ports import Port, open_port
from bridge._marshal.exceptions import describe
from bridge._marshal.modules import note_sent

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["has_memory", "resolve", "start"]

_serving: list[object] = []
_MESSAGE: Final = 1 << 16
"""Bytes, of a message with all that is made of it."""


def resolve(name: str) -> object:
    """Import ``package.module:object.attribute`` and return what it names.

    Raises:
        ImportError: The module cannot be imported.
        AttributeError: It has no such object.

    Examples:
        >>> resolve("json.decoder:JSONDecoder.decode").__name__
        'decode'
    """
    module, _, path = name.partition(":")
    found: object = importlib.import_module(module)
    for attribute in filter(None, path.split(".")):
        found = getattr(found, attribute)
    return found


def has_memory() -> bool:
    """Tell whether this interpreter can still take a message.

    Examples:
        >>> has_memory()
        True
    """
    try:
        return len(bytes(_MESSAGE)) == _MESSAGE
    except MemoryError:
        return False


def start(
    serve: str,
    expose: str,
    target: object,
    words: interrupts.Words | None = None,
    digests: str = "{}",
) -> str:
    """Serve; return an empty text, or what went wrong as JSON.

    Args:
        serve: The function to call with the port; one that is ``async`` goes on as a task.
        expose: Without that function, the object for remote calls.
        target: The browser's message port.
        words: Memory that is shared with the page, for its interrupts.
        digests: The modules that were sent along, and their digests, as JSON.
    """
    note_sent(json.loads(digests).items())
    # Interpreters that were restored from one snapshot would all draw the same numbers.
    random.seed()
    # A restored interpreter has the current directory twice.
    sys.path[:] = dict.fromkeys(sys.path)
    try:
        function = _callable(serve) if serve else _exposing(expose)
        port = open_port(target)
        if words is not None:
            interrupts.take(words, port)
        result = function(port)
        if inspect.iscoroutine(result):
            result = asyncio.ensure_future(result)
    except BaseException as error:  # noqa: BLE001 - reported to who started the worker
        return json.dumps(_described(error))
    _serving.extend([port, result])
    return ""


def _callable(serve: str) -> Callable[[Port], object]:
    found = resolve(serve)
    if not callable(found):
        raise TypeError(
            f"{serve} is {type(found).__name__}, which cannot be called; "
            "name a function that takes the worker's port, as 'package.module:function'"
        )
    return cast("Callable[[Port], object]", found)


def _exposing(name: str) -> Callable[[Port], object]:
    from bridge.worker.serving import expose  # noqa: PLC0415 - brings remote calls along

    found = resolve(name)
    return lambda port: expose(port, found)


def _described(error: BaseException) -> dict[str, str]:
    kind, text, where, whole = describe(error)
    carried = "" if whole is None else base64.b64encode(whole).decode("ascii")
    return {"kind": kind, "text": text, "traceback": where, "pickle": carried}
