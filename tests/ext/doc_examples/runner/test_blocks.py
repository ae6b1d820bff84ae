"""Blocks of each kind run as their page says, and fail at their place in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from doc_examples.judge import judge
from doc_examples.records import Expected, Fate, Kind
from doc_examples.runner.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from doc_examples.records import Example
    from doc_examples.runner.pages import SessionPage
    from doc_examples.runner.runner import Runner

    Block = Callable[..., Example]
    Run = Callable[..., Report]


@pytest.fixture(scope="module")
def pages(runner: Runner) -> Iterator[dict[str, SessionPage]]:
    """The session of each line that the tests of this module share; opened by the first."""
    opened: dict[str, SessionPage] = {}
    yield opened
    for page in opened.values():
        runner.call(page.close(), 60)


@pytest.fixture
def run(runner: Runner, pages: dict[str, SessionPage], newest: str) -> Run:
    """Run one block in a session in which others ran before, also such as failed."""

    def go(example: Example, line: str = "") -> Report:
        line = line or newest
        if line not in pages:
            pages[line] = runner.open_session(line)
        outcome = runner.call(pages[line].run(example), 60)
        return Report(judge(example, line, outcome), outcome)

    return go


@pytest.fixture
def run_session(runner: Runner, newest: str) -> Run:
    """Run blocks as one session of their own; the report of the last."""

    def go(*blocks: Example, line: str = "") -> Report:
        report = None
        for position in range(len(blocks)):
            report = runner.run(line or newest, blocks, position)
        assert report is not None
        return report

    return go


def place(report: Report) -> tuple[int, int]:
    return report.verdict.line, report.verdict.column


def test_names_of_one_block_are_there_in_the_next(
    run_session: Run, block: Block, line: str
) -> None:
    report = run_session(
        block("x = 1", session="s1"), block("x += 1\nprint(x)", session="s1"), line=line
    )
    assert (report.verdict.fate, report.outcome.stdout) == (Fate.PASSED, "2\n")


def test_sessions_share_nothing(run_session: Run, block: Block, line: str) -> None:
    run_session(block("import json\njson.mark = 1\nopen('mark', 'w').close()"), line=line)
    source = "import json, os\nprint(hasattr(json, 'mark'), os.path.exists('mark'))"
    assert run_session(block(source), line=line).outcome.stdout == "False False\n"


def test_python_awaits_at_top_level_and_uses_the_page(run: Run, block: Block, line: str) -> None:
    source = "import asyncio, js\nprint(await asyncio.sleep(0, 7), js.crossOriginIsolated)"
    assert run(block(source), line=line).outcome.stdout == "7 True\n"


def test_all_that_is_written_is_captured_in_order(run: Run, block: Block, line: str) -> None:
    source = """
import asyncio, logging, os, sys
print("one", end="")
os.write(1, " two é\\n".encode())
async def later():
    print("three \\N{SNOWMAN}")
await asyncio.ensure_future(later())
print("to stderr", file=sys.stderr)
logging.getLogger("page").warning("logged")
sys.stdout.write("no line end")
"""
    outcome = run(block(source), line=line).outcome
    assert outcome.stdout == "one two é\nthree \N{SNOWMAN}\nno line end"
    assert outcome.stderr == "to stderr\nlogged\n"


def test_a_traceback_counts_lines_of_the_file_and_quotes_them(
    run: Run, block: Block, line: str
) -> None:
    source = "def f():\n    return 1 / 0\nf()"
    report = run(block(source, line=40, stands_in="guide/_part.md"), line=line)
    assert report.verdict.headline == "ZeroDivisionError: division by zero"
    assert report.verdict.line == 42
    assert 'File "guide/_part.md", line 41, in f\n    return 1 / 0' in report.verdict.detail
    assert "harness" not in report.verdict.detail


def test_a_syntax_error_has_line_and_column_of_the_page(run: Run, block: Block, line: str) -> None:
    # In a quote inside of a list: each line of the block stands four characters in.
    report = run(block("x = 1\ny = = 2", line=20, column=4), line=line)
    assert report.verdict.headline.startswith("SyntaxError: invalid syntax")
    assert place(report) == (21, 5 + 4)


def test_raises_names_the_exception_that_must_come(run: Run, block: Block) -> None:
    assert run(block("1 / 0", raises="ZeroDivisionError: .*")).verdict.passed
    assert run(block("1 / 0", raises="ZeroDivisionError")).verdict.passed
    wrong = run(block("1 / 0", raises="KeyError: .*"))
    assert "expected an exception matching 'KeyError: .*', found Zero" in wrong.verdict.headline
    missing = run(block("1", raises="KeyError: .*"))
    assert missing.verdict.headline.endswith("found nothing was raised")


@pytest.mark.parametrize(
    ("source", "raises"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise ExceptionGroup('two', [ValueError(1), KeyError(2)])", "ExceptionGroup: two .*"),
        ("import asyncio\nraise asyncio.CancelledError('why')", "CancelledError: why"),
        ("import js\njs.eval('nowhere')", r"(JsException|ReferenceError): .*nowhere.*"),
    ],
)
def test_raises_takes_every_kind_of_exception(
    run: Run, block: Block, line: str, source: str, raises: str
) -> None:
    verdict = run(block(source, raises=raises), line=line).verdict
    assert verdict.passed, verdict


LOST_TASK = """
import asyncio
async def fail():
    raise ValueError("lost")
