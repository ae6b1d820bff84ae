"""From recorded figures to tables in Markdown."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MARK = "<!-- Below this line the page is written by tests/bench/run.py. -->"
BASE = "wybthon"
_GROUPS = {"signals": {"create ": "creation", "update ": "many small updates"}}
"""By suite, rows of one kind by how their names begin: each kind gets a mean of its own."""
_COUNTS = {
    "crossings": "Calls from Python into the page per operation:",
    "recomputed": "Computeds that ran in one iteration:",
}


def write_page(results: Path, page: Path) -> None:
    """Write the tables of all recorded suites below the mark of a page."""
    text = page.read_text("utf-8") if page.exists() else f"# Benchmarks\n\n{MARK}\n"
    head = text.split(MARK)[0]
    parts = [tables(json.loads(path.read_text("utf-8"))) for path in sorted(results.glob("*.json"))]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(head + MARK + "\n\n" + "\n".join(parts), "utf-8")


def tables(suite: dict[str, Any]) -> str:
    """Write one suite as a section."""
    name = suite["suite"]
    out = [f"## {name}", ""]
    for line, found in suite["lines"].items():
        out += [
            f"### {name} on Pyodide {line}",
            "",
            _conditions(suite, found),
            "",
        ]
        out += _figures(found["rows"], _GROUPS.get(name, {}))
        for count, caption in _COUNTS.items():
            if count in found:
                columns = list(next(iter(found[count].values())))
                counts = (
                    [row, *(cells.get(column, "") for column in columns)]
                    for row, cells in found[count].items()
                )
                out += ["", caption, "", *_table(["", *columns], counts)]
        out.append("")
    return "\n".join(out)


def _conditions(suite: dict[str, Any], found: dict[str, Any]) -> str:
    versions, machine = found["versions"], found["machine"]
    peers = ""
    if BASE in _columns(found["rows"]):
        peers = f", reaktiv {versions['reaktiv']}, wybthon {versions['wybthon']}"
    return (
        f"{suite['unit']}; median / best of {found['repeat']}. Pyodide {versions['pyodide']}, "
        f"{versions['browser']}{peers}; "
        f"{machine['cores']} cores, load {machine['load before']} before the run; "
        f"{found['date']}, commit `{found['commit']}`."
        f"{' **Loaded: not to be quoted.**' if found.get('loaded') else ''}"
    )


def _columns(rows: dict[str, dict[str, Any]]) -> list[str]:
    return list(next(iter(rows.values())))


def _figures(rows: dict[str, dict[str, Any]], kinds: dict[str, str]) -> list[str]:
    columns = _columns(rows)
    body = [
        [row, *(_cell(cells[c], cells.get(BASE)) for c in columns)] for row, cells in rows.items()
    ]
    if BASE not in columns:
        return _table(["", *columns], body)
    return [
        *_table(["", *columns], [*body, *_means(rows, columns, kinds)]),
        "",
        f"In brackets the best time as a ratio to {BASE}'s.",
    ]


def _means(
    rows: dict[str, dict[str, Any]], columns: list[str], kinds: dict[str, str]
) -> list[list[str]]:
    """Give the geometric mean of the ratios of each column, for each group of rows apart."""
    groups: dict[str, dict[str, Any]] = {}
    for row, cells in rows.items():
        kind = next((kind for start, kind in kinds.items() if row.startswith(start)), "")
        groups.setdefault(kind, {})[row] = cells
    if len(groups) > 1:
        groups["graphs"] = groups.pop("")
    means = []
    for kind, members in groups.items():
        ratios = [list(_ratios(members, column)) for column in columns]
        name = "geometric mean of the ratios"
        means.append(
            [f"{name}, {kind}" if len(groups) > 1 else name]
            + [
                f"{math.exp(math.fsum(map(math.log, each)) / len(each)):.2f}" if each else ""
                for each in ratios
            ]
        )
    return means


def _ratios(rows: dict[str, dict[str, Any]], column: str) -> Iterable[float]:
    for cells in rows.values():
        if isinstance(cells[column], dict) and isinstance(cells.get(BASE), dict):
            yield cells[column]["best"] / cells[BASE]["best"]


def _cell(found: Any, base: Any) -> str:
    if not isinstance(found, dict):
        return str(found)
    text = f"{_short(found['median'])} / {_short(found['best'])}"
    if isinstance(base, dict):
        text += f" ({found['best'] / base['best']:.2f})"
    return text


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def _table(head: list[str], rows: Iterable[list[Any]]) -> list[str]:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return ["| " + " | ".join(map(str, line)) + " |" for line in lines]
