"""Lines of progress are whole, on standard error, and sizes are readable."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

from pyodide_runtimes import progress

if TYPE_CHECKING:
    import pytest


def test_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(progress)
    assert result.failed == 0
    assert result.attempted > 0


def test_a_line_goes_to_standard_error_alone(capsys: pytest.CaptureFixture[str]) -> None:
    progress.to_stderr("fetched")
    progress.silent("hidden")
    assert tuple(capsys.readouterr()) == ("", "fetched\n")
