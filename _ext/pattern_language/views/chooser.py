"""The view ``pattern-chooser``: from the forces that press to the patterns that answer them.

Without a script it is a list of forces, each of which opens to its answers. The script
``chooser.mjs`` puts a form above it that takes several forces at once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from docutils import nodes

from pattern_language.model import Effect, State
from pattern_language.views.choosing import WEIGHTS, facts
from pattern_language.views.common import (
    answer_address,
    bullets,
    force_address,
    force_link,
    link,
    listed,
    paragraph,
    pattern_address,
    pattern_link,
    raw,
)
from pattern_language.views.markup import Html, el
from pattern_language.words import EFFECT_WORDS, STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.context import Context
    from pattern_language.model import Force, Pattern


def pattern_chooser(context: Context) -> list[nodes.Node]:
    """Show each force with the patterns that resolve or balance it, in building order."""
    if not context.language.forces:
        return []
    if not context.is_html:
        return list(_static(context))
    return [
        raw(Html('<div class="pattern-chooser"><div class="chooser-static">')),
        *_static(context),
        raw(Html(f"</div>{_data(context)}</div>")),
    ]


def _static(context: Context) -> Iterator[nodes.Node]:
    for group, forces in context.language.groups().items():
        if group:
            yield nodes.rubric("", group)
        for force in forces:
            yield from _folded(context, force)


def _folded(context: Context, force: Force) -> list[nodes.Node]:
    """Tell what answers a force; in a browser below a line that opens it."""
    about: list[nodes.Node | str] = []
    if force.summary:
        about = [force.summary, " "]
    body: list[nodes.Node] = [
        paragraph(*about, link("About this force", force_address(context, force)))
    ]
    answers = [
        [paragraph(*_answer(context, context.language.patterns[name], force))]
        for name in context.language.building_order
        if set(context.language.effects(name, force.id)).intersection(WEIGHTS)
    ]
    if answers:
        body.append(bullets(answers))
    else:
        body.append(paragraph("No pattern resolves or balances it."))
    if not context.is_html:
        return [paragraph(force_link(context, force)), *body]
    summary = el("summary", None, force.name)
    return [raw(Html(f"<details>{summary}")), *body, raw(Html("</details>"))]


def _answer(context: Context, pattern: Pattern, force: Force) -> Iterator[nodes.Node | str]:
    language = context.language
    yield pattern_link(context, pattern)
    if pattern.state is State.IN_PROGRESS:
        yield f" ({STATE_WORDS[pattern.state].lower()})"
    words = [
        link(EFFECT_WORDS[effect].lower(), answer_address(context, pattern, effect, force.id))
        for effect in language.effects(pattern.id, force.id)
    ]
    yield " "
    yield from listed(words, " and ")
    yield " it"
    others = [
        link(other.name, answer_address(context, pattern, Effect.WORSENS, other.id))
        for other in language.forces.values()
        if other.id != force.id and Effect.WORSENS in language.effects(pattern.id, other.id)
    ]
    if others:
        yield "; worsens "
        yield from listed(others)
    required = [
        pattern_link(context, language.patterns[name])
        for name in language.building_order
        if name in language.prerequisites(pattern.id) - {pattern.id}
    ]
    if required:
        yield "; requires "
        yield from listed(required)
    yield "."


def _data(context: Context) -> Html:
    """Write what the script needs: the facts of the rule, and names and addresses beside them."""
    language = context.language
    shown = {
        "facts": facts(language),
        "effects": {effect.value: EFFECT_WORDS[effect].lower() for effect in Effect},
        "groups": [
            {"title": group, "forces": [force.id for force in forces]}
            for group, forces in language.groups().items()
        ],
        "forces": {
            force.id: {"name": force.name, "address": force_address(context, force)}
            for force in language.forces.values()
        },
        "patterns": {
            pattern.id: {
                "name": pattern.name,
                "intent": pattern.intent,
                "state": "" if pattern.state is State.COMPLETE else STATE_WORDS[pattern.state],
                "address": pattern_address(context, pattern),
                "answers": {
                    f"{answer.effect.value} {answer.force}": answer_address(
                        context, pattern, answer.effect, answer.force
                    )
                    for answer in pattern.answers
                },
            }
            for pattern in language.patterns.values()
        },
        "reasons": {
            f"{edge.source} {edge.target}": edge.reason
            for edge in language.relations
            if edge.kind.is_symmetric
        },
    }
    # Inside a script element only '<' could end it; escaped as JSON allows, it cannot.
    text = json.dumps(shown, separators=(",", ":"), sort_keys=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Html(f'<script type="application/json" class="chooser-data">{text}</script>')
