"""Languages to show: one like the catalogue's, and any number of made-up ones."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from pattern_language.context import Badge, Context
from pattern_language.edition import Edition
from pattern_language.model import (
    Answer,
    Consequence,
    Effect,
    Force,
    Language,
    Page,
    Pattern,
    Place,
    Pressing,
    Relation,
    RelationKind,
    Sequence,
    State,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

CATEGORIES = {
    "architectural": "Architectural patterns",
    "workers": "Workers and parallelism",
    "loading": "Loading and storage",
}
_PATTERNS = """
architectural reactive-ui | Reactive UI
architectural synchronous-looking-async-ui | Synchronous-Looking Async UI
architectural test-suite-isolation | Test-Suite Isolation
architectural console-log-capturing | Console Log Capturing
workers worker-pool | Worker Pool
workers shared-memory | Shared Memory
workers webgpu-compute | WebGPU Compute
workers worker-rpc | Worker RPC
workers worker-load-failure | Worker Load Failure
loading persistent-file-system | Persistent File System
loading bootstrapping | Bootstrapping
loading service-worker-caching | Service Worker Caching
"""
_RELATIONS = """
worker-rpc requires worker-load-failure
worker-pool requires worker-rpc
worker-pool uses bootstrapping
worker-pool alternative-to webgpu-compute
synchronous-looking-async-ui requires worker-rpc
synchronous-looking-async-ui uses worker-pool
synchronous-looking-async-ui uses reactive-ui
shared-memory uses worker-rpc
shared-memory uses service-worker-caching
webgpu-compute uses shared-memory
worker-load-failure uses bootstrapping
worker-load-failure uses console-log-capturing
test-suite-isolation uses bootstrapping
test-suite-isolation uses console-log-capturing
persistent-file-system uses bootstrapping
persistent-file-system conflicts-with worker-pool
bootstrapping uses service-worker-caching
"""
_FORCES = """
The thread that draws
thread-budget-and-document-access | Thread budget | document access
synchronous-style-and-unblocked-host | Synchronous style | a host that never blocks
granularity-and-crossings | Fine-grained access | few crossings
Starting
start-up-time-and-capability | Start-up time | capability
first-visit-and-later-visits | A light first visit | fast later visits
Memory
copies-and-safety | Avoided copies | safe ownership
warm-capacity-and-memory | Warm capacity | small memory
Boundaries
isolation-and-sharing | Isolation | sharing
"""
_ANSWERS = """
reactive-ui resolves granularity-and-crossings
reactive-ui leaves-open thread-budget-and-document-access
synchronous-looking-async-ui resolves synchronous-style-and-unblocked-host
synchronous-looking-async-ui balances thread-budget-and-document-access
worker-pool resolves synchronous-style-and-unblocked-host
worker-pool worsens warm-capacity-and-memory
worker-pool leaves-open start-up-time-and-capability
worker-pool balances isolation-and-sharing
worker-pool worsens isolation-and-sharing
shared-memory resolves copies-and-safety
shared-memory worsens isolation-and-sharing
webgpu-compute balances copies-and-safety
webgpu-compute resolves thread-budget-and-document-access
worker-rpc balances granularity-and-crossings
worker-rpc resolves thread-budget-and-document-access
worker-load-failure balances start-up-time-and-capability
bootstrapping resolves start-up-time-and-capability
bootstrapping balances first-visit-and-later-visits
service-worker-caching resolves first-visit-and-later-visits
persistent-file-system worsens start-up-time-and-capability
persistent-file-system balances first-visit-and-later-visits
test-suite-isolation resolves isolation-and-sharing
"""
_SEQUENCES = """
off-the-drawing-thread | Off the thread that draws | worker-load-failure, worker-rpc, worker-pool, synchronous-looking-async-ui
numbers | Numbers at speed | worker-load-failure, worker-rpc, shared-memory, webgpu-compute
"""  # noqa: E501 - a table
EDITION = Edition("A catalogue", ("The authors",), "1.0", "2026-11-22")


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


def catalogue() -> Language:
    """Return a language with the catalogue's patterns and relations, and some of its forces."""
    forces: list[Force] = []
    group = ""
    for row in _rows(_FORCES):
        if len(row) == 1:
            (group,) = row
            continue
        name, first, second = row
        place = Place("forces", len(forces) + 1)
        forces.append(Force(name, (first, second), f"On {first}.", "forces", place, group))
    pages = [Page("forces", forces=tuple(forces)), Page("index", sequences=tuple(_sequences()))]
    for head, name in _rows(_PATTERNS):
        category, key = head.split()
        docname = f"{category}/{key}"
        place = Place(docname, 1)
        relations = [one.split() for one in _RELATIONS.strip().splitlines()]
        answers = [one.split() for one in _ANSWERS.strip().splitlines()]
        mine = [(Effect(effect), force) for source, effect, force in answers if source == key]
        pressing = [force for _, force in mine]
        if key == "reactive-ui":
            pressing.append("isolation-and-sharing")
        pattern = Pattern(
            key,
            name,
            f"What {name} is for, in <one> sentence & no more.",
            category,
            State.COMPLETE if key == "reactive-ui" else State.IN_PROGRESS,
            (f"bridge.{key.replace('-', '_')}",),
            docname,
            place,
            pressings=tuple(Pressing(force, "", place) for force in dict.fromkeys(pressing)),
            consequences=tuple(
                Consequence((Answer(effect, force),), "", place) for effect, force in mine
            ),
            relations=tuple(
                Relation(RelationKind(kind), key, target, f"Because of {target}.", place)
                for source, kind, target in relations
                if source == key
            ),
        )
        pages.append(Page(docname, (pattern,)))
    return Language.of(pages, CATEGORIES)


