"""Decides whether what a block did is what its page says. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from doc_examples.records import Fate

if TYPE_CHECKING:
    from doc_examples.records import Example, Expected, Fault, LineRange, Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """A fate, and for a failure what to tell the author of the page."""

    fate: Fate
    headline: str = ""
    """One sentence; for 'not applicable' the reason."""
    detail: str = ""
    """Traceback, or expected and got."""
    line: int = 0
    """The line of the file to look at first."""
    column: int = 0
    """The 1-based column there, where it is known."""

    goes_on: bool = False
    """Whether the session holds after the failure what the page says: only the output differs."""

    @property
    def passed(self) -> bool:
        """Whether the block did what its page says, or need not."""
        return self.fate in {Fate.PASSED, Fate.NOT_APPLICABLE}

    @property
    def ends_session(self) -> bool:
        """Whether what the blocks after it would see is not what the page says."""
        return not (self.passed or self.goes_on)


def covers(lines: LineRange | None, line: str) -> bool:
    """Whether a range of Pyodide lines includes the line; no range includes all."""
    return lines is None or SpecifierSet(lines.specifier).contains(line)


def excluded(example: Example, line: str) -> Verdict | None:
    """The verdict for a line that the page itself excludes, without running the block."""
    lines = example.options.lines
    if lines is None or covers(lines, line):
        return None
    return Verdict(Fate.NOT_APPLICABLE, lines.reason)


def judge(example: Example, line: str, outcome: Outcome) -> Verdict:
    """Compare what a block did with what its page says."""
    if outcome.lost:
        return _failed(example, outcome.lost, outcome.fault)
    if outcome.timed_out:
        limit = f"took longer than its limit of {example.options.timeout:g} s"
        return _failed(example, limit, outcome.fault)
    faults = [fault for fault in (outcome.fault, *outcome.problems) if fault]
    if example.options.raises:
        matched = [fault for fault in faults if matches(example.options.raises, fault)]
        if not matched:
            found = faults[0].summary if faults else "nothing was raised"
            headline = f"expected an exception matching {example.options.raises!r}, found {found}"
            return _failed(example, headline, faults[0] if faults else None)
        faults = [fault for fault in faults if fault not in matched]
    if faults:
        first = faults[0]
        nobody = "" if first is outcome.fault else "nobody handled "
        verdict = _failed(example, nobody + first.summary, first)
        return replace(verdict, goes_on=all(fault.mismatch for fault in faults))
    for expected in example.expected:
        if covers(expected.lines, line) and not same_output(expected, outcome.stdout):
            return _mismatch(expected, outcome.stdout)
    return Verdict(Fate.PASSED)


def same_output(expected: Expected, got: str) -> bool:
    """Compare outputs; blanks at line ends do not count, ``...`` only where the page says so."""
    want, have = normalised(expected.text), normalised(got)
    return want == have or (expected.ellipsis and _fits(want.split("..."), have))


def _fits(pieces: list[str], text: str) -> bool:
    """Whether the pieces stand in the text in this order, the first and last at its ends."""
    first, *middle, last = pieces if len(pieces) > 1 else [*pieces, ""]
    if len(pieces) == 1 or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return at <= end


def normalised(text: str) -> str:
    """The text without blanks and tabs at the ends of lines and blank lines at its end.

    Lines end at a line feed. Every other character, a carriage return too, is part of a line.
    """
    lines = [line.rstrip(" \t") for line in text.split("\n")]
    return "\n".join(lines).rstrip("\n") + "\n"


def matches(pattern: str, fault: Fault) -> bool:
    """Whether a ``raises`` pattern fits all of the fault's ``Type``, or ``Type: message``."""
    return any(re.fullmatch(pattern, text, flags=re.DOTALL) for text in (fault.type, fault.summary))


def _failed(example: Example, headline: str, fault: Fault | None) -> Verdict:
    if fault is None:
        return Verdict(Fate.FAILED, headline, line=example.line)
    at = fault.line or example.line
    return Verdict(Fate.FAILED, headline, fault.traceback, at, fault.column)


def _mismatch(expected: Expected, got: str) -> Verdict:
    detail = f"Expected:\n{_indent(expected.text)}Got:\n{_indent(got)}"
    headline = "the output is not what the page says"
    return Verdict(Fate.FAILED, headline, detail, expected.line, goes_on=True)


def _indent(text: str) -> str:
    shown = "".join(f"    {visible(line)}\n" for line in text.split("\n"))
    return shown.removesuffix("    \n") or "    (nothing)\n"


def visible(line: str) -> str:
    r"""The text with an escape for each character that cannot be seen.

    >>> print(visible("a\rb\u2028"))
    a\rb\u2028
    """
    return "".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in line)
