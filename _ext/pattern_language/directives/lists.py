"""The parts of a pattern whose entries are records: forces, consequences, uses, relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

from pattern_language.bibliography import cited
from pattern_language.directives.base import link
from pattern_language.directives.entries import Entry, EntryReader
from pattern_language.directives.parts import PartDirective
from pattern_language.model import Consequence, KnownUse, PartKind, Pressing, Relation
from pattern_language.nodes import RelatedPatterns, view
from pattern_language.terms import TermError, parse_answers, parse_id, parse_relation
from pattern_language.words import EFFECT_WORDS

if TYPE_CHECKING:
    from docutils.nodes import Node


class EntriesDirective(EntryReader, PartDirective):
    """A part whose body is a definition list, with room for prose before it."""

    def fill(self, body: list[Node]) -> list[Node]:
        """Record each entry; one whose term is malformed is reported and shown as written."""
        for entry in self.entries(body):
            try:
                self.record(entry)
            except TermError as error:
                self.report("malformed", f"{self.name}: {error}", entry.place)
        for node in body:
            if isinstance(node, nodes.definition_list):
                node["classes"].append(f"pattern-{self.kind.value}")
        return body

    def anchors(self, what: str, force: str) -> list[str]:
        """Return the anchors of what is said of a force, under all ids that ever were."""
        return [
            f"{pattern}-{what}-{name}"
            for pattern in self.names("patterns", self.draft.subject)
            for name in self.names("forces", force)
        ]

    def record(self, entry: Entry) -> None:
        """Take over one entry and give its term the form that readers see."""
        raise NotImplementedError


class ForcesDirective(EntriesDirective):
    """The forces that press, and how they do it here."""

    kind = PartKind.FORCES

    def record(self, entry: Entry) -> None:
        """Record a pressing; its term becomes a link to the force."""
        force = parse_id(entry.text, "a force's id")
        self.draft.pressings.append(Pressing(force, entry.prose, entry.place))
        entry.show(link(self.env.docname, "force", force, entry.place))
        self.anchor(entry.term, *self.anchors("force", force))


class ConsequencesDirective(EntriesDirective):
    """The resulting context: what the solution makes of which forces."""

    kind = PartKind.CONSEQUENCES

    def record(self, entry: Entry) -> None:
        """Record a consequence; its term says in words what becomes of each force."""
        answers = parse_answers(entry.text)
        self.draft.consequences.append(Consequence(answers, entry.prose, entry.place))
        shown: list[Node] = []
        for answer in answers:
            effect = answer.effect.value
            anchors = self.anchors(effect, answer.force)
            one = nodes.inline("", classes=["pattern-effect", f"pattern-effect-{effect}"])
            one["pattern_anchor"] = anchors[0]
            one += nodes.Text(f"{EFFECT_WORDS[answer.effect]} ")
            one += link(self.env.docname, "force", answer.force, entry.place)
            shown += [nodes.Text("; "), one] if shown else [one]
            self.anchor(entry.term, *anchors)
        entry.show(*shown)


class RelatedDirective(EntriesDirective):
    """The relations to other patterns that this page tells, and those that others tell."""

    kind = PartKind.RELATED
    needs_entries = False

    def record(self, entry: Entry) -> None:
        """Record a relation, and leave word of it for the resolver."""
        kind, target = parse_relation(entry.text)
        subject = self.draft.subject
        self.draft.relations.append(Relation(kind, subject, target, entry.prose, entry.place))
        entry.item["relation"] = kind.value
        entry.item["target"] = target
        entry.show(link(self.env.docname, "pattern", target, entry.place))

    def fill(self, body: list[Node]) -> list[Node]:
        """Put all relations into one placeholder; the neighbourhood follows it."""
        subject = self.draft.subject
        related = RelatedPatterns("", subject=subject)
        shown: list[Node] = []
        for node in super().fill(body):
            if isinstance(node, nodes.definition_list):
                items = [item for item in node if isinstance(item, nodes.Element)]
                related += [item for item in items if "relation" in item]
                node[:] = [item for item in items if "relation" not in item]
                if not node.children:
                    continue
            shown.append(node)
        return [*shown, related, view("neighbourhood", subject)]


class KnownUsesDirective(PartDirective):
    """Where the pattern is found in the field; each use names a source."""

    kind = PartKind.KNOWN_USES

    def fill(self, body: list[Node]) -> list[Node]:
        """Record the uses: the items of its lists, else its paragraphs."""
        lists = [node for node in body if isinstance(node, nodes.bullet_list)]
        uses = [item for found in lists for item in found] or [
            node for node in body if isinstance(node, nodes.paragraph)
        ]
        self.draft.uses += [
            KnownUse(self.place(use), use.astext(), _names_source(use), cited(self.env, use))
            for use in uses
        ]
        return body


def _names_source(use: Node) -> bool:
    if any(use.findall(nodes.footnote_reference)) or any(use.findall(nodes.citation_reference)):
        return True
    if any("://" in node.get("refuri", "") for node in use.findall(nodes.reference)):
        return True
    # A citation of the 'cite' domain, or anything that intersphinx will find elsewhere.
    return any(
        node.get("refdomain") == "cite" or node.get("intersphinx")
        for node in use.findall(addnodes.pending_xref)
    )
