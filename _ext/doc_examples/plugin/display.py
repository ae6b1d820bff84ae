"""How a failed block reads in pytest's output. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doc_examples.catalogue import HOST
from doc_examples.lines import split_lines
from doc_examples.records import Fate

if TYPE_CHECKING:
    from doc_examples.judge import Verdict
    from doc_examples.records import Example, Outcome

_AROUND = 3
"""Source lines shown before and after the one that failed."""


def on_line(line: str) -> str:
    """The line for a reader.

    >>> on_line("0.28"), on_line("host")
    ('Pyodide 0.28', 'the host')
    """
    return "the host" if line == HOST else f"Pyodide {line}"


def failure_text(example: Example, line: str, verdict: Verdict) -> str:
    """Say where in the page it failed, how, and on which Pyodide line."""
    at = verdict.line or example.line
    where = f"{example.file}:{at}" + (f":{verdict.column}" if verdict.column else "")
    if verdict.fate is Fate.NOT_RUN:
        return f"{example.file}:{example.line}: {verdict.headline}"
    parts = [
        f"{where}: {verdict.headline}",
        f"block {example.name} of {example.page}, on {on_line(line)}",
        "",
        excerpt(example, at),
    ]
    if verdict.detail:
        parts += ["", verdict.detail.rstrip()]
    return "\n".join(parts)


def excerpt(example: Example, at: int) -> str:
    """The block's lines around line ``at`` of its file, that line marked.

    A line outside the block (an output fence, a docstring) shows the block's end.
    """
    lines = split_lines(example.code)
    last = example.line + len(lines) - 1
    centre = min(max(at, example.line), last)
    first, end = max(example.line, centre - _AROUND), min(last, centre + _AROUND)
    width = len(str(end))
    return "\n".join(
        f"{'>' if number == at else ' '} {number:{width}} | {lines[number - example.line]}".rstrip()
        for number in range(first, end + 1)
    )


def sections(outcome: Outcome) -> list[tuple[str, str]]:
    """Everything else that was seen of the block, as titled texts."""
    further = "\n".join(problem.traceback.rstrip() for problem in outcome.problems)
    found = [
        ("output of the block", outcome.stdout),
        ("standard error of the block", outcome.stderr),
        ("errors that nobody handled", further),
        ("browser consoles", "\n".join(outcome.console)),
    ]
    return [(title, text.rstrip()) for title, text in found if text.strip()]
