"""The law of failures, for any Python: after an error and the next good write the page is right.

Like `law`, this file is sent to the page as it stands. A view here has places that raise in some
states: what is read, built, compared, converted, ended, or set by a setter of the page. Its rows
show objects that are new with each write and keep their keys.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.binding import Dynamic, Field, For, PageWriteError, Show, h
from bridge.reactivity import Signal, batch, computed, effect, on_cleanup
from bridge.vdom import PropError, Ref, listener

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from bridge.reactivity import Computed

BAD = "bad"


class WrongError(Exception):
    """What a place of a made-up view raises."""


FAILURES = (WrongError, PropError, PageWriteError, TypeError, ExceptionGroup)


def check(text: str) -> str:
    """Return a text that is not bad."""
    if text == BAD:
        raise WrongError(text)
    return text


class Item(NamedTuple):
    """What a row shows."""

    key: int
    text: str


class FailingPlay:
    """Signals, a view whose places raise while some of them are bad, and writes to them."""

    def __init__(self, luck: Random) -> None:
        self.luck = luck
        self.texts = [Signal(luck.choice("abc"), name=f"text {n}") for n in range(3)]
        self.flags = [Signal(luck.random() < 0.5, name=f"flag {n}") for n in range(3)]
        self.lists = [Signal(self._items(luck, good=True), name=f"list {n}") for n in range(2)]
        self.checks = [self._checked(text) for text in self.texts]
        self.compared = [self._compared(text) for text in self.texts]
        self.tick = Signal(0, name="tick")
        self.broken = False
        self.errors: list[BaseException] = []
        self.plan = [self._plan(0) for _ in range(luck.randint(1, 3))]
        self.made = 0
        self.ended = 0

    def _checked(self, text: Signal[str]) -> Computed[str]:
        return computed(lambda: check(text.value))

    def _compared(self, text: Signal[str]) -> Computed[str]:
        return computed(lambda: text.value, equals=lambda old, new: old == check(new))

    def level(self, _node: object, value: str) -> None:
        """Do what the setter of ``prop:level`` does before it takes a value."""
        if self.broken:
            raise WrongError("broken")
        check(value)

    def tell(self, broken: bool) -> None:
        """Hear that no setter works, or that all do again."""

    @property
    def signals(self) -> list[Signal[Any]]:
        """All signals."""
        return [*self.texts, *self.flags, *self.lists, self.tick]

    def _items(self, luck: Random, *, good: bool) -> list[Item]:
        keys = luck.sample(range(6), luck.randint(0, 5))
        words = ["x", "y", "z"] if good else ["x", "y", BAD]
        return [Item(key, luck.choice(words)) for key in keys]

    # -- the view --------------------------------------------------------------------------------

    def _plan(self, depth: int) -> tuple[Any, ...]:
        luck = self.luck
        kinds = ["text", "computed", "compared", "element", "class", "sure", "level", "fixed level"]
        kinds += ["style", "convert", "option", "ref", "field"]
        if depth < 3:
            kinds += ["show", "show", "dynamic", "template", "rows", "component"]
        kind = luck.choice(kinds)
        below = [self._plan(depth + 1) for _ in range(luck.randint(1, 2))] if depth < 3 else []
        return kind, luck.randrange(3), luck.randrange(2), below, luck.random() < 0.5

    def build(self) -> Any:
        """Build the view anew from the plan."""
        return [self.tick, *(self._build(plan) for plan in self.plan)]

    def _note(self) -> None:
        self.made += 1
        on_cleanup(self._note_end)

    def _note_end(self) -> None:
        self.ended += 1

    def _build(self, plan: tuple[Any, ...], item: Item | None = None) -> Any:  # noqa: C901, PLR0911
        kind, place, other, below, early = plan
        text, flag, checked = self.texts[place], self.flags[place], self.checks[place]
        said = f"{item.text}!" if item else "-"

        def inside(*_: object) -> list[Any]:
            if early:
                check(self.texts[other].value)
            self._note()
            if place == 2:
                on_cleanup(lambda: check(self.texts[other].peek()))
            return [self._build(each, item) for each in below]

        if kind in _LEAVES:
            return _LEAVES[kind](self, text, said)
        if kind == "compared":
            return [self.compared[place], said]
        if kind == "text":
            return [lambda *_: check(text.value), said]
        if kind == "computed":
            return [checked, said]
        if kind == "class":
            return h("i", {"class": {"on": flag, "off": checked}, "title": said}, text)
        if kind == "element":
            return h("p", {"title": lambda *_: check(text.value)}, [said, *self._all(below, item)])
        if kind == "component":

            def component(**_: object) -> Any:
                return h("b", None, inside())

            return h(component)
        if kind == "show":
            return Show(flag, inside, lambda *_: [checked, said])
        if kind == "dynamic":
            return Dynamic(lambda *_: [self.texts[other].value, str(flag.value), *inside()])
        return self._list(plan)

    def _all(self, below: list[Any], item: Item | None) -> list[Any]:
        return [self._build(each, item) for each in below]

    def _list(self, plan: tuple[Any, ...]) -> For:
        kind, place, other, below, early = plan

        def items(*_: object) -> list[Item]:
            if early and self.flags[place].value:
                check(self.texts[other].value)
            return list(self.lists[other].value)

        def key(item: Item) -> int:
            if early:
                check(self.texts[place].value)
            return item.key

        if kind == "template":
            inner = Show(
                lambda item: self.flags[place].value != (item.key % 2 == 0),
                lambda item: [h("u", None, check(item.text)), *self._all(below, item)],  # type: ignore[misc]
                h("s", {"title": lambda item: check(item.text)}),
            )
            again = Dynamic(lambda item: [h("q", None, item.text), self._build(below[0], item)])
            name = [lambda item: check(item.text), lambda _: check(self.texts[place].value)]
            listed = For(
                lambda item: self.lists[1 - other].value[: item.key % 3],
                h("em", None, lambda one: check(one.text)),
                key=lambda one: one.key,
            )
            row = h(
                "li",
                {"class": lambda item: item.text},
                [*name, inner, again, h("ol", None, listed)],
            )
            return For(items, row, key=key)

        def build(item: Item) -> Any:
            self._note()
            effect(lambda: self.flags[place].value)
            content = [check(item.text), *self._all(below, item)]
            inner = For(self.lists[1 - other], lambda one: h("em", None, one.text + item.text))
            return h(
                "li", {"class": [item.text, self.flags[other]]}, [*content, h("ol", None, inner)]
            )

        return For(items, build, key=key)

    # -- what happens ----------------------------------------------------------------------------

    def step(self) -> bool:
        """Write some signals; returns whether an error was raised."""
        # Made up before the first of them, so that nothing but a view can raise in a batch.
        writes = [self._write() for _ in range(self.luck.randint(1, 4))]
        before = len(self.errors)
        try:
            if self.luck.random() < 0.6:
                with batch():
                    for write in writes:
                        write()
            else:
                for write in writes:
                    write()
        except FAILURES as error:
            self.errors += _leaves(error)
        return len(self.errors) > before

    def unnamed(self) -> list[BaseException]:
        """Return the errors that do not say where they happened."""
        return [error for error in self.errors if not _names_its_place(error)]

    def _write(self) -> Callable[[], object]:
        luck = self.luck
        kind = luck.randrange(9)
        if kind == 8:
            return self._break
        if kind < 3:
            return partial(luck.choice(self.texts).set, luck.choice(["a", "b", BAD, BAD]))
        if kind < 5:
            return partial(luck.choice(self.flags).update, _other)
        items = self._items(luck, good=luck.random() < 0.5)
        return partial(luck.choice(self.lists).set, items)

    def _break(self) -> None:
        self.broken = not self.broken
        self.tell(self.broken)
        self.tick.value += 1

    def mend(self) -> None:
        """Let everything be good that is bad, write by write; the last one writes nothing else."""
        self.broken = False
        self.tell(False)
        bad = [text for text in self.texts if text.peek() == BAD]
        steps: list[Callable[[], object]] = [partial(text.set, "c") for text in bad]
        steps += [partial(each.update, _good) for each in self.lists]
        self.luck.shuffle(steps)
        for step in steps:
            with suppress(*FAILURES):  # others are bad still
                step()
        self.tick.value += 1


def _changing(make: Callable[[str], Any], text: Signal[str], said: str) -> Dynamic:
    return Dynamic(lambda *_: [make(text.value), said])


_LEAVES: dict[str, Callable[[FailingPlay, Signal[str], str], Any]] = {
    "sure": lambda _, text, said: [text, said],
    "level": lambda _, text, said: h("level-meter", {"title": said, "prop:level": text}),
    "fixed level": lambda _, text, said: _changing(
        lambda now: h("level-meter", {"prop:level": now, "class": now}), text, said
    ),
    "style": lambda _, text, said: h(
        "i", {"style": lambda *_: {"--x": text.value if text.value != BAD else []}}, said
    ),
    "convert": lambda _, text, said: h(
        "i", {"class": lambda *_: text.value if text.value != BAD else 1.5}, said
    ),
    "option": lambda _, text, said: _changing(
        lambda now: h("u", {"on_click": listener(print, capture=now == "a") if now != BAD else 3}),
        text,
        said,
    ),
    "ref": lambda _, text, said: _changing(
        lambda now: h("u", {"ref": Ref() if now != BAD else 3}, now), text, said
    ),
    "field": lambda _, text, said: [h("input", {"bind:value": Field(text, check, check)}), said],
}


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]


def _names_its_place(error: BaseException) -> bool:
    if isinstance(error, PageWriteError):
        return (error.tag, error.name, error.spoiled) == ("level-meter", "level", False)
    return any(note.startswith("in ") for note in getattr(error, "__notes__", ()))


def _other(flag: bool) -> bool:
    return not flag


def _good(items: list[Item]) -> list[Item]:
    if all(item.text != BAD for item in items):
        return items
    return [item if item.text != BAD else Item(item.key, "z") for item in items]
