"""The plan is made anew when a source changed, and only then."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from doc_examples.collect import CollectError, generate, manifest
from doc_examples.collect.manifest import is_current
from tests.pace import patience

Write = Callable[[Path, Mapping[str, str]], None]

EXT = str(Path(__file__).parents[4] / "_ext")
CONF = f"""
import sys
sys.path[:0] = [{EXT!r}, "."]
extensions = ["myst_parser", "doc_examples", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "*.inc.md"]
doc_examples_wheels = ["."]
doc_examples_timeout = 5
"""
FILES = {
    "conf.py": CONF,
    "index.md": """
        # P

        ```python
        x = 1
        ```

        ```{include} part.inc.md
        ```

        ```{literalinclude} shown.py
        :language: python
        ```

        ```{eval-rst}
        .. automodule:: documented_by_process
        ```
        """,
    "part.inc.md": "```python\ny = 1\n```\n",
    "shown.py": "z = 1\n",
    "documented_by_process.py": '"""M.\n\n>>> 1\n1\n"""\n',
}


@pytest.fixture
def source(tmp_path: Path, write_files: Write) -> Path:
    write_files(tmp_path, FILES)
    return tmp_path


def test_every_source_counts_and_nothing_else(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, out = source / "_build", source / "_build/examples"
    assert not is_current(source, out)
    plan = generate(source, build)
    assert [e.code for e in plan.items()] == ["x = 1\n", "y = 1\n", "z = 1\n", ">>> 1\n1\n"]
    assert (plan.wheels, plan.timeout) == ((".",), 5.0)
    with monkeypatch.context() as nothing_is_read:
        nothing_is_read.delattr(manifest, "fingerprint")
        assert is_current(source, out)
    for name in FILES:
        text = (source / name).read_text()
        (source / name).write_text(text + "\n")
        assert not is_current(source, out), name
        (source / name).write_text(text)
        assert is_current(source, out), name
    (source / "new.md").write_text("# New\n")
    assert not is_current(source, out)
    (source / "new.md").unlink()
    (source / "notes.txt").write_text("no page")
    assert is_current(source, out)
    (source / "part.inc.md").unlink()
    assert not is_current(source, out)


def test_a_plan_that_is_current_is_not_collected_again(source: Path) -> None:
    generate(source, source / "_build")
    plan = source / "_build/examples/plan.json"
    written = plan.stat().st_mtime_ns
    module = source / "tests/patterns/test_index.py"
    module.unlink()
    generate(source, source / "_build")
    assert plan.stat().st_mtime_ns == written
    assert module.is_file()


def test_a_failing_build_says_what_sphinx_said_and_leaves_no_current_plan(source: Path) -> None:
    build = source / "_build"
    generate(source, build)
    page = source / "index.md"
    page.write_text(page.read_text().replace("```python", "{sesion=a}\n```python", 1))
    for _ in range(2):
        with pytest.raises(
            CollectError, match=r"index.md:5: WARNING: unknown option 'sesion'"
        ) as caught:
            generate(source, build)
        assert not is_current(source, build / "examples")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (copy.srcdir, copy.reason, copy.output) == (
        str(source),
        "Sphinx ended with exit status 1",
        caught.value.output,
    )


def test_a_hanging_build_ends_at_its_limit(source: Path) -> None:
    (source / "conf.py").write_text("import time\nprint('asleep', flush=True)\ntime.sleep(3600)\n")
    with pytest.raises(CollectError, match="did not end within 3 s"):
        generate(source, source / "_build", seconds=3)


def test_two_processes_at_once_share_one_build(source: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {EXT!r})\n"
        "from pathlib import Path\n"
        "from doc_examples.collect import generate\n"
        f"print(len(generate(Path({str(source)!r}), Path({str(source / '_build')!r})).items()))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate(timeout=patience(120))[0] for process in running] == ["4\n", "4\n"]
