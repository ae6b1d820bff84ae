"""Front matter that is no YAML: a warning with file and line, where the parser has only a crash.

MyST reads the block between two lines of three dashes by a parser that raises bare errors for what
has the form of a value and is none, such as `date: 2024-99-99`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

_BLOCK = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)


def fault_of(text: str) -> tuple[int, str] | None:
    r"""Return the line in a page and the reason why its front matter cannot be read, or None.

    >>> fault_of("---\na: 1\nb: [\n---\n")
    (4, "expected the node content, but found '<stream end>'")
    >>> fault_of("---\na: 2024-99-99\n---\n")
    (1, 'month must be in 1..12')
    """
    match = _BLOCK.match(text)
    if match is None:
        return None
    try:
        found = yaml.safe_load(match[1])
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return (mark.line + 2 if mark else 1), error.problem or str(error)
    except RecursionError:
        return 1, "it is nested too deeply"
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError) as error:
        return 1, str(error)
    if found is not None and not isinstance(found, dict):
        return 1, f"expected a mapping, found a {type(found).__name__}"
    return None


def check(app: Sphinx, docname: str, source: list[str]) -> None:
    """Warn of a page's front matter that cannot be read, and keep it from the parser."""
    path = app.env.doc2path(docname)
    if path.suffix != ".md" or (fault := fault_of(source[0])) is None:
        return
    line, reason = fault
    logger.warning(
        "the front matter is no YAML mapping: %s",
        reason,
        location=f"{path}:{line}",
        type="site_pages",
        subtype="front_matter",
    )
    block = _BLOCK.match(source[0])
    lines = block[0].count("\n") if block else 0
    source[0] = "\n" * lines + source[0][block.end() if block else 0 :]
