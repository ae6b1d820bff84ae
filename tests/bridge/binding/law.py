"""The law of binding, for any Python: a bound document equals a fresh one of the present values.

`Play` makes up a view and writes to its signals by the luck it is given: hypothesis's on CPython,
a seeded generator in the page, to which this file is sent as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from bridge.binding import Dynamic, For, Show, h
from bridge.reactivity import Signal, batch, computed

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from bridge.binding import Content

Plan: TypeAlias = tuple[Any, ...]
"""A kind of content, and what it is made of: trees of made up views."""

TAGS = ("p", "b", "i", "em")
WORDS = ("", "a", "<b>", "&amp;", "two words", "\u2028", "0")


def _value(name: str, text: Signal[str], flag: Signal[bool]) -> Callable[[], object]:
    """Make a reactive prop."""
    values: dict[str, Callable[[], object]] = {
        "title": lambda: text.value or None,
        "class": lambda: ["x", {"y": flag.value, "z": text.value}],
        "hidden": lambda: flag.value,
        "style": lambda: {"color": "red" if flag.value else None},
        "prop:lang": lambda: text.value,
    }
    return values[name]


def _of_any_item(value: Callable[[], object]) -> Callable[[object], object]:
    return lambda _: value()


class Play:
    """Signals, a view that follows them, and what may happen to them."""

    def __init__(self, luck: Random) -> None:
        self.luck = luck
        self.texts = [Signal(luck.choice(WORDS), name=f"text {n}") for n in range(4)]
        self.flags = [Signal(luck.random() < 0.5, name=f"flag {n}") for n in range(3)]
        self.lists = [Signal(self._keys(), name=f"list {n}") for n in range(2)]
        self.plan = [self._plan(0) for _ in range(luck.randint(1, 3))]

    @property
    def signals(self) -> list[Signal[object]]:
        """All signals."""
        return [*self.texts, *self.flags, *self.lists]  # type: ignore[list-item]

    def _keys(self) -> list[int]:
        luck = self.luck
        return luck.sample(range(12), luck.randint(0, 9))

    # -- the view: decided once, so that it can be built twice -----------------------------------

    def _plan(self, depth: int) -> Plan:
        luck = self.luck
        kinds = ["word", "text", "sum", "element"]
        if depth < 3:
            kinds += ["element", "show", "template", "rows", "dynamic"]
        kind = luck.choice(kinds)
        if kind == "word":
            return kind, luck.choice(WORDS)
        if kind in ("text", "sum"):
            return kind, luck.randrange(4), luck.randrange(4)
        below = [self._plan(depth + 1) for _ in range(luck.randint(0, 3))]
        if kind == "element":
            return kind, luck.choice(TAGS), self._props(), below
        if kind in ("template", "rows"):
            return kind, luck.randrange(2), luck.choice(TAGS), self._props(), below
        other = [self._plan(depth + 1) for _ in range(luck.randint(0, 2))]
        return kind, luck.randrange(3), below, other

    def _props(self) -> tuple[tuple[str, int], ...]:
        luck = self.luck
        names = ("title", "class", "hidden", "style", "prop:lang", "on_click")
        return tuple((name, luck.randrange(3)) for name in names if luck.random() < 0.3)

    def build(self) -> Content:
        """Build the view anew from the plan."""
        return [self._build(plan) for plan in self.plan]

    def _build(self, plan: Plan) -> Any:  # noqa: PLR0911 - one line for each kind
        kind, *rest = plan
        texts, flags, lists = self.texts, self.flags, self.lists
        if kind == "word":
            return rest[0]
        if kind == "text":
            return texts[rest[0]]
        if kind == "sum":
            first, second = texts[rest[0]], texts[rest[1]]
            return computed(lambda: first.value + second.value)
        if kind == "element":
            tag, props, below = rest
            return h(tag, self._written(props, False), [self._build(each) for each in below])
        if kind == "template":
            place, tag, props, below = rest
            content = [lambda key: f"{key}:{texts[key % 4].value}"]
            content += [self._of_item(each) for each in below]
            return For(lists[place], h(tag, self._written(props, True), content), key=int)
        if kind == "rows":
            place, tag, props, below = rest

            def row(key: int) -> Content:
                content = [str(key), texts[key % 4], *(self._build(each) for each in below)]
                return h(tag, self._written(props, False), content)

            return For(lists[place], row, key=int)
        flag, below, other = rest
        if kind == "show":
            return Show(
                flags[flag],
                lambda: [self._build(each) for each in below],
                lambda: [self._build(each) for each in other],
            )
        return Dynamic(
            lambda: [self._build(each) for each in (below if flags[flag].value else other)]
        )

    def _of_item(self, plan: Plan) -> Any:
        """Build what stands inside a template, where functions take the item."""
        kind, *rest = plan
        if kind == "show":
            flag, below, other = rest
            return Show(
                lambda key: self.flags[flag].value != (key % 2 == 0),
                self._row_content(below),
                [self._of_item(each) for each in other],
            )
        if kind in ("template", "rows"):
            place, tag, props, _ = rest
            inner = h(tag, self._written(props, True), lambda key: key)
            return For(lambda key: self.lists[place].value[: key % 3], inner, key=int)
        if kind == "dynamic":
            flag, below, _ = rest
            return Dynamic(lambda key: self._of_item(below[0]) if below else str(key))
        if kind == "element":
            tag, props, below = rest
            return h(tag, self._written(props, True), [self._of_item(each) for each in below])
        return self._build(plan)

    def _row_content(self, plans: list[Plan]) -> Callable[[int], Content]:
        return lambda key: [str(key), *(self._of_item(each) for each in plans)]

    def _written(self, props: tuple[tuple[str, int], ...], of_item: bool) -> dict[str, object]:
        made: dict[str, object] = {}
        for name, place in props:
            text, flag = self.texts[place], self.flags[place]
            if name == "on_click":
                made[name] = lambda *_: None
                continue
            value = _value(name, text, flag)
            made[name] = _of_any_item(value) if of_item else value
        return made

    # -- what happens ----------------------------------------------------------------------------

    def step(self) -> None:
        """Write some signals, in one batch or one after the other."""
        luck = self.luck
        writes = [self._write for _ in range(luck.randint(1, 4))]
        if luck.random() < 0.5:
            with batch():
                for write in writes:
                    write()
        else:
            for write in writes:
                write()

    def _write(self) -> None:
        luck = self.luck
        kind = luck.randrange(4)
        if kind == 0:
            luck.choice(self.texts).set(luck.choice(WORDS))
        elif kind == 1:
            luck.choice(self.flags).update(lambda flag: not flag)
        else:
            target = luck.choice(self.lists)
            target.set(self._changed(list(target.peek())))

    def _changed(self, keys: list[int]) -> list[int]:
        """Change a list as programs do: swap, remove, add, sort, or something else altogether."""
        luck = self.luck
        kind = luck.randrange(7)
        if kind == 0 and len(keys) > 1:
            one, other = luck.sample(range(len(keys)), 2)
            keys[one], keys[other] = keys[other], keys[one]
        elif kind == 1 and keys:
            keys.pop(luck.randrange(len(keys)))
        elif kind == 2:
            new = [key for key in range(12) if key not in keys]
            if new:
                keys.insert(luck.randint(0, len(keys)), luck.choice(new))
        elif kind == 3:
            keys.reverse()
        elif kind == 4:
            keys.clear()
        elif kind == 5 and keys:
            keys.append(keys.pop(0))
        else:
            return self._keys()
        return keys
