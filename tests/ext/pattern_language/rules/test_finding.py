"""What rules may ask of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.rules.finding import can_be_found

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_modules_are_found_without_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    assert not can_be_found("made_later_by_a_test")
    (tmp_path / "made_later_by_a_test.py").write_text("raise SystemExit\n")
    assert can_be_found("made_later_by_a_test")


def test_a_module_below_nothing_is_not_found() -> None:
    assert not can_be_found("no_such_package.module")
    assert not can_be_found("json.no_such_module")
