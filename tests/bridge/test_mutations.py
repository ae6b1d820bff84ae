"""The examples of the catalogue notice when the library is wrong.

Each mutation changes one thing in bridge's wheel. A page whose blocks all pass nevertheless would
assert nothing about it.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from doc_examples.catalogue import Catalogue
from doc_examples.collect import generate
from doc_examples.environment import files_for
from doc_examples.runner.runner import Runner
from doc_examples.runner.wheels import wheel_for
from pyodide_runtimes import NEWEST, ensure_runtime, find_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from doc_examples.records import Example

ROOT = Path(__file__).parents[2]
PAGE = "reference/architectural/reactive-ui"


@dataclass(frozen=True)
class Mutation:
    """One thing that is made wrong, and the session of the page that has to notice."""

    name: str
    session: str
    file: str
    old: str
    new: str


NOTHING = Mutation("nothing", "signals", "bridge/__init__.py", "", "")

MUTATIONS = [
    Mutation(
        "an unsubscribed callback is still called",
        "observer",
        "bridge/reactivity/effects.py",
        "    return subscription.dispose\n",
        "    return lambda: None\n",
    ),
    Mutation(
        "a change is told to nobody",
        "observer",
        "bridge/reactivity/signal.py",
        "            mark(observers)\n",
        "            pass\n",
    ),
    Mutation(
        "an equal value counts as a change",
        "signals",
        "bridge/reactivity/computed.py",
        "changed = kind is not type(old) or value != old",
        "changed = True",
    ),
    Mutation(
        "a batch holds nothing back",
        "signals",
        "bridge/reactivity/reactions.py",
        'matching `end_batch`."""\n    now.batch_depth += 1\n',
        'matching `end_batch`."""\n',
    ),
    Mutation(
        "what is no longer read is still depended on",
        "signals",
        "bridge/reactivity/edges.py",
        "        observer._old = sources[pos:]\n        del sources[pos:]\n",
        "        observer._old = sources[pos:]\n",
    ),
    Mutation(
        "keys are ignored",
        "vdom",
        "bridge/vdom/nodes.py",
        'children, None if props is None else props.get("key")',
        "children, None",
    ),
    Mutation(
        "memoised components are always called",
        "vdom",
        "bridge/vdom/nodes.py",
        "return Memo(component, equal)",
        "return Memo(component, lambda a, b: False)",
    ),
    Mutation(
        "addresses are not checked",
        "vdom",
        "bridge/_browser/safety.py",
        "    if _SCRIPTED.match(address):",
        "    if False:",
    ),
    Mutation(
        "what does not parse is no error",
        "binding",
        "bridge/binding/fields.py",
        'message = told or f"{raw!r} is not a valid value"',
        "message = None",
    ),
]


@pytest.fixture(scope="module")
def page() -> Catalogue:
    return Catalogue(generate(ROOT, ROOT / "_build"), ROOT)


@pytest.fixture(scope="module")
def wheel() -> Path:
    return wheel_for(ROOT)


@pytest.fixture(scope="module")
def lines(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Runner, dict[str, str]]]:
    """A runner with a line of its own for each mutation, and their names."""
    files = files_for(ensure_runtime(NEWEST))
    folder = tmp_path_factory.mktemp("mutations")
    names = {
        mutation.name: f"{NEWEST}+{number}" for number, mutation in enumerate([NOTHING, *MUTATIONS])
    }
    runtimes = {
        names[mutation.name]: replace(
            files, wheels=(mutated(wheel, mutation, folder / names[mutation.name]),)
        )
        for mutation in [NOTHING, *MUTATIONS]
    }
    with Runner(find_browser().path, runtimes) as runner:
        yield runner, names


def mutated(wheel: Path, mutation: Mutation, folder: Path) -> Path:
    """Copy a wheel with one change in it."""
    folder.mkdir()
    target = folder / wheel.name
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            text = source.read(name)
            if name == mutation.file and mutation.old:
                old = mutation.old.encode()
                assert text.count(old) == 1, f"{mutation.file} has changed: adapt {mutation.name!r}"
                text = text.replace(old, mutation.new.encode())
            copy.writestr(name, text)
    return target


def failing(runner: Runner, line: str, session: list[Example]) -> str | None:
    """The name of the first block that fails, if one does."""
    for position, example in enumerate(session):
        if not runner.run(line, session, position).verdict.passed:
            return example.name
    return None


def session_of(page: Catalogue, name: str) -> list[Example]:
    first = next(e for e in page.plan.items() if e.docname == PAGE and e.session == name)
    return page.session(first)


@pytest.mark.parametrize("session", ["observer", "vdom", "signals", "binding"])
def test_without_a_mutation_every_block_passes(
    lines: tuple[Runner, dict[str, str]], page: Catalogue, session: str
) -> None:
    runner, names = lines
    assert failing(runner, names["nothing"], session_of(page, session)) is None


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_block_fails_when(
    lines: tuple[Runner, dict[str, str]], page: Catalogue, mutation: Mutation
) -> None:
    runner, names = lines
    session = session_of(page, mutation.session)
    assert failing(runner, names[mutation.name], session) is not None
