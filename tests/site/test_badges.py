"""Badges tell the truth: verified by a real run, stale as soon as anything has changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from doc_examples import results
from doc_examples.catalogue import Catalogue
from doc_examples.environment import equip
from doc_examples.records import Plan, Result
from doc_examples.runner.runner import Runner
from pyodide_runtimes import NEWEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONF = f"""
project = "Wheel"
extensions = ["myst_parser", "doc_examples"]
exclude_patterns = ["_build", "library"]
html_theme = "furo"
doc_examples_wheels = ["library"]
doc_examples_site_lines = ["{NEWEST}"]
"""

PAGE = """# Page

{#greets}
```python
import greetings
print(greetings.hello())
```

{#broken session=broken}
```python
raise LookupError("nothing <here>")
```

{#never lines="<1: no such Pyodide" session=never}
```python
1 / 0
```

{#expects session=expects}
```python
print("expected")
```

```output
expected
```

```console
$ true
```

```{verification-report}
```
"""

LIBRARY = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "greetings"
version = "1.0"
"""


def write_project(folder: Path) -> Path:
    (folder / "library/greetings").mkdir(parents=True)
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text(PAGE)
    (folder / "library/pyproject.toml").write_text(LIBRARY)
    (folder / "library/greetings/__init__.py").write_text("def hello():\n    return 'hello'\n")
    return folder


def run_and_record(source: Path) -> None:
    """Run every block as the tests do, and record what became of it."""
    plan = Plan.from_json((source / "_build/examples/plan.json").read_text("utf-8"))
    equipment = equip(plan, [NEWEST], source)
    environment = equipment.environments[NEWEST]
    catalogue = Catalogue(plan, source)
    found = {}
    with Runner(equipment.browser, equipment.runtimes) as runner:
        for example in plan.items():
            session, position = catalogue.session(example), catalogue.position(example)
            report = runner.run(NEWEST, session, position)
            found[example.id] = Result(
                example.id,
                report.verdict.fate,
                results.result_key(environment, session, position),
                stdout=report.outcome.stdout,
                message=report.verdict.headline,
                date="2026-01-02T03:04:05Z",
            )
    target = results.path_for(source / "_build/results", NEWEST)
    results.write(target, results.merged(None, environment, found, found))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, build: Callable[..., str]) -> Path:
    source = write_project(tmp_path_factory.mktemp("badges"))
    build(source, source / "_build/examples", "examples")
    run_and_record(source)
    return source


def page_of(source: Path) -> str:
    return (source / "_build/html/index.html").read_text("utf-8")


def badges(page: str) -> dict[str, str]:
    """The text of the badge of each block that has one, by name."""
    found = {}
    for block in page.split('<div class="example"')[1:]:
        name = re.search(r'id="([^"]*)"', block)
        badge = re.search(r'class="example-badge".*?>(.*?)</(?:a|span)>\s*</div>', block, re.DOTALL)
        if name and badge:
            found[name[1]] = re.sub(r"<[^>]*>", "", badge[1])
    return found


def test_badges_and_outputs_follow_the_results_and_the_library(
    project: Path, build: Callable[..., str]
) -> None:
    build(project, project / "_build/html")
    verified = page_of(project)
    found = badges(verified)
    assert re.fullmatch(rf"passed on {NEWEST} \w+ \d+ · 2026-01-02", found["greets"])
    assert found["broken"] == f"failed on {NEWEST} LookupError: nothing &lt;here&gt;"
    assert found["never"] == "not applicable no such Pyodide"
    recorded = re.findall(r'<div class="example-recorded">.*?<pre>(.*?)</pre>', verified, re.DOTALL)
    assert recorded == ["hello\n"], "an output that stands on the page is not shown twice"

    # The library alone changes: no page does, and the command builds nothing anew by itself.
    library = project / "library/greetings/__init__.py"
    before = library.read_text("utf-8")
    library.write_text("def hello():\n    return 'good morning'\n")
    build(project, project / "_build/html")
    stale = badges(page_of(project))
    assert stale["greets"] == stale["expects"] == "stale changed since it was verified"
    assert stale["never"] == "not applicable no such Pyodide"
    assert "example-recorded" not in page_of(project)

    library.write_text(before)
    build(project, project / "_build/html")
    assert badges(page_of(project)) == found


def test_the_report_lists_every_block_with_its_fate(
    project: Path, build: Callable[..., str]
) -> None:
    build(project, project / "_build/report")
    page = (project / "_build/report/index.html").read_text("utf-8")
    rows = re.findall(r"<tr.*?</tr>", page.split("example-fates", 1)[1], re.DOTALL)
    cells = [
        [
            re.sub(r"<[^>]*>|\s+", " ", cell).split()
            for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)
        ]
        for row in rows
    ]
    shown = {cell[0][0]: (cell[2][0], " ".join(cell[3])) for cell in cells if cell}
    assert shown == {
        "greets": ("python", "passed"),
        "broken": ("python", "failed LookupError: nothing &lt;here&gt;"),
        "never": ("python", "not applicable no such Pyodide"),
        "expects": ("python", "passed"),
        "expects-output": ("output", "output"),
        "page-text-1": ("prose", "prose"),
    }
    for address in re.findall(r'class="example-badge"[^>]*href="[^"#]*#([^"]*)"', page):
        assert f'id="{address}"' in page


@pytest.mark.parametrize("builder", ["text", "latex", "man", "epub"])
def test_other_builders_show_plain_code(
    project: Path, build: Callable[..., str], builder: str
) -> None:
    target = project / f"_build/{builder}"
    build(project, target, builder)
    shown = "".join(
        path.read_text("utf-8")
        for path in target.rglob("*.*")
        if path.suffix in {".txt", ".tex", ".1", ".xhtml"}
    )
    assert "greetings" in shown
    assert "example-run" not in shown
    assert "example-data" not in shown
