"""Random trees, described as `tests.bridge.vdom.trees` reads them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_texts = st.sampled_from(["", "a", "bc", "<b>", "\u00e9\U0001f600", "\ud800", "x y"])
_words = st.sampled_from(["a", "b", "", "two words"])


def _optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


_props = st.fixed_dictionaries(
    {},
    optional={
        "title": _optional(_texts),
        "hidden": _optional(st.booleans()),
        "tabindex": _optional(st.one_of(st.booleans(), st.integers(0, 2))),
        "aria-busy": _optional(st.booleans()),
        "class": _optional(
            st.one_of(
                _words,
                st.lists(_words, max_size=2),
                st.dictionaries(st.sampled_from(["u", "v"]), st.booleans()),
            )
        ),
        "style": _optional(
            st.one_of(
                st.sampled_from(["color: red", ""]),
                st.dictionaries(
                    st.sampled_from(["margin", "margin_left", "--x", "color"]),
                    st.sampled_from(["1px", "2px", None]),
                ),
            )
        ),
        "on_click": _optional(st.sampled_from(["plain", "options"])),
        "on_input": _optional(st.just("plain")),
        "data-x": _optional(st.one_of(st.booleans(), _texts)),
        "prop:custom": _optional(st.sampled_from(["en", 1, False])),
    },
)
_keys = st.one_of(st.none(), st.integers(0, 6), st.sampled_from(["k", "l"]))


_forms = {
    "input": {
        "value": _optional(st.sampled_from(["", "typed", "more"])),
        "checked": _optional(st.booleans()),
    },
    "textarea": {"value": _optional(st.sampled_from(["", "typed", "a\nb"]))},
}
_texts_and_gaps = st.one_of(st.none(), st.booleans(), _texts, st.integers(-3, 3))
_tags = st.sampled_from(["div", "p", "ul", "svg", "foreignObject", "g", "math"])
_kinds = st.sampled_from(["leaf", "leaf", "form", "el", "el", "el", "frag", "list", "comp"])
_DEEPEST = 4


def _key_of(child: Any) -> Any:
    if not isinstance(child, list) or child[0] == "list":
        return None
    return child[2] if child[0] == "el" else child[1]


def _without_clashes(children: list[Any]) -> list[Any]:
    """Drop siblings whose key another one has."""
    seen: set[Any] = set()
    kept = []
    for child in children:
        key = _key_of(child)
        if key is None or key not in seen:
            kept.append(child)
            seen.add(key)
    return kept


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> Any:
    """Draw any tree, with keys, fragments, components, SVG and form elements in it."""
    kind = draw(_kinds) if depth < _DEEPEST else "leaf"
    if kind == "leaf":
        return draw(_texts_and_gaps)
    if kind == "form":
        tag = draw(st.sampled_from(sorted(_forms)))
        return ["el", tag, draw(_keys), draw(st.fixed_dictionaries({}, optional=_forms[tag])), []]
    if kind == "comp":
        return ["comp", draw(_keys), draw(st.booleans()), draw(trees(depth + 1))]
    count = draw(st.integers(0, 5))
    children = _without_clashes([draw(trees(depth + 1)) for _ in range(count)])
    if kind == "el":
        return ["el", draw(_tags), draw(_keys), draw(_props), children]
    return ["frag", draw(_keys), children] if kind == "frag" else ["list", children]


def elements() -> st.SearchStrategy[Any]:
    """Draw elements so alike that one is patched into the next, prop by prop."""
    children: st.SearchStrategy[list[Any]] = st.lists(
        st.sampled_from(["a", "b", None, ["el", "b", None, {}, []], ["el", "b", 1, {}, ["a"]]]),
        max_size=2,
    )
    return st.builds(
        lambda tag, props, below: ["el", tag, None, props, below],
        st.sampled_from(["div", "div", "div", "svg"]),
        _props,
        children.map(_without_clashes),
    )
