"""What the pages show about the examples: the plan, the equipment and the recorded results.

One :class:`Site` serves one build. It never runs an example.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sphinx.util import logging

from doc_examples.catalogue import Catalogue
from doc_examples.collect.collector import store
from doc_examples.environment import equip
from doc_examples.live.standing import HOST, Standing, lines_for, standing
from doc_examples.plan import make_plan
from doc_examples.records import digest
from doc_examples.results import path_for, read, result_key
from doc_examples.runner.errors import RunnerError
from doc_examples.runner.host import host_environment
from doc_examples.runner.wheels import wheel_for
from pyodide_runtimes import LINES, NEWEST, RuntimesError, resolve_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sphinx.application import Sphinx

    from doc_examples.records import Example, LineResults, Plan
    from doc_examples.results import Environment

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Runnable:
    """A runtime that the site's pages can start."""

    line: str
    version: str
    directory: Path
    wheels: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    runtimes: tuple[Runnable, ...] = ()
    environments: Mapping[str, Environment] = field(default_factory=dict)


class Site:
    """The examples of one build, with what is known of them."""

    def __init__(self, app: Sphinx) -> None:
        """Nothing is looked up until it is asked for; pages must have been read by then."""
        self._app = app

    @cached_property
    def plan(self) -> Plan:
        """The examples of all pages."""
        config, records = self._app.config, store(self._app.env)
        return make_plan(
            (record.examples for record in records.values()),
            wheels=config.doc_examples_wheels,
            timeout=float(config.doc_examples_timeout),
            tests=config.doc_examples_tests,
        )

    @cached_property
    def by_id(self) -> dict[str, Example]:
        """The examples by ``docname#name``."""
        return {example.id: example for example in self.plan.examples}

    @cached_property
    def sessions(self) -> dict[str, list[Example]]:
        """The items of each session in order."""
        found: dict[str, list[Example]] = {}
        for example in self.plan.items():
            found.setdefault(example.session_key, []).append(example)
        return found

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The Pyodide lines that the site serves, oldest first."""
        named: Sequence[str] = self._app.config.doc_examples_site_lines
        return tuple(line for line in LINES if "all" in named or line in named) or (NEWEST,)

    @cached_property
    def results(self) -> dict[str, LineResults | None]:
        """The recorded results of each line, and of the host."""
        folder = Path(self._app.confdir) / self._app.config.doc_examples_results
        return {line: read(path_for(folder, line)) for line in (*self.lines, HOST)}

    @property
    def runtimes(self) -> tuple[Runnable, ...]:
        """What the pages can run on; empty where it could not be had."""
        return self._found.runtimes

    @cached_property
    def _found(self) -> _Found:
        if not self.plan.items():
            return _Found()
        source = Path(self._app.srcdir)
        try:
            equipment = equip(self.plan, self.lines, source, _progress)
        except (RuntimesError, RunnerError) as error:
            # Without a browser nothing can be compared, and yet the pages can run.
            self._warn("unequipped", f"no block can be called verified: {error}")
            return self._runtimes_alone(source)
        runtimes = tuple(
            Runnable(files.line, files.version, files.directory, files.wheels)
            for files in equipment.runtimes.values()
        )
        host = host_environment(equipment.browser_name, equipment.wheels)
        return _Found(runtimes, {**equipment.environments, HOST: host})

    def _runtimes_alone(self, source: Path) -> _Found:
        try:
            wheels = tuple(wheel_for((source / name).resolve()) for name in self.plan.wheels)
            found = resolve_lines(list(self.lines), self.plan.packages(), _progress)
        except (RuntimesError, RunnerError) as error:
            self._warn("unrunnable", f"the pages have no Run buttons: {error}")
            return _Found()
        return _Found(tuple(Runnable(r.line, r.version, r.directory, wheels) for r in found))

    def _warn(self, subtype: str, message: str) -> None:
        logger.warning("%s", message, type="doc_examples", subtype=subtype)

    def standings(self, example: Example) -> tuple[Standing, ...]:
        """Where a block stands on each of its lines, oldest first."""
        return self._standings[example.id]

    @cached_property
    def _standings(self) -> dict[str, tuple[Standing, ...]]:
        return {
            example.id: tuple(
                standing(example, line, self.results[line], self._key(example, line))
                for line in lines_for(example, self.lines)
            )
            for example in self.plan.examples
        }

    def _key(self, example: Example, line: str) -> str | None:
        environment = self._found.environments.get(line)
        if environment is None or self.results[line] is None:
            return None
        catalogue = self._catalogue
        return result_key(environment, catalogue.session(example), catalogue.position(example))

    @cached_property
    def _catalogue(self) -> Catalogue:
        """The plan as it is run: keys are made of what a run sees."""
        return Catalogue(self.plan, Path(self._app.srcdir))

    def fingerprint(self, docname: str | None = None) -> str:
        """Hash of all that a page shows about its examples; of every page without a name."""
        shown = [
            json.dumps([example.id, [asdict(s) for s in self.standings(example)]])
            for example in self.plan.examples
            if docname in (None, example.docname)
        ]
        served = [f"{runtime.line}={runtime.version}" for runtime in self.runtimes]
        return digest(*shown, "", *served)


def site_of(app: Sphinx) -> Site:
    """Return the site of the running build."""
    return cast("Site", vars(app)["doc_examples_site"])


def open_site(app: Sphinx) -> None:
    """Begin a build: what an earlier build of the same application knew is forgotten."""
    vars(app)["doc_examples_site"] = Site(app)


def _progress(message: str) -> None:
    logger.info("doc_examples: %s", message)
