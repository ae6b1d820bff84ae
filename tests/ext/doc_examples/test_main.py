"""One command collects, runs what is stale and builds the site; another serves it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.pace import patience

EXT = Path(__file__).parents[3] / "_ext"
LIMIT = 180
CONF = """
extensions = ["myst_parser", "doc_examples"]
root_doc = "README"
exclude_patterns = ["_build", ".pytest_cache"]
"""
PAGE = """
# Page

{#good}
```python
print("from the run")
```

{#bad session=bad}
```python
assert 1 == 2
```
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "doc_examples", *arguments]


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "DOC_EXAMPLES_L"))}
    # Half of the start of a pytest: the project here has no use for it.
    less = {"PYTEST_ADDOPTS": "-p no:hypothesispytest"}
    return {**kept, **less, "PYTHONPATH": str(EXT), "PYTHONUNBUFFERED": "1"}


def docs(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("docs", "--source", str(folder), *arguments),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=patience(LIMIT),
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a block that passes and one that fails."""
    made = tmp_path_factory.mktemp("project")
    (made / "conf.py").write_text(CONF, "utf-8")
    (made / "README.md").write_text(PAGE, "utf-8")
    return made


@pytest.fixture(scope="module")
def first(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the command says of the project as it stands first."""
    return docs(folder)


def test_a_failure_is_the_status_and_the_site_is_built_with_it(
    first: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert first.returncode == pytest.ExitCode.TESTS_FAILED, first.stdout
    page = (folder / "_build/html/README.html").read_text("utf-8")
    assert "from the run" in page
    assert "failed on" in page


def test_progress_tells_how_many_examples_of_how_many_on_which_line(
    first: subprocess.CompletedProcess[str],
) -> None:
    assert "Pyodide 314: 2 examples (1 failed) of 2" in first.stdout
    assert "README.md:11: AssertionError" in first.stdout


def test_a_second_run_runs_what_failed_and_then_nothing(
    first: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert first.returncode == pytest.ExitCode.TESTS_FAILED
    again = docs(folder)
    assert "of 1" in again.stdout, again.stdout
    (folder / "README.md").write_text(PAGE.replace("1 == 2", "1 == 1"), "utf-8")
    assert docs(folder).returncode == 0
    unchanged = docs(folder)
    assert unchanged.returncode == 0, unchanged.stdout
    assert "Pyodide 314:" not in unchanged.stdout


def test_a_page_that_does_not_collect_is_said_and_builds_nothing(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF, "utf-8")
    (tmp_path / "README.md").write_text("# P\n\n{#a nonsense=1}\n```python\npass\n```\n", "utf-8")
    done = docs(tmp_path)
    assert done.returncode == 1
    assert "unknown option 'nonsense'" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.usefixtures("interruptible")
def test_the_server_isolates_pages_and_ends_by_an_interrupt(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>Hello</p>", "utf-8")
    process = subprocess.Popen(
        command("serve", str(tmp_path), "--port", "0"),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().partition(" on ")[2].split()[0]
        with urllib.request.urlopen(url, timeout=patience(10)) as answer:  # noqa: S310 - our own server
            assert answer.read() == b"<p>Hello</p>"
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        process.send_signal(signal.SIGINT)
        assert process.wait(patience(20)) == 0
    finally:
        process.kill()
        process.communicate(timeout=patience(10))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = subprocess.run(
        command("serve", str(tmp_path / "none")),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=patience(60),
        check=False,
    )
    assert done.returncode == 1
    assert "is no folder" in done.stdout
