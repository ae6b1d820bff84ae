"""The suite ``signals``: runs on any Python, and in the page for the figures; in milliseconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.bench.libraries import LIBRARIES, Library, collect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNIT = "ms per iteration"


class Ready:
    """A shape of a library, checked and ready to be timed.

    Attributes:
        iterate: One iteration.
        recomputed: How often computeds ran in the checked iteration, where the shape counts.
    """

    def __init__(self, library: Library, build: Callable[[], tuple[Any, Any]]) -> None:
        self.iterate, expected = build()
        self.iterate()
        found = self.iterate()
        wanted = expected() if callable(expected) else expected
        if found != wanted:
            raise AssertionError(f"{library.name}: {found!r} instead of {wanted!r}")
        counter = getattr(self.iterate, "recomputed", None)
        self.recomputed: int | None = counter[0] if counter else None


def measure(
    repeat: int,
    names: Iterable[str] | None = None,
    shapes: Iterable[str] | None = None,
) -> dict[str, dict[str, Any]]:
    """Measure the shapes, the libraries taking turns; each is checked before it is timed.

    Args:
        repeat: How often each is timed.
        names: Which libraries; all if left out.
        shapes: Which shapes; all if left out.

    Returns:
        By shape and library: a list of milliseconds per iteration, or the reason why there is
        none as a text; under ``recomputed`` the counts of computeds that ran.
    """
    chosen = [library for library in LIBRARIES if names is None or library.name in names]
    builders = {library.name: library.shapes() for library in chosen}
    figures: dict[str, dict[str, Any]] = {}
    for shape in shapes or builders[chosen[0].name]:
        row: dict[str, Any] = {}
        ready: dict[str, Ready] = {}
        for library in chosen:
            if shape in library.cannot:
                row[library.name] = library.cannot[shape]
                continue
            try:
                ready[library.name] = Ready(library, builders[library.name][shape])
                row[library.name] = []
            except RecursionError as error:
                row[library.name] = f"fails: {type(error).__name__}"
        for _ in range(repeat):
            for name, each in ready.items():
                collect()
                start = time.perf_counter()
                each.iterate()
                row[name].append((time.perf_counter() - start) * 1e3)
        counts = {n: each.recomputed for n, each in ready.items() if each.recomputed is not None}
        if counts:
            row["recomputed"] = counts
        figures[shape] = row
        ready.clear()
        collect()
    return figures