def _sequences() -> list[Sequence]:
    return [
        Sequence(
            key,
            title,
            "A summary.",
            tuple(Step(step.strip(), "", Place("index", 1)) for step in steps.split(",")),
            "index",
            Place("index", number),
        )
        for number, (key, title, steps) in enumerate(_rows(_SEQUENCES))
    ]


def context(
    language: Language,
    subject: str = "",
    *,
    is_html: bool = True,
    docname: str = "index",
    options: Mapping[str, str] | None = None,
) -> Context:
    """Return a context whose addresses are ``PAGE.html#ANCHOR``."""

    def address(to: str, anchor: str) -> str:
        return f"{to}.html" + (f"#{anchor}" if anchor else "")

    def badge(about: str) -> Badge | None:
        text = "25 examples passed on 0.26, 314"
        return Badge("passed", text, "report.html#x") if about.endswith("reactive-ui") else None

    return Context(language, EDITION, docname, address, is_html, subject, options or {}, badge)


_WORDS = ("Worker", "UI", "Synchronous-Looking", "Cache", "Persistent", "of", "Memory", "I", "Wm")


@st.composite
def languages(draw: st.DrawFn, most_patterns: int = 25, most_relations: int = 60) -> Language:
    """Draw any language: relations with cycles, loners, several between two patterns."""
    count = draw(st.integers(1, most_patterns))
    ids = [f"p{number}" for number in range(count)]
    forces = [f"f{number}" for number in range(draw(st.integers(0, 6)))]
    effects = st.sampled_from(list(Effect))
    pages = [
        Page(
            "forces",
            forces=tuple(
                Force(name, (f"{name} one", "two"), "", "forces", Place("forces", line), "Group")
                for line, name in enumerate(forces)
            ),
        )
    ]
    edges = draw(
        st.lists(
            st.tuples(
                st.sampled_from(ids), st.sampled_from(list(RelationKind)), st.sampled_from(ids)
            ),
            max_size=most_relations,
        )
    )
    for number, key in enumerate(ids):
        place = Place(key, 1)
        name = " ".join(draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4)))
        made = (
            draw(st.lists(st.tuples(effects, st.sampled_from(forces)), max_size=5))
            if forces
            else []
        )
        pages.append(
            Page(
                key,
                (
                    Pattern(
                        key,
                        name,
                        "Intent.",
                        draw(st.sampled_from([*CATEGORIES])),
                        State.COMPLETE if number % 2 else State.IN_PROGRESS,
                        (),
                        key,
                        place,
                        consequences=tuple(
                            Consequence((Answer(effect, force),), "", place)
                            for effect, force in made
                        ),
                        relations=tuple(
                            Relation(kind, key, target, "Reason.", place)
                            for source, kind, target in edges
                            if source == key != target
                        ),
                    ),
                ),
            )
        )
    return Language.of(pages, CATEGORIES)


def random_language(
    seed: int, patterns: int = 25, relations: int = 60, forces: int = 6
) -> Language:
    """Return the language of a seed: names of one to four words, relations with cycles."""
    dice = random.Random(seed)  # noqa: S311 - a language, no secret
    ids = [f"p{number}" for number in range(patterns)]
    goods = [f"f{number}" for number in range(forces)]
    edges = [
        (dice.choice(ids), dice.choice(list(RelationKind)), dice.choice(ids))
        for _ in range(relations)
    ]
    made = [
        Page(
            "forces",
            forces=tuple(
                Force(name, (name, "other"), "", "forces", Place("forces", line), "Group")
                for line, name in enumerate(goods)
            ),
        )
    ]
    for number, key in enumerate(ids):
        place = Place(key, 1)
        answers = [
            Answer(dice.choice(list(Effect)), dice.choice(goods)) for _ in range(dice.randint(0, 4))
        ]
        name = " ".join(dice.choices(_WORDS, k=dice.randint(1, 4)))
        made.append(
            Page(
                key,
                (
                    Pattern(
                        key,
                        name,
                        "Intent.",
                        dice.choice([*CATEGORIES]),
                        State.COMPLETE if number % 2 else State.IN_PROGRESS,
                        (),
                        key,
                        place,
                        consequences=(Consequence(tuple(answers), "", place),),
                        relations=tuple(
                            Relation(kind, key, target, "Reason.", place)
                            for source, kind, target in edges
                            if source == key != target
                        ),
                    ),
                ),
            )
        )
    return Language.of(made, CATEGORIES)
