"""The pytest plugin: generates the tests from the pages, runs them, keeps the results.

Loaded by ``-p doc_examples.plugin``. Only runs whose arguments reach the folder of generated
tests pay for any of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from doc_examples import results
from doc_examples.environment import Equipment, equip
from doc_examples.judge import Verdict
from doc_examples.plugin.catalogue import HOST, Catalogue
from doc_examples.plugin.display import failure_text, sections
from doc_examples.plugin.selection import selected_lines
from doc_examples.records import Example, Fate, Plan, Result
from doc_examples.runner.host import host_environment, run_on_host
from doc_examples.runner.runner import Report, Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

EXAMPLE = pytest.StashKey[tuple[Example, str]]()
"""The block and the line of a generated item."""
REPORT = pytest.StashKey[Report]()
STATE = pytest.StashKey["State"]()


class ExampleFailure(Exception):  # noqa: N818 - what pytest shows is its text
    """A block did not do what its page says."""


class State:
    """What one pytest process knows: the controller, or one of its workers."""

    def __init__(self, config: pytest.Config) -> None:
        """Nothing is read or started until the first question."""
        self._config = config
        self.source = (config.rootpath / str(config.getini("doc_examples_source"))).resolve()
        self.build = self.source / "_build"
        self.lines = selected_lines(config)
        self.results: dict[str, dict[str, Result]] = {}
        self._catalogue: Catalogue | None = None
        self._equipment: Equipment | None = None
        self._runner: Runner | None = None

    @property
    def is_worker(self) -> bool:
        """Whether pytest-xdist started this process."""
        return hasattr(self._config, "workerinput")

    @property
    def catalogue(self) -> Catalogue | None:
        """The collected blocks, once they were generated."""
        path = self.build / "examples" / "plan.json"
        if self._catalogue is None and path.is_file():
            self._catalogue = Catalogue(Plan.from_json(path.read_text("utf-8")), self.source)
        return self._catalogue

    def generate(self) -> None:
        """Bring the generated tests up to date with the pages."""
        from doc_examples.collect import generate  # noqa: PLC0415 - Sphinx only where needed

        self._catalogue = Catalogue(generate(self.source, self.build), self.source)

    @property
    def equipment(self) -> Equipment:
        """Runtimes, wheels and browser for the selected lines."""
        if self._equipment is None:
            assert self.catalogue is not None, "there are items, so there is a plan"
            say = None if self.is_worker else self._say
            self._equipment = equip(self.catalogue.plan, self.lines, self.source, say)
            self.lines = list(self._equipment.runtimes)
        return self._equipment

    def environment(self, line: str) -> results.Environment:
        """What a result on the line depends on besides the page."""
        if line == HOST:
            return host_environment(self.equipment.browser_name)
        return self.equipment.environments[line]

    @property
    def runner(self) -> Runner:
        """The runner of this process; its browser starts with the first block."""
        if self._runner is None:
            equipment = self.equipment
            self._runner = Runner(equipment.browser, equipment.runtimes)
            self._runner.__enter__()
        return self._runner

    def close(self) -> None:
        """End the browser, if one was started."""
        if self._runner is not None:
            self._runner.__exit__(None, None, None)
            self._runner = None

    def key(self, example: Example, line: str) -> str:
        """What a result of the block must carry to be current."""
        assert self.catalogue is not None, "an example comes from the plan"
        session = self.catalogue.session(example)
        return results.result_key(
            self.environment(line), session, self.catalogue.position(example)
        )

    def previous(self, line: str) -> results.LineResults | None:
        """The results that were kept of the line."""
        return results.read(results.path_for(self.build / "results", line))

    def save(self) -> None:
        """Write the results of this run into the results files."""
        if self.catalogue is None:
            return
        known = [example.id for example in self.catalogue.plan.items()]
        for line, found in self.results.items():
            merged = results.merged(self.previous(line), self.environment(line), found, known)
            results.write(results.path_for(self.build / "results", line), merged)

    def _say(self, text: str) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and the ini value."""
    group = parser.getgroup("doc_examples", "examples of the documentation")
    group.addoption(
        "--pyodide",
        action="append",
        metavar="LINE",
        help="Pyodide line to run the examples on (repeatable; 'all', or a runtime's folder)",
    )
    group.addoption(
        "--stale",
        action="store_true",
        help="run only the examples whose kept result is missing, failed or stale",
    )
    parser.addini("doc_examples_source", "the Sphinx source directory", default=".")


