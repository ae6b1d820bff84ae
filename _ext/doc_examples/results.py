"""The results file of a line: what was verified, with what, and whether it still holds."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doc_examples.records import Fate, LineResults, Result, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from doc_examples.records import Example

SCHEMA = 1
"""Version of the file's shape; a file of another version counts as absent."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything besides the page that a result on one line depends on."""

    line: str
    version: str
    python: str
    browser: str
    digest: str
    """Hash over runtime, wheels and the runner's own code."""


def result_key(environment: Environment, session: Sequence[Example], position: int) -> str:
    """Hash of all that the result of one block depends on.

    That is the session's blocks and options up to it, where they stand, and the environment.
    The line a block stands on does not count: moving a block leaves its result valid.
    """
    blocks = [
        json.dumps(
            {k: v for k, v in asdict(example).items() if k not in {"line", "column", "heading"}},
            sort_keys=True,
        )
        for example in session[: position + 1]
    ]
    return digest(environment.digest, environment.browser, *blocks)


def read(path: Path) -> LineResults | None:
    """The results in a file, or None where there are none that can be used."""
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA:
            return None
        found = [Result(**{**item, "fate": Fate(item["fate"])}) for item in data["results"]]
        known = {result.id: result for result in found}
        line, version = str(data["line"]), str(data["version"])
        return LineResults(line, version, str(data["python"]), str(data["browser"]), known)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Written by another version, or by nothing of ours: everything is run again.
        return None


def write(path: Path, found: LineResults) -> None:
    """Write a results file, whole or not at all; sorted, so that diffs are readable."""
    data = {**asdict(found), "schema": SCHEMA}
    data["results"] = [asdict(found.results[key]) for key in sorted(found.results)]
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(data, indent=1, sort_keys=True) + "\n")
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def merged(
    old: LineResults | None,
    environment: Environment,
    new: Mapping[str, Result],
    known: Iterable[str],
) -> LineResults:
    """The old results with the new ones put in and those of blocks that are gone left out."""
    kept = {} if old is None else {k: v for k, v in old.results.items() if k in set(known)}
    return LineResults(
        environment.line,
        environment.version,
        environment.python,
        environment.browser,
        {**kept, **new},
    )


def path_for(directory: Path, line: str) -> Path:
    """Where the results of a line are kept."""
    return directory / f"{line}.json"


def is_current(result: Result | None, key: str) -> bool:
    """Whether a result was produced by exactly what is there now."""
    return result is not None and result.key == key


__all__ = [
    "SCHEMA",
    "Environment",
    "is_current",
    "merged",
    "path_for",
    "read",
    "result_key",
    "write",
]