task = asyncio.ensure_future(fail())
del task
"""


def test_a_task_that_fails_alone_fails_its_block(run: Run, block: Block, line: str) -> None:
    report = run(block(LOST_TASK), line=line)
    assert report.verdict.headline == "nobody handled ValueError: lost"
    assert report.verdict.line == 13
    assert run(block(LOST_TASK, raises="ValueError: lost"), line=line).verdict.passed


def test_an_error_of_an_event_handler_fails_its_block(run: Run, block: Block, line: str) -> None:
    source = """
import js
from pyodide.ffi import create_proxy
def handler(event):
    raise LookupError("in the handler")
js.document.addEventListener("click", create_proxy(handler))
js.document.body.click()
"""
    report = run(block(source), line=line)
    assert report.verdict.headline == "nobody handled LookupError: in the handler"


def test_an_error_after_the_end_of_a_block_is_blamed_on_it(
    runner: Runner, block: Block, newest: str
) -> None:
    late = "import js\njs.later = js.Function.new(\"throw new Error('late')\")"
    session = [block(late, session="late", line=5), block("print(1)", session="late")]
    assert runner.run(newest, session, 0).verdict.passed
    assert runner._standing is not None
    script = """() => new Promise(resolve => {
        addEventListener("error", () => setTimeout(resolve), { once: true });
        setTimeout(later);
    })"""
    runner.call(runner._standing.page.evaluate(script, None, 30), 40)
    verdict = runner.run(newest, session, 1).verdict
    assert verdict.headline == (
        f"block {session[0].name} at guide/page.md:5 left an error that nobody handled: Error: late"
    )


def test_doctests_compare_what_they_print(run: Run, block: Block, line: str) -> None:
    source = """\
>>> import asyncio
>>> await asyncio.sleep(0, 7)
7
>>> {"a": [1, 2]}
{'a': [1, 2]}
>>> print("kept"); None
kept
>>> list(range(20))  # doctest: +ELLIPSIS
[0, 1, ..., 19]
>>> 1 / 0
Traceback (most recent call last):
    ...
