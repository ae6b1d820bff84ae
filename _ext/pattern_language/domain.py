"""The domain: what all pages tell, kept per page, and found again by references."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from docutils import nodes
from sphinx.domains import Domain, ObjType
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

from pattern_language.address import address_from
from pattern_language.bibliography import said_of
from pattern_language.citations.address import from_root
from pattern_language.directives import DIRECTIVES
from pattern_language.examples import are_collected, runnable
from pattern_language.exports import EXPORTING, NAMES
from pattern_language.model import Language, Page
from pattern_language.objects import Target, objects, with_names
from pattern_language.published import Published, read
from pattern_language.roles import ROLES
from pattern_language.rules import Surroundings, check
from pattern_language.warn import warn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment


class PatternDomain(Domain):
    """Patterns, their parts, forces and sequences."""

    name = "pattern"
    label = "Pattern language"
    object_types: ClassVar = {
        "pattern": ObjType("pattern", "pattern"),
        "force": ObjType("force", "force"),
        "part": ObjType("part", "part"),
        "sequence": ObjType("sequence", "sequence"),
        "example": ObjType("example", "example"),
    }
    directives: ClassVar = DIRECTIVES
    roles: ClassVar = ROLES
    initial_data: ClassVar = {"pages": {}, "showing": {}}

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self._language: Language | None = None
        self._targets: dict[str, dict[str, Target]] = {}

    @property
    def pages(self) -> dict[str, Page]:
        """What each page tells, by its name."""
        return cast("dict[str, Page]", self.data["pages"])

    @property
    def showing(self) -> dict[str, bool]:
        """The pages that show something of the language."""
        return cast("dict[str, bool]", self.data["showing"])

    def note_page(self, page: Page) -> None:
        """Keep what a page tells."""
        self.pages[page.docname] = page
        self._language = None

    def note_showing(self, docname: str) -> None:
        """Remember that a page shows something of the language."""
        self.showing[docname] = True

    def clear_doc(self, docname: str) -> None:
        """Forget a page that is read again or gone."""
        self.pages.pop(docname, None)
        self.showing.pop(docname, None)
        self._language = None

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, object]) -> None:
        """Take over the pages that another process has read.

        Nothing can clash here: ids that two pages define stay on both, and the rules see both.
        """
        for key in ("pages", "showing"):
            other = cast("dict[str, object]", otherdata[key])
            self.data[key].update({name: other[name] for name in docnames if name in other})
        self._language = None

    @property
    def language(self) -> Language:
        """The whole language, as far as it has been read; names stand in its texts."""
        if self._language is None:
            categories = self.env.config.pattern_language_categories
            found = Language.of(map(self._with_examples, self.pages.values()), categories)
            self._language = with_names(found)
            self._targets = {}
        return self._language

    def _with_examples(self, page: Page) -> Page:
        names = runnable(self.env, page.docname) or ()
        return replace(page, patterns=tuple(replace(p, examples=names) for p in page.patterns))

    @property
    def published(self) -> Published | None:
        """The ids that were ever published; None where no file lists them.

        Raises:
            ExtensionError: If the file is malformed.
        """
        file = self.env.config.pattern_language_ids
        if not file:
            return None
        try:
            return read(Path(self.env.srcdir), file)
        except ValueError as error:
            raise ExtensionError(str(error)) from error

    # What references find.

    def targets(self, kind: str) -> dict[str, Target]:
        """Return all objects of a type by id; ids that were redirected lead to the new ones."""
        language = self.language
        if kind not in self._targets:
            found = dict(objects(language, kind))
            if self.published:
                for old, new in self.published.redirected(kind):
                    if new in found:
                        found.setdefault(old, found[new])
            self._targets[kind] = found
        return self._targets[kind]

    def resolve_xref(  # noqa: PLR0917 - Sphinx's signature
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> nodes.reference | None:
        """Link to an object; without a title of the author's the link shows its name."""
        del env
        if typ == "export":
            return _to_export(builder, fromdocname, target, contnode)
        found = self.targets(typ).get(target)
        if found is None:
            return None
        if not node.get("refexplicit"):
            classes = contnode["classes"]
            contnode = nodes.inline(contnode.rawsource, found.name, classes=classes)
        uri = address_from(builder, fromdocname)(found.docname, found.anchor)
        return nodes.reference("", "", contnode, internal=True, refuri=uri)

    def resolve_any_xref(  # noqa: PLR0917 - Sphinx's signature
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Find nothing: what has an anchor is a label of the standard domain, and found as that."""
        del env, fromdocname, builder, target, node, contnode
        return []

    def note_labels(self, docname: str) -> None:
        """Make labels of all anchors of a page, so that ``:ref:`` and MyST's ``#anchor`` find them.

        Other projects reach them without this extension. A label that an author gave stays.
        """
        page = Language.of([self.pages[docname]]) if docname in self.pages else Language(())
        standard = self.env.domains.standard_domain
        published = self.published
        for kind in ("pattern", "force", "sequence", "part"):
            found = dict(objects(page, kind))
            names = {target.anchor: target for target in found.values()}
            for old, new in published.redirected(kind) if published else ():
                if new in found:
                    prefix = "" if kind == "part" else f"{kind}-"
                    names.setdefault(prefix + old, found[new])
            for anchor, target in names.items():
                if anchor not in standard.anonlabels:
                    standard.note_hyperlink_target(anchor, docname, target.anchor, target.name)

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield all objects for inventory and search; redirected ids keep their entries."""
        for kind in self.object_types:
            for name, target in sorted(self.targets(kind).items()):
                yield name, target.name, kind, target.docname, target.anchor, 1

    def check_consistency(self) -> None:
        """Report what the rules find."""
        surroundings = Surroundings(
            examples=are_collected(self.env),
            published=self.published,
            pages=frozenset(self.env.found_docs),
            sources=said_of(self.env),
        )
        for finding in check(self.language, surroundings):
            warn(self.env, finding.place, finding.subtype, finding.message)


def _to_export(builder: Builder, docname: str, name: str, shown: Element) -> nodes.reference | None:
    """Link to an exported file; builders that write none name it."""
    if name not in NAMES:
        return None
    if builder.name not in EXPORTING:
        # Sphinx takes any node; its annotation knows only the usual one.
        return cast("nodes.reference", shown)
    uri = relative_uri(from_root(builder)(docname, ""), name)
    return nodes.reference("", "", shown, internal=True, refuri=uri)
