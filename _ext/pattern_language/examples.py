"""The runnable blocks of a page, as far as something collects them.

The records are read from Sphinx's environment under the name by which ``doc_examples`` keeps
them, so that this extension works without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.environment import BuildEnvironment


class _Example(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def is_item(self) -> bool: ...


class _Record(Protocol):
    @property
    def examples(self) -> tuple[_Example, ...]: ...


def are_collected(env: BuildEnvironment) -> bool:
    """Whether anything collects runnable blocks."""
    return _records(env) is not None


def _records(env: BuildEnvironment) -> Mapping[str, _Record] | None:
    return cast("Mapping[str, _Record] | None", getattr(env, "doc_examples", None))


def runnable(env: BuildEnvironment, docname: str) -> tuple[str, ...] | None:
    """Return the names of a page's runnable blocks; None where nothing collects them."""
    records = _records(env)
    if records is None:
        return None
    record = records.get(docname)
    return tuple(example.name for example in record.examples if example.is_item) if record else ()
