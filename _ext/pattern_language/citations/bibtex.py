r"""A citation in BibTeX.

The type is ``@incollection``: of the types that every style and every reference manager knows, it
is the one in which a part and the work that it is part of have a field each. In ``@misc`` the
catalogue would have to go into ``howpublished`` or ``note``, and readers would lose it. Version
and date stand in fields that both classic styles (``year``, ``month``, ``note``) and biblatex
(``date``) print.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pattern_language.citations.authors import Author
    from pattern_language.citations.entry import Citation

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPECIAL = {
    # Not \{ and \}: BibTeX counts braces, escaped or not.
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "<": r"{\textless}",
    ">": r"{\textgreater}",
    "|": r"{\textbar}",
    **{char: f"\\{char}" for char in "#$%&_"},
}
_SPECIALS = re.compile(f"[{re.escape(''.join(_SPECIAL))}]")
# What TeX would join to a dash, a quotation mark or an inverted mark.
_LIGATURES = re.compile(r"(?<=-)-|(?<=')'|(?<=[`?!])`")


def write(citation: Citation) -> str:
    """Write a citation as one entry, without a final line end."""
    fields = {
        "author": " and ".join(_author(author) for author in citation.authors),
        # A second pair of braces keeps styles from changing the case of a name.
        "title": f"{{{escape(citation.title)}}}",
        "booktitle": f"{{{escape(citation.container)}}}",
        "date": citation.date,
        "year": citation.date[:4],
        "note": citation.version and f"Version {escape(citation.version)}",
        "url": quote(citation.url, safe="%/:=&?~#+!$,;'@()*[]"),
        "language": citation.language,
        "abstract": escape(citation.abstract),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if citation.date:
        after = next(i for i, line in enumerate(lines) if line.startswith("  year")) + 1
        lines.insert(after, f"  month = {_MONTHS[int(citation.date[5:7]) - 1]},")
    return "\n".join([f"@incollection{{{citation.key},", *lines, "}"])


def write_all(citations: Iterable[Citation]) -> str:
    """Write a bibliography."""
    return "\n".join(f"{write(citation)}\n" for citation in citations)


def escape(text: str) -> str:
    r"""Make text that TeX prints as it is; other than ASCII stays, as UTF-8.

    >>> escape("50% of {C:\\x} & more--or ~less")
    '50\\% of {\\textbraceleft}C:{\\textbackslash}x{\\textbraceright} \\& more-{-}or {\\textasciitilde}less'
    """  # noqa: E501 - an example
    apart = _LIGATURES.sub("\0\\g<0>\1", text)
    special = _SPECIALS.sub(lambda found: _SPECIAL[found[0]], apart)
    return special.replace("\0", "{").replace("\1", "}")


def _author(author: Author) -> str:
    if author.is_corporate:
        return f"{{{escape(author.name)}}}"
    # Braces: an 'and' within a name would begin the next author.
    return f"{{{escape(author.family)}}}, {{{escape(author.given)}}}"
