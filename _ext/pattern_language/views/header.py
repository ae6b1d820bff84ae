"""The view ``header-facts``: what there is to know of a pattern before reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from pattern_language.model import State
from pattern_language.views.common import listed, paragraph, sequence_link
from pattern_language.views.index import badge_nodes
from pattern_language.words import STATE_WORDS

if TYPE_CHECKING:
    from pattern_language.context import Context


def header_facts(context: Context) -> list[nodes.Node]:
    """Tell category, state, modules, verification, permanent id and sequences in one line."""
    language = context.language
    pattern = language.patterns.get(context.subject)
    if pattern is None:
        return []
    facts: list[list[nodes.Node]] = [
        [nodes.Text(language.categories.get(pattern.category, pattern.category))]
    ]
    if pattern.state is State.IN_PROGRESS:
        facts.append([nodes.inline("", STATE_WORDS[pattern.state], classes=["pattern-state"])])
    elif badge := context.badge(pattern.docname):
        facts.append(badge_nodes(badge))
    if pattern.modules:
        label = "Module " if len(pattern.modules) == 1 else "Modules "
        modules = [nodes.literal("", name) for name in pattern.modules]
        facts.append([nodes.Text(label), *listed(modules)])
    facts.append([nodes.Text("Permanent id "), nodes.literal("", pattern.id)])
    if sequences := language.sequences_of(pattern.id):
        links = (sequence_link(context, one) for one in sequences)
        facts.append(
            [nodes.Text("In sequences " if len(sequences) > 1 else "In sequence "), *listed(links)]
        )
    # The separator ends a fact, so that no line begins with one.
    shown: list[nodes.Node] = []
    for index, fact in enumerate(facts):
        last = index == len(facts) - 1
        shown.append(
            nodes.inline(
                "", "", *fact, *([] if last else [nodes.Text(" ·")]), classes=["pattern-fact"]
            )
        )
        if not last:
            shown.append(nodes.Text(" "))
    return [paragraph(*shown, classes=["pattern-facts"])]
