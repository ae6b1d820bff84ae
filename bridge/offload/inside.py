"""What the page asks of a worker that it offloads to, besides calling functions by their name."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from bridge._marshal.modules import has_itself, install, on_change
from bridge._marshal.values import read

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["accept", "knows", "perform"]

_functions: OrderedDict[bytes, Callable[..., Any]] = OrderedDict()
_KEPT: Final = 64


def knows(module: str) -> bool:
    """Tell whether this interpreter can import a top-level module that nobody sent.

    Examples:
        >>> knows("json"), knows("no_such_module_at_all")
        (True, False)
    """
    return has_itself(module)


def accept(module: str, digest: str, archive: bytes) -> None:
    """Make a module importable that was sent, in place of an older one."""
    install(module, digest, archive)


def perform(body: bytes, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function that came by value; the same one stays the same from call to call."""
    function = _functions.pop(body, None)
    if function is None:
        # From the page that started this worker.
        function = read(body, (), "the function")
    _functions[body] = function
    if len(_functions) > _KEPT:
        _functions.popitem(last=False)
    return function(*args, **kwargs)


# They hold what they were read with.
on_change(_functions.clear)
