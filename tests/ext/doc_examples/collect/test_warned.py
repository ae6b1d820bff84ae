"""What Sphinx warned of is told as long as it holds, also when nothing is read again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from doc_examples.collect import generate
from doc_examples.collect.warned import read_warnings

Write = Callable[[Path, Mapping[str, str]], None]

EXT = str(Path(__file__).parents[4] / "_ext")
FILES = {
    "conf.py": f"import sys\nsys.path.insert(0, {EXT!r})\n"
    'extensions = ["myst_parser", "doc_examples"]\nexclude_patterns = ["_build", "*.inc.md"]\n',
    "index.md": "# P\n\n```{toctree}\nother\n```\n\n```{note}\n:clas: a\n\nText.\n```\n",
    "other.md": "# O\n\n{no-such}`role`\n\n```{include} part.inc.md\n```\n",
    "part.inc.md": "[a](no-such.md)\n",
}


def test_warnings_are_kept_until_their_page_is_read_again(
    tmp_path: Path, write_files: Write
) -> None:
    write_files(tmp_path, FILES)
    build = tmp_path / "_build"

    def told() -> list[str]:
        generate(tmp_path, build)
        found = read_warnings(build / "examples")
        return [text.replace(f"{tmp_path.resolve()}/", "") for text in found]

    first = told()
    shown = "\n".join(first)
    assert "index.md:8: WARNING: 'note': Unknown option key: 'clas'" in shown
    assert "other.md:3: WARNING: Unknown interpreted text role" in shown
    assert [len(re.findall(r"\[\w+\.\w+\]", text)) for text in first] == [1] * len(first)
    assert told() == first  # nothing is built
    (tmp_path / "index.md").write_text("# P\n\n```{toctree}\nother\n```\n")
    second = told()
    assert second == [text for text in first if not text.startswith("index.md")]
    (tmp_path / "other.md").write_text("# O\n")
    assert told() == []


def test_what_is_suppressed_is_no_warning(tmp_path: Path, write_files: Write) -> None:
    conf = FILES["conf.py"] + 'suppress_warnings = ["myst", "docutils"]\n'
    write_files(tmp_path, {**FILES, "conf.py": conf})
    generate(tmp_path, tmp_path / "_build")
    assert read_warnings(tmp_path / "_build" / "examples") == []
