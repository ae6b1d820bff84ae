"""Any project gets its tests with three lines in its conf; what goes wrong is said clearly."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.pace import patience, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ext.doc_examples.plugin.conftest import Project

MYST_CONF = """
extensions = ["myst_parser", "doc_examples"]
root_doc = "README"
exclude_patterns = ["_build", ".pytest_cache"]
"""
MYST = """
# A library of somebody else

```python
import json
print(json.dumps({"a": 1}))
```

```output
{"a": 1}
```

```{code-block} html
<p id="greeting">Hello</p>
```

```python
import js
assert js.document.getElementById("greeting").textContent == "Hello"
```
"""
REST_CONF = """
extensions = ["doc_examples"]
exclude_patterns = ["_build", ".pytest_cache"]
"""
REST = """
Tutorial
========

.. code-block:: python
   :name: adds

   total = 1 + 1

>>> total
2

.. code-block:: python
   :raises: ZeroDivisionError: .*

   total / 0
"""


def test_an_unrelated_myst_project_gets_its_tests(new_project: Callable[..., Project]) -> None:
    project = new_project({"README.md": MYST}, conf=MYST_CONF)
    run = project.pytest("tests/patterns")
    assert (run.status, run.counts) == (0, {"passed": 3}), run.text


def test_an_unrelated_rest_project_gets_its_tests(new_project: Callable[..., Project]) -> None:
    project = new_project({"index.rst": REST}, conf=REST_CONF)
    run = project.pytest("tests/patterns")
    assert (run.status, run.counts) == (0, {"passed": 3}), run.text


def test_tests_go_where_the_conf_says(new_project: Callable[..., Project]) -> None:
    conf = MYST_CONF + 'doc_examples_tests = "checks/examples"\n'
    project = new_project({"README.md": MYST}, conf=conf)
    run = project.pytest("checks/examples", "--collect-only", "-q")
    assert run.text.count("checks/examples/test_README.py::") == 3, run.text
    # Known from now on, so that a folder around it is enough.
    assert project.pytest("checks", "--collect-only", "-q").text.count("::test_") == 3


def test_a_page_that_does_not_collect_is_an_error_with_its_place(
    new_project: Callable[..., Project],
) -> None:
    page = "# Page\n\n{#a unknown=1}\n```python\npass\n```\n"
    project = new_project({"README.md": page}, conf=MYST_CONF)
    run = project.pytest("tests/patterns")
    assert run.status == pytest.ExitCode.USAGE_ERROR
    assert "README.md:" in run.text
    assert "unknown option 'unknown'" in run.text
    assert "INTERNALERROR" not in run.text
    assert "Traceback" not in run.text


def test_skips_and_xfails_that_no_page_declares_fail(new_project: Callable[..., Project]) -> None:
    conftest = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            if "first" in item.name:
                item.add_marker(pytest.mark.skip(reason="no time"))
            if "second" in item.name:
                item.add_marker(pytest.mark.xfail(reason="known", strict=False))
    """
    page = "# P\n\n{#first}\n```python\npass\n```\n\n{#second}\n```python\n1 / 0\n```\n"
    project = new_project({"README.md": page, "conftest.py": conftest}, conf=MYST_CONF)
    run = project.pytest("tests/patterns", "-rA")
    assert run.outcomes == {"test_first[314]": "error", "test_second[314]": "failed"}, run.text
    assert run.text.count("state it there with 'lines' or 'needs'") >= 2
    assert {result["fate"] for result in project.results().values()} == {"failed"}


def test_a_capability_that_is_there_after_all_fails_its_exclusion(
    new_project: Callable[..., Project],
) -> None:
    page = '# P\n\n{#a needs=isolation lines="<0.27: not isolated"}\n```python\npass\n```\n'
    project = new_project({"README.md": page}, conf=MYST_CONF)
    run = project.pytest("tests/patterns")
    assert run.counts == {"failed": 1}, run.text
    assert "but the browser has isolation there: widen 'lines'" in run.text


def test_results_follow_the_pages(new_project: Callable[..., Project]) -> None:
    page = (
        "# P\n\n{#a session=a}\n```python\nprint(1)\n```\n\n"
        "{#b session=b}\n```python\nprint(2)\n```\n"
    )
    project = new_project({"README.md": page}, conf=MYST_CONF)
    assert project.pytest("tests/patterns").status == 0
    before = project.results()
    assert set(before) == {"README#a", "README#b"}
    generated = project.folder / "tests/patterns/test_README.py"
    written = generated.stat().st_mtime_ns
    nothing = project.pytest("tests/patterns", "--stale")
    assert nothing.status == pytest.ExitCode.NO_TESTS_COLLECTED, nothing.text
    assert generated.stat().st_mtime_ns == written
    project.write({"README.md": page.replace("print(2)", "print(3)")})
    changed = project.pytest("tests/patterns", "--stale", "-rA")
    assert changed.outcomes == {"test_b[314]": "passed"}, changed.text
    assert project.results()["README#a"] == before["README#a"]
    assert project.results()["README#b"]["stdout"] == "3\n"
    project.write({"README.md": page.partition("{#b")[0]})
    assert project.pytest("tests/patterns").status == 0
    assert set(project.results()) == {"README#a"}


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_the_browser_and_keeps_what_ran(
    new_project: Callable[..., Project],
) -> None:
    page = (
        "# P\n\n{#a session=a}\n```python\nprint(1)\n```\n\n"
        "{#b session=b timeout=4000}\n```python\nimport asyncio\nawait asyncio.sleep(3600)\n```\n"
    )
    project = new_project({"README.md": page}, conf=MYST_CONF)
    process = subprocess.Popen(
        project.command("tests/patterns", "-v"),
        cwd=project.folder,
        env={**project.environment(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # The terminal's interrupt reaches the whole group, the browser and its driver included.
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        for text in process.stdout:
            if "test_a" in text and "PASSED" in text:
                break
        time.sleep(2)
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=patience(60))
        assert process.returncode == pytest.ExitCode.INTERRUPTED, rest
        assert "INTERNALERROR" not in rest
        wait_until(lambda: not _alive(process.pid), "something of the group is still there")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert project.results()["README#a"]["fate"] == "passed"


def _alive(group: int) -> bool:
    """Whether a process of the group runs; one that nobody has waited for does not."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat="],  # noqa: S607 - of the system
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (row.split() for row in found.stdout.splitlines())
    return any(int(row[0]) == group and not row[1].startswith("Z") for row in rows)


def test_a_runtime_that_cannot_be_had_is_a_usage_error(
    new_project: Callable[..., Project], tmp_path: Path
) -> None:
    project = new_project({"README.md": MYST}, conf=MYST_CONF)
    run = project.pytest("tests/patterns", f"--pyodide={tmp_path}")
    assert run.status == pytest.ExitCode.USAGE_ERROR, run.text
    assert "is missing" in run.text
    assert "INTERNALERROR" not in run.text
