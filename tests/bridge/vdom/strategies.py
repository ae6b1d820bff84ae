"""Random trees, described as `tests.bridge.vdom.trees` reads them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_texts = st.sampled_from(["", "a", "bc", "<b>", "\u00e9\U0001f600", "\ud800", "x y"])
_words = st.sampled_from(["a", "b", "", "two words"])
_states = st.sampled_from(["", "typed", "a\nb"])


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
        "prop:lang": _optional(st.sampled_from(["en", "de"])),
    },
)
_keys = st.one_of(st.none(), st.integers(0, 6), st.sampled_from(["k", "l"]))


def _key_of(child: Any) -> Any:
    if not isinstance(child, list) or child[0] == "list":
        return None
    return child[2] if child[0] == "el" else child[1]


def _is_clear(children: list[Any]) -> bool:
    """Keys differ among siblings (``1`` and ``True`` do not occur together)."""
    keys = [key for key in map(_key_of, children) if key is not None]
    return len(set(keys)) == len(keys)


def _siblings(child: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(child, max_size=6).filter(_is_clear)


def _below(child: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    siblings = _siblings(child)
    html = st.sampled_from(["div", "p", "ul", "svg", "foreignObject", "g", "math"])
    return st.one_of(
        st.builds(lambda *a: ["el", *a], html, _keys, _props, siblings),
        st.builds(lambda *a: ["el", *a], html, _keys, _props, siblings),
        st.builds(lambda key, below: ["frag", key, below], _keys, siblings),
        st.builds(lambda below: ["list", below], siblings),
        st.builds(lambda *a: ["comp", *a], _keys, st.booleans(), child),
    )


def _form(tag: str, states: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    props = st.fixed_dictionaries({}, optional=states)
    return st.builds(lambda key, given: ["el", tag, key, given, []], _keys, props)


_leaves = st.one_of(
    st.none(),
    st.booleans(),
    _texts,
    st.integers(-3, 3),
    _form("input", {"value": _optional(_states.filter(str.isalnum)), "checked": st.booleans()}),
    _form("textarea", {"value": _optional(_states)}),
)

trees = st.recursive(_leaves, _below, max_leaves=24)
"""Any tree, with keys, fragments, components, SVG and form elements in it."""
