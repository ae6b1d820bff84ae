"""Pages are read again when the code that reads them has changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.pace import patience

EXT = Path(__file__).parents[4] / "_ext"


def test_a_change_of_the_collecting_code_reads_every_page_again(tmp_path: Path) -> None:
    ext = tmp_path / "ext"
    shutil.copytree(EXT, ext, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ext)!r})\n"
        "extensions = ['myst_parser', 'doc_examples']\n"
    )
    (source / "index.md").write_text("# P\n\n```python\nx = 1\n```\n")

    def build() -> str:
        command = [
            sys.executable,
            "-m",
            "sphinx",
            "-b",
            "examples",
            str(source),
            f"{source}/_build",
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=patience(120), check=True, cwd=source
        )
        return done.stdout

    assert "1 added, 0 changed" in build()
    assert "0 added, 0 changed" in build()
    languages = ext / "doc_examples/collect/languages.py"
    languages.write_text(languages.read_text().replace('"yml": Kind.DATA', '"yml": Kind.PROSE'))
    assert "1 added, 0 changed" in build()
