"""Ids that were published stay, on their pages, or are redirected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.published import KINDS, PAGES, ids_of
from pattern_language.rules.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.model import Language, Place
    from pattern_language.published import Published
    from pattern_language.rules.finding import Surroundings


def permanence_rules(language: Language, around: Surroundings) -> Iterator[Finding]:
    """Nothing that was published is lost, and what is new is published."""
    if around.published is None:
        return
    present = ids_of(language)
    for kind in KINDS:
        yield from lost_ids(kind, present[kind], around.published)
        yield from moved_ids(kind, present[kind], around.published)
        yield from useless_redirects(kind, present[kind], around.published)
        yield from unpublished_ids(kind, language, around.published)
    if around.pages is not None:
        yield from useless_page_redirects(around.pages, around.published)


def lost_ids(kind: str, present: dict[str, str], published: Published) -> Iterator[Finding]:
    """Find published ids that nothing has any more."""
    for name in published.pages.get(kind, {}):
        current = published.current(kind, name)
        if current not in present:
            where = f"leads to {current!r}, which" if current != name else "was published and"
            message = (
                f"{kind}: {name!r} {where} no page defines; restore it, or name what has taken "
                f"its place under [redirects.{kind}]"
            )
            yield Finding(published.place(kind, name), "lost-id", message)


def moved_ids(kind: str, present: dict[str, str], published: Published) -> Iterator[Finding]:
    """Find ids that have left the page on which they were published."""
    for name, page in published.pages.get(kind, {}).items():
        now = present.get(published.current(kind, name))
        if now and now not in {page, published.current(PAGES, page)}:
            message = (
                f"{kind}: {name!r} was published on {page!r} and is on {now!r} now; "
                f'add \'"{page}" = "{now}"\' to [redirects.{PAGES}]'
            )
            yield Finding(published.place(kind, name), "moved-id", message)


def useless_redirects(
    kind: str, present: dict[str, str], published: Published
) -> Iterator[Finding]:
    """Find redirects of ids that are still there, or that lead to nothing."""
    table = f"redirects.{kind}"
    for old in published.redirects.get(kind, {}):
        if old in present:
            message = f"[{table}] redirects {old!r}, which is still defined on {present[old]!r}"
        elif published.current(kind, old) not in present:
            message = f"[{table}] redirects {old!r} to {published.current(kind, old)!r}: no such id"
        else:
            continue
        yield Finding(published.place(table, old), "redirect", message)


def unpublished_ids(kind: str, language: Language, published: Published) -> Iterator[Finding]:
    """Find ids that the file does not list yet."""
    known = published.pages.get(kind, {})
    places: dict[str, Place] = {
        "patterns": {p.id: p.place for p in language.patterns.values()},
        "forces": {f.id: f.place for f in language.forces.values()},
        "sequences": {s.id: s.place for s in language.sequences.values()},
    }[kind]
    for name, place in places.items():
        if name not in known:
            message = (
                f"{kind}: {name!r} is not in {published.file} yet; ids are permanent. To publish "
                "it run: python -m pattern_language publish"
            )
            yield Finding(place, "unpublished-id", message)


def useless_page_redirects(pages: frozenset[str], published: Published) -> Iterator[Finding]:
    """Find redirects of pages that are still there, or that lead to nothing."""
    table = f"redirects.{PAGES}"
    for old in published.redirects.get(PAGES, {}):
        new = published.current(PAGES, old)
        if old in pages:
            message = f"[{table}] redirects {old!r}, which is still a page"
        elif new not in pages:
            message = f"[{table}] redirects {old!r} to {new!r}: no such page"
        else:
            continue
        yield Finding(published.place(table, old), "redirect", message)
