"""What the page asks of a worker that it offloads to, besides calling functions by their name."""

from __future__ import annotations

import importlib.util
import io
import pickle
import site
import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from bridge._modules import refresh_finders

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["accept", "knows", "perform"]

_functions: OrderedDict[bytes, Callable[..., Any]] = OrderedDict()
_KEPT: Final = 64


def knows(module: str) -> bool:
    """Tell whether this interpreter can import a top-level module.

    Examples:
        >>> knows("json"), knows("no_such_module_at_all")
        (True, False)
    """
    refresh_finders()
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:
        return False


def accept(archive: bytes) -> None:
    """Unpack modules where Python finds them."""
    zipfile.ZipFile(io.BytesIO(archive)).extractall(site.getsitepackages()[0])
    refresh_finders()


def perform(body: bytes, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function that came by value; the same one stays the same from call to call."""
    function = _functions.pop(body, None)
    if function is None:
        # From the page that started this worker.
        function = pickle.loads(body)  # noqa: S301 - one application
    _functions[body] = function
    if len(_functions) > _KEPT:
        _functions.popitem(last=False)
    return function(*args, **kwargs)
