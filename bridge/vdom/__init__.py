"""A virtual DOM: say in Python what the page shall show, and the least of it is changed.

A tree is built by `h`, shown by `PythonVDOM.patch`, and compared with the last one. All decisions
are made in Python; a patch crosses into the page once.

Handlers stand under ``on_`` and the event's type: ``h("button", {"on_click": save}, "Save")``. A
handler is a function of the event, plain or ``async``. A patch may bring a new one without the page
noticing, and all handlers of a container share one proxy. `listener` gives options.

A form element with ``value`` or ``checked`` is controlled: after each patch and each event it
shows what the tree says, without moving the caret or the focus where nothing differs.

A value that the page refuses misses its own place; the rest is shown, and the error
(`PageWriteError`) names the place.

Text is never read as HTML, and what could run a script is refused (`UnsafeContentError`).
`raw_html` is the one way to vouch for markup.

Examples:
    >>> def greeting(*, name):
    ...     return h("p", {"class": {"greeting": True}}, ["Hello ", h("b", None, name)])
    >>> tree = h("main", None, [h(greeting, {"name": "Ada"}), h("hr")])
"""

from __future__ import annotations

from bridge._browser.attributes import PropError
from bridge._browser.dom import ContainerError, PageWriteError
from bridge._browser.safety import RawHtml, UnsafeContentError, raw_html
from bridge.vdom.live import DuplicateKeyError, PatchError, TreeError
from bridge.vdom.nodes import (
    Child,
    Component,
    Listener,
    Memo,
    Props,
    Ref,
    VNode,
    fragment,
    h,
    listener,
    memo,
)
from bridge.vdom.tree import PythonVDOM

__all__ = [
    "Child",
    "Component",
    "ContainerError",
    "DuplicateKeyError",
    "Listener",
    "Memo",
    "PageWriteError",
    "PatchError",
    "PropError",
    "Props",
    "PythonVDOM",
    "RawHtml",
    "Ref",
    "TreeError",
    "UnsafeContentError",
    "VNode",
    "fragment",
    "h",
    "listener",
    "memo",
    "raw_html",
]
