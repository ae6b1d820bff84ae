"""A real runner over the selected lines, and blocks that stand in no page."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from doc_examples.environment import files_for
from doc_examples.plugin.selection import selected_lines
from doc_examples.records import Example, Kind, Options
from doc_examples.runner.runner import Runner
from pyodide_runtimes import NEWEST, ensure_runtime, find_browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from doc_examples.runner.pages import RuntimeFiles

_numbers = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of what differs between lines on each selected one."""
    if "line" in metafunc.fixturenames:
        metafunc.parametrize("line", selected_lines(metafunc.config), scope="module")


@pytest.fixture(scope="session")
def newest() -> str:
    """The line for what does not differ."""
    return NEWEST


@pytest.fixture(scope="session")
def oldest(request: pytest.FixtureRequest) -> str:
    """The oldest selected line."""
    return selected_lines(request.config)[0]


@pytest.fixture(scope="session")
def runtimes(request: pytest.FixtureRequest) -> dict[str, RuntimeFiles]:
    """The runtimes of the selected lines, and the newest."""
    lines = {*selected_lines(request.config), NEWEST}
    return {line: files_for(ensure_runtime(line, ["micropip"])) for line in lines}


@pytest.fixture(scope="module")
def runner(runtimes: dict[str, RuntimeFiles]) -> Iterator[Runner]:
    """One runner for a module: what a fault leaves behind would hit the tests after it."""
    with Runner(find_browser().path, runtimes) as opened:
        yield opened


@pytest.fixture(scope="session")
def block() -> Callable[..., Example]:
    """Make a block of a page: ``block(code, kind=..., line=..., **options)``.

    Blocks share a session only where they name the same one.
    """

    def make(
        code: str,
        kind: Kind = Kind.PYTHON,
        *,
        line: int = 10,
        column: int = 0,
        stands_in: str = "guide/page.md",
        language: str = "python",
        session: str = "",
        docstring_of: str = "",
        **options: Any,
    ) -> Example:
        name = f"block-{next(_numbers)}"
        return Example(
            docname="guide/page",
            name=name,
            language=language,
            kind=kind,
            code=code if code.endswith("\n") else code + "\n",
            page="guide/page.md",
            file=stands_in,
            line=line,
            column=column,
            session=session or name,
            docstring_of=docstring_of,
            options=Options(**{"timeout": 10.0, **options}),
        )

    return make


@pytest.fixture
def sign() -> Callable[[Path], None]:
    """Put beside a file the hash by which it counts as whole."""

    def write(path: Path) -> None:
        path.with_suffix(".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())

    return write
