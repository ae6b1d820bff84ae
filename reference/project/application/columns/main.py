"""Where the page begins: what it calls when Python is there."""

from __future__ import annotations

from bridge.binding import mount
from columns.view import page
from columns.work import Work


def start() -> None:
    """Show the application."""
    mount("#app", page(Work()))
