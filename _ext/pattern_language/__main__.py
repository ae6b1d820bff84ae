"""``python -m pattern_language``: publish ids, begin a pattern."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import SphinxError

from pattern_language.commands import CommandError, begin, publish
from pattern_language.published import PublishedIdsError
from pattern_language.terms import TermError, parse_id

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status."""
    parser = argparse.ArgumentParser("python -m pattern_language", description=__doc__)
    parser.add_argument(
        "--source", type=Path, default=Path(), help="folder of conf.py (default: .)"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("publish", help="add new ids to the file of published ids")
    new = commands.add_parser("new", help="write the page of a new pattern, to be filled")
    new.add_argument("id", help="permanent id: lower-case words joined by hyphens")
    new.add_argument("--category", required=True)
    new.add_argument(
        "--folder", default="", help="relative to the source (default: its category's)"
    )
    given = parser.parse_args(arguments)
    source = given.source.resolve()
    try:
        if given.command == "publish":
            added = publish(source)
            sys.stdout.write("\n".join(added or ["nothing new"]) + "\n")
        else:
            path = begin(source, parse_id(given.id), given.category, given.folder)
            sys.stdout.write(
                f"{path.relative_to(source)}\n"
                "Fill it, put it into a sequence or have another pattern lead to it, then publish "
                "its id: python -m pattern_language publish\n"
            )
    except (CommandError, PublishedIdsError, SphinxError, TermError) as error:
        sys.stderr.write(f"pattern_language: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