def pytest_configure(config: pytest.Config) -> None:
    """Attach the state of this process."""
    state = config.stash[STATE] = State(config)
    if not state.is_worker:
        config.pluginmanager.register(_Keeper(state), "doc_examples.keeper")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Generate the tests before pytest looks for them, in one process only."""
    state = session.config.stash[STATE]
    if not state.is_worker and _wants_examples(session.config, state):
        state.generate()


def _wants_examples(config: pytest.Config, state: State) -> bool:
    if not (state.source / "conf.py").is_file():
        return False
    folder = state.source / "tests" / "patterns" if state.catalogue is None else None
    target = folder or state.catalogue.directory  # type: ignore[union-attr]
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if target.is_relative_to(path) or path.is_relative_to(target):
            return True
    return False


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each block on each selected line; the line stands in the test's brackets."""
    state = metafunc.config.stash[STATE]
    module = Path(str(metafunc.module.__file__)).resolve()
    if state.catalogue is None or not module.is_relative_to(state.catalogue.directory):
        return
    found = state.catalogue.find(module, metafunc.function.__name__)
    if found is not None:
        lines = state.catalogue.lines_of(found, list(state.equipment.runtimes))
        metafunc.parametrize("example", lines, ids=lines, indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the blocks of a session beside each other; leave out what is current, if asked to."""
    state = config.stash[STATE]
    generated = [item for item in items if _attach(state, item)]
    if not generated:
        return
    places = iter(sorted(generated, key=_order(state)))
    items[:] = [next(places) if EXAMPLE in item.stash else item for item in items]
    if config.getoption("--stale"):
        current = [item for item in generated if _is_current(state, item)]
        config.hook.pytest_deselected(items=current)
        items[:] = [item for item in items if item not in current]


def _attach(state: State, item: pytest.Item) -> bool:
    if state.catalogue is None or not isinstance(item, pytest.Function):
        return False
    found = state.catalogue.find(item.path, item.originalname)
    if found is not None:
        item.stash[EXAMPLE] = (found, item.callspec.params["example"])
    return found is not None


def _order(state: State) -> Callable[[pytest.Item], tuple[str, int, str, int]]:
    def key(item: pytest.Item) -> tuple[str, int, str, int]:
        example, line = item.stash[EXAMPLE]
        assert state.catalogue is not None, "attached from it"
        lines = [*state.equipment.runtimes, HOST]
        position = state.catalogue.position(example)
        return (example.docname, lines.index(line), example.session, position)

    return key


def _is_current(state: State, item: pytest.Item) -> bool:
    example, line = item.stash[EXAMPLE]
    kept = state.previous(line)
    found = kept.results.get(example.id) if kept else None
    good = found is not None and found.fate in {Fate.PASSED, Fate.NOT_APPLICABLE}
    return good and results.is_current(found, state.key(example, line))


@pytest.fixture
def example(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Run the block that the generated test states."""
    item = request.node
    state = item.config.stash[STATE]
    found, line = item.stash[EXAMPLE]

    def run(*, source: str, **_stated: Any) -> None:
        if source != found.code:
            raise ExampleFailure(
                f"{item.path}: this generated test is not what {found.page} says; "
                "run pytest again without editing it"
            )
        session, position = state.catalogue.session(found), state.catalogue.position(found)
        if line == HOST:
            report = run_on_host(session, position, state.equipment.browser)
        else:
            report = state.runner.run(line, session, position)
        item.stash[REPORT] = report
        if report.verdict.fate is Fate.NOT_APPLICABLE:
            pytest.skip(f"not applicable: {report.verdict.headline}")
        if not report.verdict.passed:
            raise ExampleFailure(failure_text(found, line, report.verdict))

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Boot the next session while the last block of this one runs."""
    if nextitem is not None and EXAMPLE in item.stash and EXAMPLE in nextitem.stash:
        (this, line), (following, next_line) = item.stash[EXAMPLE], nextitem.stash[EXAMPLE]
        if next_line != HOST and (this.session_key, line) != (following.session_key, next_line):
            item.config.stash[STATE].runner.prepare(next_line)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failure in the page's coordinates, and let no other skip pass for a result."""
    made = yield
    if EXAMPLE not in item.stash:
        return made
    example, line = item.stash[EXAMPLE]
    report = item.stash.get(REPORT, None)
    if call.excinfo is not None and call.excinfo.errisinstance(ExampleFailure):
        made.longrepr = str(call.excinfo.value)
    declared = report is not None and report.verdict.fate is Fate.NOT_APPLICABLE
    if (made.skipped and not declared) or hasattr(made, "wasxfail"):
        made.outcome = "failed"
        made.longrepr = (
            f"{example.page}:{example.line}: block {example.name} was skipped or expected to fail "
            "by something else than its page; state it there with 'lines' or 'needs'"
        )
    if made.skipped:
        assert report is not None, "only a verdict skips"
        reason = f"Skipped: not applicable: {report.verdict.headline}"
        made.longrepr = (str(item.path), 0, reason)
    if made.when == "call":
        if report is not None:
            made.sections += sections(report.outcome)
        verdict = report.verdict if report else Verdict(Fate.FAILED, made.longreprtext)
        outcome = report.outcome if report else None
        found = Result(
            id=example.id,
            fate=verdict.fate if not made.failed or not verdict.passed else Fate.FAILED,
            key=item.config.stash[STATE].key(example, line),
            seconds=round(outcome.seconds, 3) if outcome else 0.0,
            stdout=outcome.stdout if outcome else "",
            stderr=outcome.stderr if outcome else "",
            message=verdict.headline,
            date=datetime.now(UTC).date().isoformat(),
        )
        # Plain data: pytest-xdist carries it to the controller with the report.
        made.doc_example = {"line": line, **_as_json(found)}  # type: ignore[attr-defined]
    return made


def _as_json(found: Result) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__slots__} | {"fate": found.fate.value}


class _Keeper:
    """Gathers results in the controller, also those that workers send."""

    def __init__(self, state: State) -> None:
        self._state = state

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found: dict[str, Any] | None = getattr(report, "doc_example", None)
        if found is not None:
            line = found["line"]
            rest = {k: v for k, v in found.items() if k != "line"}
            result = Result(**{**rest, "fate": Fate(rest["fate"])})
            self._state.results.setdefault(line, {})[result.id] = result

    def pytest_sessionfinish(self) -> None:
        self._state.save()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep each session on one worker, unless the user chose a distribution."""
    state = config.stash[STATE]
    if config.getoption("dist") != "load" or state.catalogue is None:
        return None
    from doc_examples.plugin.scheduler import SessionScheduling  # noqa: PLC0415 - needs xdist

    sessions = {
        f"{module.relative_to(config.rootpath).as_posix()}::{function}": found.session_key
        for (module, function), found in state.catalogue.tests.items()
        if module.is_relative_to(config.rootpath)
    }
    return SessionScheduling(config, log, sessions)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the browser."""
    state = config.stash.get(STATE, None)
    if state is not None:
        state.close()
