"""What is collected does not depend on how, in which order or how often pages are read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from docutils import nodes

from doc_examples.collect.marks import ID
from tests.pace import patience

Project = Callable[..., Any]
Write = Callable[[Path, Mapping[str, str]], None]

EXT = str(Path(__file__).parents[4] / "_ext")
CONF = f"import sys\nsys.path.insert(0, {EXT!r})\nextensions = ['myst_parser', 'doc_examples']\n"


def sphinx(source: Path, out: str, *options: str) -> str:
    """Build with the builder ``examples`` in a process of its own; return the plan."""
    command = [sys.executable, "-m", "sphinx", "-W", "-b", "examples", *options]
    command += ["-d", f"{source}/_build/{out}-doctrees", str(source), f"{source}/_build/{out}"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=patience(120), check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return (source / "_build" / out / "plan.json").read_text()


def pages(count: int) -> dict[str, str]:
    names = [f"page{number:02}" for number in range(count)]
    body = "\n## Part\n\n```python\nx = 1\n```\n\n```output\n1\n```\n\n{#own}\n```json\n1\n```\n"
    index = "# Index\n\n```{toctree}\n" + "\n".join(names) + "\n```\n"
    return {"index.md": index, **{f"{name}.md": f"# {name}\n{body}" for name in names}}


def test_reading_in_parallel_gives_the_same_plan(tmp_path: Path, write_files: Write) -> None:
    write_files(tmp_path, {"conf.py": CONF, **pages(9)})
    serial = sphinx(tmp_path, "serial")
    assert sphinx(tmp_path, "parallel", "-j", "2") == serial
    assert serial.count('"name": "own"') == 9


def test_reading_what_changed_gives_the_same_plan_as_reading_all(
    tmp_path: Path, write_files: Write
) -> None:
    write_files(tmp_path, {"conf.py": CONF, **pages(3)})
    sphinx(tmp_path, "kept")
    changed = pages(2)
    changed["page01.md"] = changed["page01.md"].replace("x = 1", "x = 2")
    (tmp_path / "page02.md").unlink()
    write_files(tmp_path, {**changed, "index.md": changed["index.md"]})
    incremental = sphinx(tmp_path, "kept")
    assert "x = 2" in incremental
    assert "page02" not in incremental
    assert incremental == sphinx(tmp_path, "fresh")


def test_nodes_carry_the_identity_of_their_block(project: Project) -> None:
    built = project({"index.md": "# Page\n\n```python\nx = 1\n```\n\n{#own}\n```json\n1\n```\n"})
    doctree = built.app.env.get_doctree("index")
    tagged = [node for node in doctree.findall(nodes.literal_block) if ID in node]
    assert [node[ID] for node in tagged] == ["index#page-1", "index#own"]
    assert [node["ids"] for node in tagged] == [["page-1"], ["own"]]


def test_names_come_from_headings_and_survive_edits_elsewhere(project: Project) -> None:
    page = """
    # Page

    ```python
    a
    ```

    ## Keyed lists

    ```python
    b
    ```

    ```output
    1
    ```

    ### Example

    ```python
    c
    ```

    ## Signals

    ```text
    words
    ```

    ### Example

    ```python
    d
    ```

    {#given}
    ```python
    e
    ```
    """
    names = {e.code.strip(): e.name for e in project({"index.md": page}).examples}
    assert names == {
        "a": "page-1",
        "b": "keyed-lists-1",
        "1": "keyed-lists-1-output",
        "c": "keyed-lists-example-1",
        "words": "signals-text-1",
        "d": "signals-example-1",
        "e": "given",
    }
    edited = page.replace("# Page\n", "# Page\n\n    ```python\n    zero\n    ```\n", 1)
    edited = edited.replace("## Signals\n", "## Signals\n\n    ```text\n    more\n    ```\n")
    again = {e.code.strip(): e.name for e in project({"index.md": edited}, fresh=True).examples}
    moved = {key for key in names if again[key] != names[key]}
    assert moved == {"a", "words"}


def test_a_made_up_name_never_meets_a_given_one(project: Project) -> None:
    page = "# Page\n\n```python\nx = 1\n```\n\n{#page-1}\n```python\ny = 1\n```\n"
    assert [e.name for e in project({"index.md": page}).examples] == ["page-2", "page-1"]


def test_outputs_belong_to_the_block_before_them(project: Project) -> None:
    page = """
    # Page

    ```python
    print(1)
    ```

    {lines="<0.28"}
    ```output
    old
    ```

    {lines=">=0.28" ellipsis=true}
    ```output
    new ...
    ```
    """
    built = project({"index.md": page})
    assert built.error is None, built.warnings
    first, *outputs = built.examples
    assert [(e.text, e.line, e.ellipsis) for e in first.expected] == [
        ("old\n", 9, False),
        ("new ...\n", 14, True),
    ]
    assert [str(e.lines and e.lines.specifier) for e in first.expected] == ["<0.28", ">=0.28"]
    assert [o.name for o in outputs] == ["page-1-output", "page-1-output-2"]


@pytest.mark.parametrize(
    "order", ["'myst_parser', 'doc_examples'", "'doc_examples', 'myst_parser'"]
)
def test_an_unrelated_myst_project_needs_one_line(project: Project, order: str) -> None:
    built = project(
        {"index.md": "# P\n\n{#a}\n```python\nx = 1\n```\n"}, f"extensions = [{order}]\n"
    )
    assert built.error is None, built.warnings
    assert [e.id for e in built.examples] == ["index#a"]


def test_an_unrelated_restructuredtext_project_needs_one_line(project: Project) -> None:
    page = "P\n=\n\n.. code-block:: python\n   :name: Box One\n   :timeout: 5\n\n   x = 1\n"
    built = project({"index.rst": page}, "extensions = ['doc_examples']\n")
    assert built.error is None, built.warnings
    (example,) = built.examples
    assert (example.id, example.options.timeout) == ("index#box-one", 5)
    assert (built.app.srcdir / "tests/patterns/test_index.py").is_file()


@pytest.mark.parametrize("builder", ["html", "text", "latex", "xml"])
def test_other_builders_show_the_pages_as_before(project: Project, builder: str) -> None:
    built = project({"index.md": "# P\n\n{#a session=b}\n```python\nx = 1\n```\n"}, builder=builder)
    assert built.error is None
    assert built.warnings == ""
