"""What a short run leaves out is said by the run itself, completely."""

from __future__ import annotations

import re
from pathlib import Path

from tests.long_forms import LEFT_OUT, SWITCHES, left_out

ROOT = Path(__file__).parents[1]
SWITCH = re.compile(r"\bBRIDGE_[A-Z_]+\b")
REPORT = ROOT / "tests" / "long_forms.py"


def test_every_switch_that_a_test_reads_is_named_and_reaches_the_tests_through_tox() -> None:
    files = [
        path for path in (ROOT / "tests").rglob("*.py") if path not in {REPORT, Path(__file__)}
    ]
    read = {name for path in files for name in SWITCH.findall(path.read_text("utf-8"))}
    assert read == set(SWITCHES)
    assert "\n    BRIDGE_*\n" in (ROOT / "tox.ini").read_text("utf-8")
    assert {form.switch for form in LEFT_OUT} - {""} <= read


def test_what_was_asked_for_is_not_left_out() -> None:
    short = left_out({})
    long = left_out({form.switch: "1" for form in LEFT_OUT if form.switch})
    assert set(long) < set(short)
    assert [form.what in short for form in LEFT_OUT] == [True] * len(LEFT_OUT)


def test_the_files_that_it_leads_to_are_there() -> None:
    named = {word for form in LEFT_OUT for word in form.how.split() if "/" in word}
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_whole_run_is_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert script[-1] in (ROOT / "README.md").read_text("utf-8")
