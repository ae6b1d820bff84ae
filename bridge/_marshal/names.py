"""What another interpreter can import by its name."""

from __future__ import annotations

import sys

__all__ = ["importable", "named"]


def named(module: str, path: str) -> object:
    """Return what a loaded module has under a qualified name; ``None`` if there is nothing.

    Examples:
        >>> named("json.decoder", "JSONDecoder.decode").__name__
        'decode'
        >>> named("json", "no_such_name") is None
        True
    """
    found: object = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def importable(obj: object) -> bool:
    """Tell whether a function or class can be had by its name in another interpreter.

    Examples:
        >>> importable(importable), importable(lambda: 1)
        (True, False)
    """
    name = getattr(obj, "__qualname__", "<")
    module = getattr(obj, "__module__", None)
    # Each interpreter has a __main__ of its own: a name in it means something else there.
    if not isinstance(module, str) or module == "__main__" or "<" in name:
        return False
    return named(module, name) is obj
