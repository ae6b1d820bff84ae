"""The plain data of the examples: what a page says, and what became of it.

No Sphinx, no pytest, no browser: every stage imports these records, and the records
import nothing. They travel as JSON between the Sphinx build (which collects), the pytest
plugin (which runs) and the site (which shows).

The walk of a block through the stages::

    fence -> Example -> Plan -> generated test -> Outcome -> Result -> badge and output
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What is done with a block; decided by its language and options alone."""

    PYTHON = "python"
    """Run by Pyodide in the block's session."""
    DOCTEST = "doctest"
    """``>>>`` examples, run by Pyodide and compared with what they print."""
    HTML = "html"
    """Put into the session's document."""
    CSS = "css"
    """Applied to the session's document."""
    JAVASCRIPT = "javascript"
    """Run as a module in the session's page."""
    WGSL = "wgsl"
    """Compiled by the page's GPU device."""
    DATA = "data"
    """JSON, TOML or YAML: parsed."""
    FILE = "file"
    """Written into the session's file system and served below the session's URL."""
    HOST = "host"
    """Run by CPython in a fresh project, under its own pytest."""
    OUTPUT = "output"
    """What the block before it prints; compared, not run."""
    PROSE = "prose"
    """Shown to people only (consoles, plain text)."""


ITEM_KINDS = frozenset(Kind) - {Kind.OUTPUT, Kind.PROSE}
"""The kinds that become a test of their own."""


@dataclass(frozen=True, slots=True)
class LineRange:
    """The Pyodide lines that something holds on, and why not on the others."""

    specifier: str
    """A PEP 440 specifier set over lines, such as ``>=0.27``."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """One ``output`` fence: the standard output that the block before it must produce."""

    text: str
    line: int
    """1-based line of its first line in the file where it stands."""
    lines: LineRange | None = None
    ellipsis: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """The options that an author may give a block."""

    raises: str = ""
    """Pattern for ``Type: message`` of the exception that must end the block."""
    needs: tuple[str, ...] = ()
    """Capabilities of the page (see ``session/probes.mjs``)."""
    packages: tuple[str, ...] = ()
    """Wheels of the Pyodide distribution to load before the block."""
    lines: LineRange | None = None
    timeout: float = 0.0
    """Seconds; 0 means the project's default."""
    output_limit: int = 0
    """Characters that it may print; 0 means the session's own limit."""
    file: str = ""
    reload: bool = False
    tab: str = ""
    host: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One block of one page."""

    docname: str
    name: str
    """Unique within the page and permanent: ``docname#name`` identifies the block."""
    language: str
    kind: Kind
    code: str
    """The text as shown, ending in exactly one newline."""
    page: str
    """The page's own source, a POSIX path relative to the source directory."""
    file: str
    """Where the text really stands: ``page``, an included file or a Python module."""
    line: int
    """1-based line of the first line of ``code`` in ``file``."""
    column: int = 0
    """Characters before the code on each of its lines in ``file`` (indent, quote marks)."""
    session: str = ""
    options: Options = field(default_factory=Options)
    expected: tuple[Expected, ...] = ()
    heading: str = ""
    docstring_of: str = ""
    """Dotted name of the object whose docstring holds the block, if one does."""
    flags: tuple[str, ...] = ()
    """Names of doctest's flags that hold for the block; none means those of the harness."""
    not_run: str = ""
    """Why a block that could be code is shown only, where its language does not say it."""

    @property
    def id(self) -> str:
        """The permanent identity of the block."""
        return f"{self.docname}#{self.name}"

    @property
    def session_key(self) -> str:
        """The session of the whole catalogue that the block belongs to."""
        return f"{self.docname}::{self.session}"

    @property
    def is_item(self) -> bool:
        """Whether the block becomes a test of its own."""
        return self.kind in ITEM_KINDS

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Rebuild a record from :func:`dataclasses.asdict` output."""
        options = dict(data["options"])
        options["lines"] = _line_range(options.get("lines"))
        for key in ("needs", "packages"):
            options[key] = tuple(options[key])
        expected = tuple(
            Expected(**{**item, "lines": _line_range(item.get("lines"))})
            for item in data["expected"]
        )
        known = {f.name for f in fields(cls)}
        rest = {k: v for k, v in data.items() if k in known}
        rest["flags"] = tuple(data.get("flags", ()))
        rest |= {"kind": Kind(data["kind"]), "options": Options(**options), "expected": expected}
        return cls(**rest)


def _line_range(data: dict[str, str] | None) -> LineRange | None:
    return None if data is None else LineRange(**data)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run needs to know of the project, as collected by Sphinx."""

    examples: tuple[Example, ...]
    """All blocks of all pages; pages sorted by name, blocks in reading order."""
    wheels: tuple[str, ...] = ()
    """Projects or wheel files to install in every session, relative to the source directory."""
    timeout: float = 30.0
    """Seconds that a block may take unless it says otherwise."""
    tests: str = "tests/patterns"
    """Where the generated modules go, relative to the source directory."""

    def items(self) -> list[Example]:
        """The blocks that become tests."""
        return [example for example in self.examples if example.is_item]

    def session(self, example: Example) -> list[Example]:
        """The items that share the example's session, in order."""
        return [e for e in self.items() if e.session_key == example.session_key]

    def packages(self) -> list[str]:
        """Every wheel of the distribution that some block asks for, sorted."""
        return sorted({p for e in self.examples for p in e.options.packages})

    def to_json(self) -> str:
        """The plan as stable, readable JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Rebuild a plan from :meth:`to_json` output."""
        data = json.loads(text)
        return cls(
            examples=tuple(Example.from_json(item) for item in data["examples"]),
            wheels=tuple(data["wheels"]),
            timeout=data["timeout"],
            tests=data["tests"],
        )


