"""A failure is shown in the page's coordinates with all that was seen of the block."""

from __future__ import annotations

from doc_examples.judge import Verdict
from doc_examples.plugin.display import excerpt, failure_text, sections
from doc_examples.records import Example, Fate, Fault, Kind, Outcome

CODE = "".join(f"line_{number} = {number}\n" for number in range(10, 20))
BLOCK = Example("d/p", "a", "python", Kind.PYTHON, CODE, "d/p.md", "d/_part.md", 10)


def test_the_excerpt_marks_the_line_and_shows_some_around_it() -> None:
    shown = excerpt(BLOCK, 14).splitlines()
    assert shown[0] == "  11 | line_11 = 11"
    assert shown[3] == "> 14 | line_14 = 14"
    assert shown[-1] == "  17 | line_17 = 17"


def test_a_line_below_the_block_shows_its_end_unmarked() -> None:
    shown = excerpt(BLOCK, 25)
    assert shown.splitlines()[-1] == "  19 | line_19 = 19"
    assert ">" not in shown


def test_a_failure_names_file_line_column_and_pyodide_line() -> None:
    verdict = Verdict(Fate.FAILED, "SyntaxError: no", "Traceback\n", 12, 7)
    text = failure_text(BLOCK, "0.28", verdict)
    assert text.startswith("d/_part.md:12:7: SyntaxError: no\nblock a of d/p.md, on Pyodide 0.28\n")
    assert text.endswith("\n\nTraceback")
    assert "on the host" in failure_text(BLOCK, "host", verdict)


def test_what_did_not_run_is_one_line() -> None:
    verdict = Verdict(Fate.NOT_RUN, "not run: block b at d/p.md:3 failed", line=3)
    assert failure_text(BLOCK, "0.28", verdict) == f"d/_part.md:10: {verdict.headline}"


def test_only_sections_with_something_in_them_are_shown() -> None:
    outcome = Outcome(
        stdout="printed\n", problems=(Fault("E", "m", "trace\n"),), console=("log: one", "log: two")
    )
    assert sections(outcome) == [
        ("output of the block", "printed"),
        ("errors that nobody handled", "trace"),
        ("browser consoles", "log: one\nlog: two"),
    ]
    assert sections(Outcome()) == []
