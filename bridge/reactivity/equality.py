"""When are two values the same? The question that decides whether a change goes on.

The default is strict enough that no difference on the screen is lost, and never raises: values
whose ``==`` fails or gives no truth value (arrays, data frames, symbolic expressions) count as
different, which costs a run and never shows a stale value. For the same reason two observables
are the same only if they are one object, at any depth of a list or dict: two that are equal now can
differ later, and whoever shows one of them does not follow the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, Literal, TypeAlias, TypeVar, cast

__all__ = ["PLAIN", "Equality", "compare_by_identity", "same"]

T = TypeVar("T")

PLAIN: Final = frozenset({int, float, str, bool, bytes, type(None)})
"""Types whose ``==`` is quick, reads nothing and always gives a truth value."""

_asking: Final = [False]  # whether `same` is asking: an `==` may be nested in others

Equality: TypeAlias = Callable[[T, T], bool] | Literal[False] | None
"""How a node compares. None is `same`, False never finds two values equal, or a function."""


def same(old: object, new: object) -> bool:
    """Tell whether `new` brings nothing new: the same object, or an equal one of the same type.

    The types are compared too, because ``1 == True == 1.0`` while they are shown differently.
    A result of ``==`` that is neither True nor False counts only if it is a scalar with a truth
    value (such as a NumPy boolean); one with a length (an array) counts as different, as does
    an ``==`` that raises. Observables are compared by identity, inside of containers too.

    Examples:
        >>> same([1, 2], [1, 2]), same(1, True), same(float("nan"), float("nan"))
        (True, False, False)
    """
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    outer = _asking[0]
    _asking[0] = True
    try:
        equal: object = old == new
        if equal is True or equal is False:
            return equal
        return not hasattr(equal, "__len__") and bool(equal)
    except Exception:  # noqa: BLE001 - whatever a foreign __eq__ raises means 'cannot tell'
        return False
    finally:
        _asking[0] = outer


def compare_by_identity(cls: type) -> None:
    """Let `same` compare the instances of a class by identity; anybody else's ``==`` is as it was.

    Args:
        cls: A class with an ``__eq__`` of its own.
    """
    equal = cast("Callable[[object, object], bool]", cls.__eq__)

    @wraps(equal)
    def __eq__(self: object, other: object) -> bool:  # noqa: N807 - it becomes the class's
        return self is other if _asking[0] else equal(self, other)

    # Assigned to a finished class, it leaves `__hash__` alone.
    cls.__eq__ = __eq__  # type: ignore[assignment,method-assign]
