"""From the examples of all pages to the plan of a run, and the names of its tests."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from doc_examples.records import Example, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def make_plan(
    pages: Iterable[Iterable[Example]],
    *,
    wheels: Iterable[str] = (),
    timeout: float = 30.0,
    tests: str = "tests/patterns",
) -> Plan:
    """Put the examples of the pages in order.

    Args:
        pages: The examples of each page in reading order; the pages in any order.
        wheels: Projects or wheel files to install in every session.
        timeout: Seconds that a block may take unless it says otherwise.
        tests: Where the generated modules go, relative to the source directory.

    Returns:
        The plan, the same for the same pages whatever order they came in.
    """
    ordered = sorted((tuple(page) for page in pages if page), key=lambda page: page[0].docname)
    return Plan(
        examples=tuple(example for page in ordered for example in page),
        wheels=tuple(wheels),
        timeout=timeout,
        tests=tests,
    )


def module_path(docname: str, *, whole: bool = False) -> str:
    """Return the generated module of a page, relative to the folder of generated tests.

    Args:
        docname: Sphinx's name of the page.
        whole: Keep the first folder too.

    >>> module_path("reference/workers/worker-pool")
    'workers/test_worker_pool.py'
    >>> module_path("reference/index"), module_path("index")
    ('test_index.py', 'test_index.py')
    """
    *folders, name = (re.sub(r"\W", "_", part) for part in docname.split("/"))
    return str(PurePosixPath(*folders[0 if whole else 1 :], f"test_{name}.py"))


def modules(plan: Plan) -> Mapping[str, str]:
    """Return the generated module of every page that has tests.

    Pages that would meet in one module keep their first folder.

    Returns:
        Paths relative to the folder of generated tests, by docname.

    Raises:
        ValueError: Two pages meet even so; the message names them.
    """
    docnames = sorted({example.docname for example in plan.items()})
    short = Counter(module_path(docname) for docname in docnames)
    paths: dict[str, str] = {}
    owner: dict[str, str] = {}
    for docname in docnames:
        path = module_path(docname, whole=short[module_path(docname)] > 1)
        if path in owner:
            raise ValueError(
                f"the pages {owner[path]!r} and {docname!r} would both be tested by {path}; "
                "rename one of them"
            )
        owner[path] = docname
        paths[docname] = path
    return paths


def function_name(name: str) -> str:
    """Return the name of the generated test of a block.

    >>> function_name("keyed-lists-1")
    'test_keyed_lists_1'
    """
    return f"test_{name.replace('-', '_')}"


def node_id(plan: Plan, example: Example) -> str:
    """Return pytest's name of a block's test, without the line in brackets."""
    return f"{plan.tests}/{modules(plan)[example.docname]}::{function_name(example.name)}"