class Fate(StrEnum):
    """What became of a block on one line."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not-run"
    """A block before it in its session failed."""
    NOT_APPLICABLE = "not-applicable"
    """The page declares that it does not hold on this line, and why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An exception that ended a block, in the coordinates of the file where it stands."""

    type: str
    message: str
    traceback: str
    line: int = 0
    column: int = 0
    mismatch: bool = False
    """Whether nothing went wrong but what was printed: the block has done all that it says."""

    @property
    def summary(self) -> str:
        """``Type: message``, as ``raises`` patterns see it."""
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the session reports after one block, before it is judged."""

    stdout: str = ""
    stderr: str = ""
    fault: Fault | None = None
    problems: tuple[Fault, ...] = ()
    """Errors that nobody awaited: tasks, event handlers, rejections."""
    console: tuple[str, ...] = ()
    """Lines of the consoles of page, workers and service worker."""
    seconds: float = 0.0
    timed_out: bool = False
    """Whether the block was ended at its time limit; ``fault`` then shows where it was."""
    lost: str = ""
    """Why the session cannot go on (crash, navigation, hang), if it cannot."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Rebuild a record from what the session posted."""
        fault = data.get("fault")
        return cls(
            stdout=data.get("stdout", ""),
            stderr=data.get("stderr", ""),
            fault=Fault(**fault) if fault else None,
            problems=tuple(Fault(**problem) for problem in data.get("problems", ())),
            console=tuple(data.get("console", ())),
            seconds=float(data.get("seconds", 0.0)),
            timed_out=bool(data.get("timed_out", False)),
            lost=data.get("lost", ""),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on one block on one line, as kept in the results file."""

    id: str
    fate: Fate
    key: str
    """Hash of all that the result depends on; any other key means that it is stale."""
    seconds: float = 0.0
    stdout: str = ""
    stderr: str = ""
    message: str = ""
    """Why it failed, was not run or is not applicable."""
    date: str = ""
    """ISO date (UTC) of the run."""


@dataclass(frozen=True, slots=True)
class LineResults:
    """The results of one Pyodide line (or of ``host``), as kept in ``<line>.json``."""

    line: str
    version: str
    """Exact version of Pyodide, or of CPython for ``host``."""
    python: str
    browser: str
    results: dict[str, Result] = field(default_factory=dict)


def digest(*parts: str) -> str:
    """Return a hash of the parts that no other split of the same text shares."""
    joined = json.dumps(parts)
    return hashlib.sha256(joined.encode()).hexdigest()
