"""Elements of the page need a page; what happens there is tested in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge.binding import (
    bind_attribute,
    bind_checked,
    bind_class,
    bind_list,
    bind_text,
    bind_value,
    bind_visible,
    h,
    listen,
    mount,
)
from bridge.errors import HostUnavailableError
from bridge.reactivity import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT, FLAG = Signal("a"), Signal(True)


@pytest.mark.parametrize(
    "bind",
    [
        lambda: bind_text("#app", TEXT),
        lambda: bind_attribute("#app", "title", TEXT),
        lambda: bind_class("#app", "on", FLAG),
        lambda: bind_visible("#app", FLAG),
        lambda: bind_value("#app", TEXT),
        lambda: bind_checked("#app", FLAG),
        lambda: bind_list("#app", Signal([1]), h("li")),
        lambda: listen("#app", "click", print),
        lambda: mount("#app", "text"),
    ],
)
def test_outside_a_page_each_says_so(bind: Callable[[], object]) -> None:
    with pytest.raises(HostUnavailableError):
        bind()
    assert not TEXT._observers
    assert not FLAG._observers
