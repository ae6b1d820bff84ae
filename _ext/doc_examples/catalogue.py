"""The plan of a run as those who run and show it ask for it: by test, by session."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from doc_examples.plan import function_name, modules
from doc_examples.records import Kind, Plan

if TYPE_CHECKING:
    from pathlib import Path

    from doc_examples.records import Example

HOST = "host"
"""Stands in place of a Pyodide line for blocks that CPython runs."""


class Catalogue:
    """All blocks that have a test, found by the test or by their session."""

    def __init__(self, plan: Plan, source: Path) -> None:
        """``source`` is the Sphinx source directory."""
        self.plan = plan
        self.source = source
        self.directory = (source / plan.tests).resolve()
        self._sessions: dict[str, list[Example]] = defaultdict(list)
        self._tests: dict[tuple[Path, str], Example] = {}
        paths = modules(plan)
        for found in plan.items():
            example = _with_limit(found, plan.timeout)
            self._sessions[_key(example)].append(example)
            module = self.directory / paths[example.docname]
            self._tests[module, function_name(example.name)] = example

    @property
    def tests(self) -> dict[tuple[Path, str], Example]:
        """Module and function of each generated test, with its block."""
        return self._tests

    def find(self, module: Path, function: str) -> Example | None:
        """The block behind a test function; None for a test that was not generated."""
        return self._tests.get((module, function))

    def session(self, example: Example) -> list[Example]:
        """The blocks that share the example's session, in order."""
        return self._sessions[_key(example)]

    def position(self, example: Example) -> int:
        """Where the example stands in its session."""
        return [e.id for e in self.session(example)].index(example.id)

    def lines_of(self, example: Example, lines: list[str]) -> list[str]:
        """The lines that the example is run on."""
        return [HOST] if example.kind is Kind.HOST else lines


def _key(example: Example) -> str:
    # The host blocks of a session are a project beside its pages, not a part of them.
    return example.session_key + ("::host" if example.kind is Kind.HOST else "")


def _with_limit(example: Example, default: float) -> Example:
    """The example with its time limit made explicit."""
    options = replace(example.options, timeout=example.options.timeout or default)
    return replace(example, options=options)
