"""What authors write before the colon of a definition, as plain data. Pure.

A force's pressing is named by the force's id, a consequence by what it makes of which forces
(``resolves a, b; worsens c``), a relation by its kind and the other pattern (``requires a``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from pattern_language.model import Answer, Effect, RelationKind

if TYPE_CHECKING:
    from collections.abc import Mapping

_EFFECTS = {kind.value: kind for kind in Effect}
_RELATIONS = {kind.value: kind for kind in RelationKind}
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class TermError(ValueError):
    """A term that does not have the form which its place asks for.

    Attributes:
        expected: The form, in words.
        found: What is written.
    """

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"expected {self.expected}, found {self.found!r}"


def is_id(text: str) -> bool:
    """Whether a text can be an id: lower-case words of letters and digits, joined by hyphens.

    >>> is_id("worker-pool"), is_id("Worker pool"), is_id("-pool")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None


def parse_id(text: str, what: str = "an id") -> str:
    """Return the id that a text is; ``what`` says in a message what was expected.

    Raises:
        TermError: If it is none.
    """
    found = text.strip()
    if not is_id(found):
        raise TermError(f"{what} (lower-case words joined by hyphens)", text)
    return found


def parse_answers(text: str) -> tuple[Answer, ...]:
    """Return what a consequence makes of forces.

    >>> [(one.effect.value, one.force) for one in parse_answers("resolves a, b; leaves-open c")]
    [('resolves', 'a'), ('resolves', 'b'), ('leaves-open', 'c')]

    Raises:
        TermError: If the text is not ``EFFECT force, ...; EFFECT force, ...``.
    """
    found: list[Answer] = []
    for clause in text.split(";"):
        effect, forces = _kind_and_rest(clause, _EFFECTS, "an effect and forces")
        found += [Answer(effect, parse_id(force, "a force's id")) for force in forces.split(",")]
    return tuple(found)


def parse_relation(text: str) -> tuple[RelationKind, str]:
    """Return the kind of a relation and the id of its target.

    >>> kind, target = parse_relation("used-by worker-pool")
    >>> kind.value, target
    ('used-by', 'worker-pool')

    Raises:
        TermError: If the text is not ``KIND pattern``.
    """
    kind, target = _kind_and_rest(text, _RELATIONS, "a relation and a pattern")
    return kind, parse_id(target, "the id of one pattern")


def parse_goods(text: str) -> tuple[str, str]:
    """Return the two goods of a force.

    >>> parse_goods("Start-up time | capability")
    ('Start-up time', 'capability')

    Raises:
        TermError: If the text is not ``One good | the other``.
    """
    goods = [good.strip() for good in text.split("|")]
    if len(goods) != 2 or not all(goods):  # noqa: PLR2004 - a tension has two ends
        raise TermError("two goods as in 'Start-up time | capability'", text)
    return goods[0], goods[1]


Kind = TypeVar("Kind", Effect, RelationKind)


def _kind_and_rest(text: str, known: Mapping[str, Kind], form: str) -> tuple[Kind, str]:
    words = text.split(maxsplit=1)
    if len(words) != 2 or words[0] not in known:  # noqa: PLR2004 - the kind, and the rest
        raise TermError(f"{form}, beginning with one of {', '.join(known)}", text.strip())
    return known[words[0]], words[1]
