"""What a rule finds, and what it may ask of the world around the language."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import invalidate_caches
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pattern_language.model import Place  # noqa: TC001 - dataclasses compare it

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pattern_language.published import Published


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that does not hold."""

    place: Place
    subtype: str
    message: str


def can_be_found(module: str) -> bool:
    """Whether a module can be imported here; its parents are, it itself is not."""
    invalidate_caches()
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules know besides the language."""

    examples: bool = False
    """Whether runnable blocks are collected at all."""
    published: Published | None = None
    """The ids that were ever published; None where no file lists them."""
    pages: frozenset[str] | None = None
    """Names of all pages of the project; None where they do not matter."""
    exists: Callable[[str], bool] = can_be_found
    """Whether a module exists."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """What the bibliography says of each key."""
