"""Sessions start from a snapshot, alike to a normal boot, which is there whenever it fails."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from doc_examples.runner.runner import Runner
from pyodide_runtimes import find_browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from doc_examples.records import Example
    from doc_examples.runner.pages import RuntimeFiles, SessionPage

PROBE = """
import sys, os
facts = {
    "hash": hash("abc"),
    "set": list({"one", "two", "three", "four"}),
    "modules": sorted(sys.modules),
    "globals": sorted(globals()),
    "cwd": os.getcwd(),
    "files": sorted(os.listdir()),
    "environ": dict(os.environ),
    "path": sys.path,
}
facts
"""


def facts_of(runner: Runner, page: SessionPage) -> dict[str, Any]:
    block = {"kind": "value", "code": PROBE, "file": "<probe>", "line": 1, "column": 0, "limit": 20}
    found = runner.call(page.value(block, 30), 60)
    assert isinstance(found, dict)
    assert found["fault"] is None
    facts: dict[str, Any] = found["value"]
    return facts


def opened(runner: Runner, line: str) -> tuple[bool, dict[str, Any]]:
    """Whether a session comes from a snapshot, and what its interpreter says of itself."""
    page = runner.open_session(line)
    try:
        return runner.call(page.restored(), 60), facts_of(runner, page)
    finally:
        runner.call(page.close(), 60)


@pytest.fixture(scope="module")
def both_ways(runtimes: dict[str, RuntimeFiles]) -> Iterator[Runner]:
    """A runner that has each line twice: as it is, and as ``LINE-normally`` without a snapshot."""
    normally = {
        f"{line}-normally": replace(files, line=f"{line}-normally", snapshot=None)
        for line, files in runtimes.items()
    }
    with Runner(find_browser().path, runtimes | normally) as runner:
        yield runner


def test_a_restored_interpreter_is_like_one_that_booted(both_ways: Runner, line: str) -> None:
    booted, expected = opened(both_ways, f"{line}-normally")
    restored, found = opened(both_ways, line)
    assert (booted, restored) == (False, True)
    assert found == expected


def test_random_numbers_are_not_part_of_the_snapshot(both_ways: Runner, newest: str) -> None:
    block = {"kind": "value", "code": "import random\nrandom.random()", "file": "p", "line": 1,
             "column": 0, "limit": 20}  # fmt: skip
    values = set()
    for _ in range(2):
        page = both_ways.open_session(newest)
        found = both_ways.call(page.value(block, 30), 60)
        both_ways.call(page.close(), 60)
        assert isinstance(found, dict)
        values.add(found["value"])
    assert len(values) == 2


DAMAGES = ("truncated", "changed", "unsigned")


@dataclass(frozen=True)
class Recovery:
    """What became of a damaged snapshot."""

    restored: list[bool]
    """Whether each of the sessions came from it: two of the run that found it, one of the next."""
    warnings: list[list[str]]
    """What was logged about it in each of the two runs."""


@pytest.fixture(scope="module")
def recoveries(
    both_ways: Runner,
    runtimes: dict[str, RuntimeFiles],
    newest: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Recovery]:
    """By damage; one runner finds all of the damaged files, a second one uses them again."""
    assert opened(both_ways, newest)[0]
    whole = runtimes[newest].snapshot
    assert whole is not None
    files = {}
    for damage in DAMAGES:
        path = tmp_path_factory.mktemp("damaged") / f"{damage}.bin"
        damaged(whole, path, damage)
        files[damage] = replace(runtimes[newest], line=damage, snapshot=path)
    restored: dict[str, list[bool]] = {damage: [] for damage in DAMAGES}
    logged = []
    for times in (2, 1):
        heard = Listener()
        logging.getLogger("doc_examples").addHandler(heard)
        with Runner(find_browser().path, files) as runner:
            for damage in DAMAGES:
                restored[damage] += [opened(runner, damage)[0] for _ in range(times)]
        logging.getLogger("doc_examples").removeHandler(heard)
        logged.append(heard.messages)
    assert [len(messages) for messages in logged] == [len(DAMAGES), 0], logged
    return {
        damage: Recovery(
            restored[damage],
            [[text for text in messages if f"{damage}.bin" in text] for messages in logged],
        )
        for damage in DAMAGES
    }


class Listener(logging.Handler):
    """Keeps the warnings of a fixture, which has no ``caplog``."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def damaged(whole: Path, path: Path, damage: str) -> None:
    """Write a damaged copy of a snapshot."""
    content = bytearray(whole.read_bytes())
    if damage == "truncated":
        content = content[: len(content) // 2]
    elif damage == "changed":
        content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    if damage != "unsigned":
        path.with_suffix(".sha256").write_text(whole.with_suffix(".sha256").read_text())


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_snapshot_is_made_anew_with_one_warning(
    recoveries: dict[str, Recovery], damage: str
) -> None:
    found = recoveries[damage]
    assert found.restored == [True, True, True]
    (warning,), later = found.warnings
    assert "is damaged and made anew" in warning
    assert later == []


def test_a_snapshot_that_does_not_restore_gives_way_to_a_normal_boot(
    runtimes: dict[str, RuntimeFiles],
    newest: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    sign: Callable[[Path], None],
) -> None:
    # Whole, as its hash says, but no snapshot: what another build of Pyodide would find.
    path = tmp_path / "strange.bin"
    path.write_bytes(b"no snapshot" * 1000)
    sign(path)
    files = {newest: replace(runtimes[newest], snapshot=path)}
    with caplog.at_level(logging.WARNING), Runner(find_browser().path, files) as runner:
        assert not opened(runner, newest)[0]
        assert not opened(runner, newest)[0]
    (record,) = caplog.records
    assert "sessions boot normally" in record.getMessage()
    assert not path.exists()


def test_where_no_snapshot_can_be_kept_sessions_boot_normally(
    runtimes: dict[str, RuntimeFiles],
    newest: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").write_text("no folder")
    path = tmp_path / "file" / "snapshot.bin"
    files = {newest: replace(runtimes[newest], snapshot=path)}
    with caplog.at_level(logging.WARNING), Runner(find_browser().path, files) as runner:
        assert not opened(runner, newest)[0]
    (record,) = caplog.records
    assert "it boots normally" in record.getMessage()


def test_two_processes_may_make_the_same_snapshot(
    runtimes: dict[str, RuntimeFiles],
    newest: str,
    tmp_path: Path,
    block: Callable[..., Example],
) -> None:
    # Two runners share nothing but the folder; the lock is a file's, as between processes.
    files = {newest: replace(runtimes[newest], snapshot=tmp_path / "shared.bin")}

    def run() -> tuple[bool, str]:
        with Runner(find_browser().path, files) as runner:
            restored = opened(runner, newest)[0]
            return restored, runner.run(newest, [block("print(1)")], 0).outcome.stdout

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run) for _ in range(2)]
        assert [each.result(150) for each in both] == [(True, "1\n")] * 2
    names = {path.name for path in tmp_path.iterdir()}
    assert names <= {"shared.bin", "shared.sha256", "shared.lock"}