ZeroDivisionError: division by zero
>>> raise ValueError("one")  # doctest: +IGNORE_EXCEPTION_DETAIL
Traceback (most recent call last):
ValueError: another
"""
    report = run(block(source, Kind.DOCTEST), line=line)
    assert (report.verdict.fate, report.outcome.stdout) == (Fate.PASSED, ""), report


def test_a_doctest_that_differs_fails_at_its_line(run: Run, block: Block) -> None:
    report = run(block(">>> x = 2\n>>> x + 1\n4\n", Kind.DOCTEST, line=30))
    assert report.verdict.line == 31
    assert "Expected:\n    4\nGot:\n    3\n" in report.verdict.headline + report.verdict.detail


def test_a_doctest_may_not_be_skipped(run: Run, block: Block) -> None:
    report = run(block(">>> 1  # doctest: +SKIP\n2\n", Kind.DOCTEST))
    assert "may not be skipped" in report.verdict.headline


def test_a_doctest_of_a_docstring_sees_the_names_of_its_module(run: Run, block: Block) -> None:
    source = ">>> TestResults(1, 2)\nTestResults(failed=1, attempted=2)\n"
    report = run(block(source, Kind.DOCTEST, docstring_of="doctest.DocTestRunner.run"))
    assert report.verdict.passed, report.verdict


def test_html_goes_into_the_document_and_css_is_applied(run_session: Run, block: Block) -> None:
    report = run_session(
        block('<p id="a">Hello</p>', Kind.HTML, session="dom"),
        block("p { color: rgb(1, 2, 3) }", Kind.CSS, session="dom"),
        block(
            "import js\np = js.document.getElementById('a')\n"
            "print(p.textContent, js.getComputedStyle(p).color)",
            session="dom",
        ),
    )
    assert report.outcome.stdout == "Hello rgb(1, 2, 3)\n"


def test_an_id_that_is_taken_and_a_sheet_without_rules_fail(run: Run, block: Block) -> None:
    twice = run(block('<p id="a"></p>\n<p id="a"></p>', Kind.HTML))
    assert 'the id "a" is already in the document' in twice.verdict.headline
    assert "no valid rule" in run(block("nonsense", Kind.CSS)).verdict.headline


def test_javascript_prints_to_its_output(run: Run, block: Block) -> None:
    source = 'const wait = await Promise.resolve(7);\nconsole.log("seven", wait, [1, {a: 2}]);'
    outcome = run(block(source, Kind.JAVASCRIPT)).outcome
    assert outcome.stdout == 'seven 7 [1,{"a":2}]\n'


def test_javascript_fails_at_line_and_column_of_the_page(run: Run, block: Block) -> None:
    source = "function f() {\n  return nowhere.x;\n}\nf();"
    report = run(block(source, Kind.JAVASCRIPT, line=50, column=3))
    assert report.verdict.headline == "ReferenceError: nowhere is not defined"
    assert place(report) == (51, 3 + 3)
    assert "guide/page.md:53" in report.verdict.detail


def test_lines_of_javascript_are_those_of_an_editor(run: Run, block: Block) -> None:
    source = "const a = `\u2028\u2029`;\nfunction f() {\n  return nowhere.x;\n}\nf();"
    report = run(block(source, Kind.JAVASCRIPT, line=50))
    assert report.verdict.line == 52
    assert "guide/page.md:54" in report.verdict.detail
    report = run(block("let b = '\u2028';\nlet y = ;", Kind.JAVASCRIPT, line=50))
    assert place(report) == (51, 9)


def test_javascript_that_does_not_parse_says_where(run: Run, block: Block) -> None:
    report = run(block("let x = 1;\nlet y = ;", Kind.JAVASCRIPT, line=50))
    assert report.verdict.headline == "SyntaxError: Unexpected token ';'"
    assert place(report) == (51, 9)


def test_a_rejection_that_nobody_handles_fails_javascript(run: Run, block: Block) -> None:
    report = run(block("Promise.reject(new Error('left'));", Kind.JAVASCRIPT, line=50))
    assert report.verdict.headline == "nobody handled Error: left"
    assert report.verdict.line == 50


def test_wgsl_is_compiled_and_fails_at_its_place(run: Run, block: Block) -> None:
    good = "@compute @workgroup_size(1)\nfn main() {}"
    assert run(block(good, Kind.WGSL)).verdict.passed
    report = run(block("@compute\nfn main( {}", Kind.WGSL, line=60))
    assert place(report) == (61, 10)


def test_data_needs_no_browser_and_breaks_nothing(run_session: Run, block: Block) -> None:
    bad = block('{\n "a": }', Kind.DATA, language="json", line=70, session="data")
    report = run_session(bad)
    assert report.verdict.headline == "JSONError: Expecting value"
    assert place(report) == (71, 7)
    assert run_session(bad, block("print(1)", session="data")).verdict.passed


def test_a_file_is_in_the_file_system_and_below_the_address(run_session: Run, block: Block) -> None:
    report = run_session(
        block("a,b\n1,2\n", Kind.FILE, session="f", file="data/points.csv"),
        block(
            "import js\nprint(open('data/points.csv').read() == "
            "await (await js.fetch('data/points.csv')).text())",
            session="f",
        ),
    )
    assert report.outcome.stdout == "True\n", report


def test_a_reload_gives_a_fresh_interpreter_and_keeps_the_storage(
    run_session: Run, block: Block
) -> None:
    report = run_session(
        block("x = 1\nimport js\njs.localStorage.setItem('k', 'kept')", session="r"),
        block(
            "import js\nprint('x' in globals(), js.localStorage.getItem('k'))",
            session="r",
            reload=True,
        ),
    )
    assert report.outcome.stdout == "False kept\n"


def test_tabs_are_pages_of_one_browser_context(run_session: Run, block: Block) -> None:
    report = run_session(
        block("x = 1\nimport js\njs.localStorage.setItem('k', 'shared')", session="t"),
        block(
            "import js\nprint('x' in globals(), js.localStorage.getItem('k'))",
            session="t",
            tab="second",
        ),
        block("print(x)", session="t"),
    )
    assert report.outcome.stdout == "1\n"


def test_packages_are_loaded_before_the_block(run_session: Run, block: Block) -> None:
    assert run_session(block("import micropip", packages=("micropip",))).verdict.passed


def test_the_output_that_the_page_shows_is_compared(run: Run, block: Block) -> None:
    expected = (Expected("1\n", line=15),)
    assert run(replace(block("print(1)"), expected=expected)).verdict.passed
    report = run(replace(block("print(2)"), expected=expected))
    assert report.verdict.headline == "the output is not what the page says"
    assert report.verdict.line == 15


def test_a_position_is_reached_by_replaying_what_precedes_it(
    runner: Runner, block: Block, newest: str
) -> None:
    session = [block(source, session="p") for source in ("x = 1", "x += 1", "print(x)")]
    assert runner.run(newest, session, 2).outcome.stdout == "2\n"
    assert runner.run(newest, session, 1).verdict.passed
    assert runner.run(newest, session, 2).outcome.stdout == "2\n"
    assert runner.run(newest, session, 2).outcome.stdout == "2\n"


def test_after_another_output_the_session_goes_on(
    runner: Runner, block: Block, newest: str
) -> None:
    wrong = replace(block("x = 1\nprint(x)", session="m"), expected=(Expected("2\n", line=15),))
    prompt = block(">>> x\n3\n>>> x = 5\n", Kind.DOCTEST, line=20, session="m")
    session = [wrong, prompt, block("print(x)", session="m")]
    fates = [runner.run(newest, session, position).verdict for position in range(3)]
    assert [verdict.fate for verdict in fates] == [Fate.FAILED, Fate.FAILED, Fate.PASSED]
    assert [verdict.line for verdict in fates[:2]] == [15, 20]
    # The last one alone: those before it are replayed, and fail again.
    runner.end_session()
    assert runner.run(newest, session, 2).outcome.stdout == "5\n"


def test_doctests_follow_the_standard_library(run_session: Run, block: Block, line: str) -> None:
    trace = "Traceback (most recent call last):\n"
    source = (
        ">>> from __future__ import annotations\n"
        ">>> def f(x: nowhere): return 40 + x\n"
        f">>> raise SystemExit(3)\n{trace}SystemExit: 3\n"
        ">>> import asyncio\n"
        f">>> raise asyncio.CancelledError\n{trace}asyncio.exceptions.CancelledError\n"
        f">>> raise KeyboardInterrupt\n{trace}KeyboardInterrupt\n"
        f">>> raise GeneratorExit\n{trace}GeneratorExit\n"
        f">>> await asyncio.sleep(0, 1 / 0)\n{trace}ZeroDivisionError: division by zero\n"
        f">>> x = (1]\n{trace}SyntaxError: closing parenthesis ']' does not match opening "
        "parenthesis '('\n"
        ">>> f(2)\n42\n"
        ">>> None\n"
        ">>> _\n42\n"
    )
    report = run_session(
        block(source, Kind.DOCTEST, session="std"),
        block("print(_)\ndef g(y: nowhere): pass", session="std"),
        line=line,
    )
    assert (report.verdict.fate, report.outcome.stdout) == (Fate.PASSED, "42\n"), report
    report = run_session(block(">>> True\n1\n", Kind.DOCTEST), line=line)
    assert report.verdict.fate is Fate.FAILED


def test_the_limit_of_output_is_the_blocks(run: Run, block: Block) -> None:
    assert run(block("print('x' * 2_000_000)", output_limit=3_000_000)).verdict.passed
    headline = run(block("print('x' * 20)", output_limit=10)).verdict.headline
    assert headline.startswith("OutputLimitExceeded: printed more than 10 characters")


def test_after_a_failure_the_rest_names_it(runner: Runner, block: Block, newest: str) -> None:
    session = [block("1 / 0", session="q", line=7), block("print(1)", session="q")]
    for _ in range(2):
        verdict = runner.run(newest, session, 1).verdict
        assert verdict.fate is Fate.NOT_RUN
        expected = (
            f"not run: block {session[0].name} at guide/page.md:7 failed: "
            "ZeroDivisionError: division by zero"
        )
        assert verdict.headline == expected
