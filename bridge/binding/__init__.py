"""Reactive values bound to the page, in one line each.

`mount` shows a tree that holds signals; what changes is changed in place. The tree is made by `h`
of this module, and may hold `For`, `Show` and `Dynamic`.

Elements that the page already has are bound by `bind_text`, `bind_attribute`, `bind_property`,
`bind_class`, `bind_style`, `bind_visible`, `bind_value`, `bind_checked`, `bind_list` and `listen`.

A write reaches the page before it returns, or when its batch ends. However many places follow,
a view is sent to the page in one call. A view or binding that is made inside a scope or effect ends
with it; else by its ``dispose()``.

This is the only part of bridge that knows both `bridge.reactivity` and the browser.
"""

from __future__ import annotations

from bridge._browser.dom import PageWriteError
from bridge.binding.elements import (
    bind_attribute,
    bind_checked,
    bind_class,
    bind_list,
    bind_property,
    bind_style,
    bind_text,
    bind_value,
    bind_visible,
    listen,
    mount,
)
from bridge.binding.fields import Field
from bridge.binding.nodes import Content, Dynamic, For, Readable, Show, Source, h
from bridge.binding.selector import selector
from bridge.binding.view import View

__all__ = [
    "Content",
    "Dynamic",
    "Field",
    "For",
    "PageWriteError",
    "Readable",
    "Show",
    "Source",
    "View",
    "bind_attribute",
    "bind_checked",
    "bind_class",
    "bind_list",
    "bind_property",
    "bind_style",
    "bind_text",
    "bind_value",
    "bind_visible",
    "h",
    "listen",
    "mount",
    "selector",
]
