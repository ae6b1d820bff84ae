"""Decides whether what a block did is what its page says. Pure."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass
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

    @property
    def passed(self) -> bool:
        """Whether the session may go on after the block."""
        return self.fate in {Fate.PASSED, Fate.NOT_APPLICABLE}


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
        return _failed(example, nobody + first.summary, first)
    for expected in example.expected:
        if covers(expected.lines, line) and not same_output(expected, outcome.stdout):
            return _mismatch(expected, outcome.stdout)
    return Verdict(Fate.PASSED)


def same_output(expected: Expected, got: str) -> bool:
    """Compare outputs; blanks at line ends do not count, ``...`` only where the page says so."""
    want, have = normalised(expected.text), normalised(got)
    if want == have:
        return True
    return expected.ellipsis and doctest.OutputChecker().check_output(want, have, doctest.ELLIPSIS)


def normalised(text: str) -> str:
    """The text without blanks at the ends of lines and blank lines at its end."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


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
    return Verdict(Fate.FAILED, headline, detail, expected.line)


def _indent(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines()) or "    (nothing)\n"
