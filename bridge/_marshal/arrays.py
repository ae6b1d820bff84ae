"""NumPy's arrays of numbers as shape, type and bytes.

NumPy's own pickle names functions whose modules differ between its versions, and rebuilds types
from a state that nobody checks. Neither is needed for plain numbers.
"""

from __future__ import annotations

import math
import pickle
import sys
from typing import TYPE_CHECKING, Any, Final, cast

from bridge._marshal.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["array_of", "array_type", "reduce_array"]

_NUMBERS: Final = "biufc"
_LONGEST: Final = 8


def array_type() -> type | None:
    """Return ``numpy.ndarray`` if NumPy has been imported, without importing it."""
    numpy = sys.modules.get("numpy")
    return getattr(numpy, "ndarray", None)


def reduce_array(array: Any) -> tuple[Callable[..., object], tuple[object, ...]] | None:
    """Describe an array of numbers; ``None`` for others, which NumPy pickles itself."""
    if array.dtype.kind not in _NUMBERS:
        return None
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    flat = array.ravel(order=order)
    # As bytes: pickle's buffers need a format that Python knows, and 16-bit floats have none.
    raw = pickle.PickleBuffer(flat.view("u1"))
    return array_of, (array.dtype.str, array.shape, order, raw)


def array_of(kind: str, shape: tuple[int, ...], order: str, raw: object) -> object:
    """Make an array of a description.

    Raises:
        UnreadableError: The parts do not fit each other, or are no numbers.
    """
    import numpy as np  # noqa: PLC0415 - only who receives arrays needs it

    # Types of structures are written as texts, too, and may be of any length.
    dtype = np.dtype(kind if type(kind) is str and len(kind) <= _LONGEST else "V")
    view = memoryview(cast("bytes", raw))
    fits = (
        dtype.kind in _NUMBERS
        and order in ("C", "F")
        and type(shape) is tuple
        and all(type(length) is int and length >= 0 for length in shape)
        and math.prod(shape) * dtype.itemsize == view.nbytes
    )
    if not fits:
        raise UnreadableError("an array's type, shape and bytes do not fit")
    if view.readonly:
        view = memoryview(bytearray(view))
    return np.frombuffer(view, dtype).reshape(shape, order=cast("Any", order))
