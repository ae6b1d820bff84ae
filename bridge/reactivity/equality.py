"""When are two values the same? The question that decides whether a change goes on.

The default is strict enough that no difference on the screen is lost, and never raises: values
whose ``==`` fails or gives no truth value (arrays, data frames, symbolic expressions) count as
different, which costs a run and never shows a stale value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias, TypeVar

__all__ = ["PLAIN", "Equality", "same"]

T = TypeVar("T")

PLAIN: Final = frozenset({int, float, str, bool, bytes, type(None)})
"""Types whose ``==`` is quick, reads nothing and always gives a truth value."""

Equality: TypeAlias = Callable[[T, T], bool] | Literal[False] | None
"""How a node compares. None is `same`, False never finds two values equal, or a function."""


def same(old: object, new: object) -> bool:
    """Tell whether `new` brings nothing new: the same object, or an equal one of the same type.

    The types are compared too, because ``1 == True == 1.0`` while they are shown differently.
    A result of ``==`` that is neither True nor False counts only if it is a scalar with a truth
    value (such as a NumPy boolean); one with a length (an array) counts as different, as does
    an ``==`` that raises.

    Examples:
        >>> same([1, 2], [1, 2]), same(1, True), same(float("nan"), float("nan"))
        (True, False, False)
    """
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    try:
        equal: object = old == new
        if equal is True or equal is False:
            return equal
        return not hasattr(equal, "__len__") and bool(equal)
    except Exception:  # noqa: BLE001 - whatever a foreign __eq__ raises means 'cannot tell'
        return False
