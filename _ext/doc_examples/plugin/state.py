"""What one pytest process knows of the examples: the controller, or one of its workers."""

from __future__ import annotations

import pickle
from functools import cache, cached_property
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from doc_examples import results
from doc_examples.catalogue import HOST, Catalogue
from doc_examples.collect import CollectError, generate
from doc_examples.environment import Equipment, equip
from doc_examples.plugin.selection import DEFAULT_TESTS, selected_lines, source_directory
from doc_examples.records import Example, LineResults, Plan, Result
from doc_examples.runner.errors import HungError, RunnerError
from doc_examples.runner.host import host_environment
from doc_examples.runner.report import Report
from doc_examples.runner.runner import Runner
from pyodide_runtimes import RuntimesError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXAMPLE = pytest.StashKey[tuple[Example, str]]()
"""The block and the line of a generated item."""
REPORT = pytest.StashKey[Report]()
"""What the runner said of an item's block."""
STATE = pytest.StashKey["State"]()

EQUIPMENT = "doc_examples_equipment"
"""Where the controller puts what workers need to know."""


class State:
    """The plan, the equipment and the runner of this process, each made when it is needed."""

    def __init__(self, config: pytest.Config) -> None:
        """Nothing is read or started yet."""
        self.config = config
        self.source = source_directory(config)
        self.build = self.source / "_build"
        self._runner: Runner | None = None
        self._previous = cache(self._read)

    @property
    def is_worker(self) -> bool:
        """Whether pytest-xdist started this process."""
        return hasattr(self.config, "workerinput")

    @cached_property
    def catalogue(self) -> Catalogue:
        """The collected blocks; their tests are brought up to date on the way.

        Raises:
            pytest.UsageError: A page does not collect; the message names it.
        """
        if self.is_worker:
            text = (self.build / "examples" / "plan.json").read_text("utf-8")
            return Catalogue(Plan.from_json(text), self.source)
        try:
            plan = generate(self.source, self.build)
        except CollectError as error:
            raise pytest.UsageError(str(error)) from error
        # Read before the next run: it decides by it whether its arguments reach the examples.
        told = self.build / "examples" / "tests.txt"
        if plan.tests != DEFAULT_TESTS:
            told.write_text(plan.tests + "\n", "utf-8")
        else:
            told.unlink(missing_ok=True)
        return Catalogue(plan, self.source)

    @cached_property
    def equipment(self) -> Equipment:
        """Runtimes, wheels and browser for the selected lines.

        Raises:
            pytest.UsageError: Something cannot be had; the message says what to do.
        """
        if self.is_worker:
            found: Equipment = pickle.loads(self.config.workerinput[EQUIPMENT])  # type: ignore[attr-defined] # noqa: S301 - from our controller
            return found
        lines = selected_lines(self.config)
        try:
            return equip(self.catalogue.plan, lines, self.source, self._say)
        except (RuntimesError, RunnerError) as error:
            raise pytest.UsageError(str(error)) from error

    @property
    def lines(self) -> list[str]:
        """The selected lines as they stand in the tests' brackets."""
        return list(self.equipment.runtimes)

    def environment(self, line: str) -> results.Environment:
        """What a result on the line depends on besides the page."""
        if line == HOST:
            return host_environment(self.equipment.browser_name, self.equipment.wheels)
        return self.equipment.environments[line]

    @property
    def runner(self) -> Runner:
        """The runner of this process; its browser starts with the first block."""
        if self._runner is None:
            equipment = self.equipment
            self._runner = Runner(equipment.browser, equipment.runtimes)
            self._runner.__enter__()
        return self._runner

    def run(self, line: str, session: Sequence[Example], position: int) -> Report:
        """Run a block of a page; a runner that hangs is replaced before the next.

        Raises:
            RunnerError: No session could be had, or the browser does not answer.
        """
        try:
            return self.runner.run(line, session, position)
        except HungError:
            self.close()
            raise

    def close(self) -> None:
        """End the browser, if one was started."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.__exit__(None, None, None)

    def key(self, example: Example, line: str) -> str:
        """What a result of the block must carry to be current."""
        session = self.catalogue.session(example)
        return results.result_key(self.environment(line), session, self.catalogue.position(example))

    def previous(self, line: str) -> LineResults | None:
        """The results of the line that were kept when the run began."""
        return self._previous(line)

    def _read(self, line: str) -> LineResults | None:
        return results.read(results.path_for(self.build / "results", line))

    def save(self, found: Mapping[str, Mapping[str, Result]]) -> None:
        """Put results, by line and id, into the results files; those of blocks that are gone go."""
        known = [example.id for example in self.catalogue.plan.items()]
        folder = self.build / "results"
        folder.mkdir(parents=True, exist_ok=True)
        # Two runs at once, each with lines of its own or parts of one, lose nothing.
        with FileLock(self.build / "results.lock", timeout=60):
            for line, new in found.items():
                merged = results.merged(self._read(line), self.environment(line), new, known)
                results.write(results.path_for(folder, line), merged)

    def _say(self, text: str) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(text)
