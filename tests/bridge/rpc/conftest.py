"""The collector runs after each play: what the test run itself holds is kept out of its way."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _small_heap() -> Iterator[None]:
    gc.freeze()
    yield
    gc.unfreeze()
