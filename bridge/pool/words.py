"""A word of shared memory, which outlives the worker that wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bridge._browser import ffi
from bridge.environment import is_cross_origin_isolated

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Word", "shared_word"]


class Word:
    """The number of the attempt that a worker began last.

    Attributes:
        memory: What is sent to the worker.
    """

    __slots__ = ("_load", "_view", "memory")

    def __init__(self, memory: object, view: object, load: Callable[[object, int], int]) -> None:
        self.memory = memory
        self._view = view
        self._load = load

    def get(self) -> int:
        """Read it."""
        return int(self._load(self._view, 0))


def shared_word() -> Word | None:
    """Allocate a word; ``None`` where the page is not isolated."""
    if not is_cross_origin_isolated():
        return None
    page = cast("Any", ffi.js_globals("shared memory"))
    memory = page.SharedArrayBuffer.new(4)
    return Word(memory, page.Int32Array.new(memory), page.Atomics.load)
