"""What a page's script must know of a block to run it, as plain data. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from doc_examples.collect.options import slug
from doc_examples.judge import excluded
from doc_examples.records import Kind, digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doc_examples.records import Example

RUNNABLE = frozenset({Kind.PYTHON, Kind.DOCTEST, Kind.HTML, Kind.CSS, Kind.JAVASCRIPT, Kind.WGSL})
"""The kinds that a reader can run."""

IN_SESSION = RUNNABLE | {Kind.FILE}
"""The kinds that the reader's session runs through on the way to a block."""

BUSY_LIMIT = 10.0
"""Seconds until a block is ended in the reader's page, unless the block names its own limit.

The interpreter shares the page's thread: a loop that never ends keeps the page from answering,
and no reader waits as long as a test may.
"""


class BlockData(TypedDict):
    """The JSON that stands beside a block; the first eleven are read by the session itself."""

    kind: str
    code: str
    file: str
    line: int
    column: int
    docstring_of: str
    flags: list[str]
    packages: list[str]
    path: str
    limit: float
    output_limit: int
    name: str
    session: str
    tab: str
    reload: bool
    raises: str
    needs: list[str]
    excluded: dict[str, str]
    """Why the block does not hold on a line, for the lines on which it does not."""
    place: str
    """Folder of the session's document, relative to the scripts; ends in a slash unless empty."""


def session_place(session: Sequence[Example]) -> str:
    """Return the folder of a session that has files of its own, relative to the scripts.

    Files are served below the address of the session's document, so that a page's code finds
    them where the tests have them. Sessions without files share one document.
    """
    if not any(block.kind is Kind.FILE for block in session):
        return ""
    first = session[0]
    own = f"{slug(first.session) or 'main'}-{digest(first.session_key)[:8]}"
    return f"sessions/{first.docname}/{own}/"


def block_data(
    example: Example, session: Sequence[Example], lines: Sequence[str], limit: float
) -> BlockData:
    """Return what the page's script must know of a block.

    Args:
        example: The block.
        session: The blocks of its session.
        lines: The lines that the site serves.
        limit: Seconds for a block that names no limit of its own.
    """
    options = example.options
    verdicts = {line: excluded(example, line) for line in lines}
    return BlockData(
        kind=example.kind.value,
        code=example.code,
        file=example.file,
        line=example.line,
        column=example.column,
        docstring_of=example.docstring_of,
        flags=list(example.flags),
        packages=list(options.packages),
        path=options.file,
        limit=options.timeout or min(limit, BUSY_LIMIT),
        output_limit=options.output_limit,
        name=example.name,
        session=example.session,
        tab=options.tab,
        reload=options.reload,
        raises=options.raises,
        needs=list(options.needs),
        excluded={line: verdict.headline for line, verdict in verdicts.items() if verdict},
        place=session_place(session),
    )
