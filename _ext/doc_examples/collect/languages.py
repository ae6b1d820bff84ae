"""What is done with a block, decided by its language and options alone."""

from __future__ import annotations

import ast
import difflib
import warnings
from typing import TYPE_CHECKING

from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound
from sphinx.highlighting import lexer_classes

from doc_examples.records import Kind, Options

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSTATED = frozenset({"", "default", "none"})
"""What Sphinx reports for a block whose language nobody stated.

Sphinx tries such a block as Python when it colours it. To run it on the strength of that
guess would run shell output and configuration: it is prose, unless it starts with ``>>>``.
"""

KINDS: Mapping[str, Kind] = {
    "python": Kind.PYTHON,
    "python3": Kind.PYTHON,
    "py": Kind.PYTHON,
    "py3": Kind.PYTHON,
    "pycon": Kind.DOCTEST,
    "pycon3": Kind.DOCTEST,
    "python-console": Kind.DOCTEST,
    "doctest": Kind.DOCTEST,
    "html": Kind.HTML,
    "css": Kind.CSS,
    "javascript": Kind.JAVASCRIPT,
    "js": Kind.JAVASCRIPT,
    "wgsl": Kind.WGSL,
    "json": Kind.DATA,
    "toml": Kind.DATA,
    "yaml": Kind.DATA,
    "yml": Kind.DATA,
    "output": Kind.OUTPUT,
}
"""Languages that are more than prose, by the names that Pygments knows them under."""

TEXTS = UNSTATED | {"text", "txt", "plain", "plaintext"}
SHELLS = frozenset({"console", "bash", "sh", "shell", "shell-session", "zsh"})


def kind_of(language: str, code: str, options: Options) -> Kind:
    """Return what is done with a block.

    >>> kind_of("python", "x = 1", Options()), kind_of("python", ">>> 1", Options())
    (<Kind.PYTHON: 'python'>, <Kind.DOCTEST: 'doctest'>)
    >>> kind_of("python", "x = 1", Options(file="x.py")), kind_of("ini", "[a]", Options())
    (<Kind.FILE: 'file'>, <Kind.PROSE: 'prose'>)
    """
    if options.host:
        return Kind.HOST
    if options.file:
        return Kind.FILE
    language = language.lower()
    kind = KINDS.get(language, Kind.PROSE)
    prompt = code.lstrip().startswith(">>>")
    if prompt and (kind is Kind.PYTHON or language in UNSTATED):
        return Kind.DOCTEST
    return kind


def looks_like_python(language: str, code: str) -> bool:
    r"""Return whether a block shown as text compiles as Python that does something.

    Such a block has most likely lost its language, and with it its test. One statement is
    enough. Words, paths and comparisons also compile; only statements that do something count,
    and in a shell's block only those that no shell has.

    >>> looks_like_python("text", "import js"), looks_like_python("", "def f(): pass")
    (True, True)
    >>> looks_like_python("text", "reference\nbridge"), looks_like_python("bash", "A=1\nB=2")
    (False, False)
    """
    language = language.lower()
    if language not in TEXTS | SHELLS:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    idle = (ast.Name, ast.Constant, ast.Attribute, ast.Tuple, ast.BinOp, ast.UnaryOp, ast.Compare)
    doing = [
        node
        for node in body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, idle))
        and not isinstance(node, ast.AnnAssign)
        and not (language in SHELLS and isinstance(node, ast.Assign))
    ]
    return bool(doing)


def meant(language: str) -> str:
    """Return the language that an unknown one most likely is a slip of, if that is run or parsed.

    >>> meant("pyhton"), meant("mermaid"), meant("python")
    ('python', '', '')
    """
    language = language.lower()
    if language in KINDS or language in UNSTATED or _is_known(language):
        return ""
    return next(iter(difflib.get_close_matches(language, KINDS, n=1, cutoff=0.75)), "")


def _is_known(language: str) -> bool:
    if language in lexer_classes:
        return True
    try:
        return bool(find_lexer_class_by_name(language))
    except ClassNotFound:
        return False
