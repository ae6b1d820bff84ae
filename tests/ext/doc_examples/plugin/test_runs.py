"""What pytest's users expect of a run holds for examples: selection, workers, reports, results."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ext.doc_examples.plugin.conftest import Project, Run

INDEX = """
# Guide

{#start}
```python
count = 1
print(count)
```

```output
1
```

{#fails}
```python
count += 1
print("seen before")
assert count == 3, "not three"
```

{#after}
```python
print(count)
```

{#elsewhere session=other}
```python
print("alone")
```

{#newer session=newer lines=">=0.27: the old one has no such thing"}
```python
print("newer")
```
"""
MORE = """
# More

{#more}
```python
print("more")
```
"""


@pytest.fixture(scope="module")
def project(new_project: Callable[..., Project]) -> Project:
    """A project with one failing block and a test of its own."""
    own = "def test_own():\n    pass\n"
    files = {"docs/index.md": INDEX, "docs/guide/more.md": MORE, "tests/test_own.py": own}
    return new_project(files)


@pytest.fixture(scope="module")
def first(project: Project) -> Run:
    """Its first run, on two lines with two workers; every other test comes after."""
    assert not (project.folder / "tests" / "patterns").exists()
    arguments = ["-n", "2", "--pyodide", "0.26", "--pyodide", "314", "-rA"]
    return project.pytest("tests/patterns", *arguments, "--junitxml", "report.xml")


def test_a_clean_checkout_generates_and_runs(first: Run) -> None:
    assert first.counts == {"failed": 4, "passed": 7, "skipped": 1}, first.text
    assert first.status == pytest.ExitCode.TESTS_FAILED
    assert first.outcomes["test_start[0.26]"] == "passed"
    assert first.outcomes["test_more[314]"] == "passed"


def test_a_failure_reads_in_the_coordinates_of_the_page(first: Run) -> None:
    line = INDEX.lstrip("\n").splitlines().index('assert count == 3, "not three"') + 1
    assert f"docs/index.md:{line}: AssertionError: not three" in first.text
    assert f'> {line} | assert count == 3, "not three"' in first.text
    assert f'File "docs/index.md", line {line}, in <module>' in first.text
    assert "output of the block" in first.text
    assert "seen before" in first.text
    assert "INTERNALERROR" not in first.text


def test_what_follows_a_failure_says_which_block_failed(first: Run) -> None:
    line = INDEX.lstrip("\n").splitlines().index("count += 1") + 1
    where = f"not run: block fails at docs/index.md:{line} failed"
    assert f"{where}: AssertionError: not three" in first.text


def test_what_a_page_excludes_is_skipped_with_its_reason(first: Run) -> None:
    assert "not applicable: the old one has no such thing" in first.text


def test_the_junit_report_knows_every_test(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    suite = ET.parse(project.folder / "report.xml").getroot()[0]  # noqa: S314 - written by our own run
    facts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert facts == {"tests": "12", "failures": "4", "errors": "0", "skipped": "1"}
    failed = {
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    }
    assert failed == {
        f"test_{name}[{line}]" for name in ("fails", "after") for line in ("0.26", "314")
    }


def test_results_are_kept_line_by_line(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    fates = {name: result["fate"] for name, result in project.results("0.26").items()}
    assert fates == {
        "docs/index#start": "passed",
        "docs/index#fails": "failed",
        "docs/index#after": "not-run",
        "docs/index#elsewhere": "passed",
        "docs/index#newer": "not-applicable",
        "docs/guide/more#more": "passed",
    }
    assert project.results("314")["docs/index#start"]["stdout"] == "1\n"


def test_the_header_names_what_the_examples_run_on(first: Run) -> None:
    assert "examples: 6 of " in first.text
    assert "Pyodide 0.26.1, 314.0.4; Chrom" in first.text


def test_last_failed_reruns_what_failed_and_nothing_else(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    again = project.pytest("tests/patterns", "--lf", "--pyodide", "314", "-rA")
    assert set(again.outcomes) == {"test_fails[314]", "test_after[314]"}, again.text


def test_a_test_runs_alone_by_its_node_id(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    node = "tests/patterns/test_index.py::test_elsewhere[314]"
    alone = project.pytest(node)
    assert alone.counts == {"passed": 1}, alone.text


def test_any_order_of_node_ids_gives_the_same_outcomes(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    names = ["test_after", "test_fails", "test_start"]
    nodes = [f"tests/patterns/test_index.py::{name}[314]" for name in names]
    run = project.pytest(*nodes, "-rA")
    assert run.outcomes["test_start[314]"] == "passed"
    assert run.outcomes["test_fails[314]"] == run.outcomes["test_after[314]"] == "failed"


def test_exitfirst_stops_at_the_first_failure(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    run = project.pytest("tests/patterns/test_index.py", "-x")
    assert run.counts == {"passed": 1, "failed": 1}, run.text


def test_a_keyword_selects_and_only_its_results_change(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    before = project.results()
    run = project.pytest("tests/patterns", "-k", "more", "--example-progress")
    assert run.counts == {"passed": 1, "deselected": 5}, run.text
    assert "Pyodide 314: 1 examples of 1" in run.text
    after = project.results()
    assert after == {**before, "docs/guide/more#more": after["docs/guide/more#more"]}


def test_stale_runs_what_failed_and_leaves_out_what_holds(first: Run, project: Project) -> None:
    assert first.status == pytest.ExitCode.TESTS_FAILED
    run = project.pytest("tests/patterns", "--stale", "-rA")
    assert set(run.outcomes) == {"test_fails[314]", "test_after[314]"}, run.text


def test_a_run_that_is_not_about_examples_pays_nothing(project: Project) -> None:
    script = """
import sys, pytest
status = pytest.main(["-p", "doc_examples.plugin", "-q", "tests/test_own.py"])
heavy = {"playwright", "sphinx", "doc_examples.runner.runner"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else status)
"""
    project.write({"run.py": script})
    command = project.command()
    command[1:] = ["run.py"]
    assert project.run(command).status == 0


def test_an_unknown_line_is_a_usage_error(project: Project) -> None:
    run = project.pytest("tests/patterns", "--pyodide", "0.99")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert (
        run.text.strip()
        .splitlines()[-1]
        .startswith("ERROR: --pyodide 0.99: expected one of 0.26, 0.27, 0.28, 314, 'all'")
    )


def test_a_folder_of_a_runtime_is_a_line(project: Project, runtime_folder: str) -> None:
    run = project.pytest("tests/patterns", "-k", "more", f"--pyodide={runtime_folder}", "-rA")
    assert run.outcomes == {"test_more[314.0.4+local]": "passed"}, run.text
