"""The guides of the project name commands that exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pace import patience

ROOT = Path(__file__).parents[2]
TOOLS = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
GUIDES = ("reference/project/contributing.md", "reference/project/adding-a-line.md")


def commands() -> list[str]:
    texts = [Path(ROOT, guide).read_text("utf-8") for guide in GUIDES]
    return [
        line for text in texts for block in CONSOLE.findall(text) for line in block.splitlines()
    ]


def known(words: list[str]) -> bool:
    """Whether a command of the guides exists, with the subcommand and the paths that it names."""
    words = [word for word in words if word != "PYTHONPATH=.:_ext"]
    match words:
        case ["python", "-m", module, *rest]:
            usage = subprocess.run(
                [sys.executable, "-m", module, "--help"],
                env={**os.environ, "PYTHONPATH": f"{ROOT / '_ext'}{os.pathsep}{ROOT}"},
                capture_output=True,
                text=True,
                timeout=patience(60),
                check=False,
            )
            called = rest[0] if rest and not rest[0].startswith("-") else ""
            return usage.returncode == 0 and called in usage.stdout
        case ["pytest", *paths]:
            # What is below tests/patterns is made of the pages when pytest starts.
            pages = [p.replace("tests/patterns", "reference").replace("/test_", "/") for p in paths]
            files = [page.replace("_", "-").replace(".py", ".md") for page in pages]
            return all(
                Path(ROOT, file if file.startswith("reference") else path).exists()
                for path, file in zip(paths, files, strict=True)
                if path.startswith("tests")
            )
        case ["tox", "run", "-e", name, *_]:
            return f"[testenv:{name}]" in Path(ROOT, "tox.ini").read_text("utf-8")
        case ["npm", "pack" | "--version", *_] | ["node" | "tar" | "sha256sum", *_]:
            return shutil.which(words[0], path=TOOLS) is not None
    return False


@pytest.mark.parametrize("command", commands())
def test_a_command_that_the_guides_name_exists(command: str) -> None:
    assert known(command.split())


@pytest.mark.parametrize(
    "command",
    [
        "python -m pattern_language forget x",
        "python -m nowhere",
        "pytest tests/patterns/workers/test_nothing.py",
        "pytest tests/nothing",
        "tox run -e nothing",
        "make all",
    ],
)
def test_a_command_that_does_not_exist_would_be_noticed(command: str) -> None:
    assert not known(command.split())
