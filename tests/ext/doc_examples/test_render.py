"""Generated modules say what the page says, character by character, and are kept in order."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.plan import function_name, make_plan
from doc_examples.records import Example, Expected, Kind, LineRange, Options, Plan
from doc_examples.render import MARK, literal, render_modules, write_modules

if TYPE_CHECKING:
    from pathlib import Path


def example(code: str, **changes: Any) -> Example:
    fields: dict[str, Any] = {
        "docname": "reference/page",
        "name": "one",
        "language": "python",
        "kind": Kind.PYTHON,
        "page": "reference/page.md",
        "file": "reference/page.md",
        "line": 7,
    }
    return Example(code=code, **(fields | changes))


def calls(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Run every generated test with an ``example`` that records what it is given."""
    recorded: dict[str, list[dict[str, Any]]] = {}
    for path, text in render_modules(plan).items():
        space: dict[str, Any] = {}
        exec(compile(text, path, "exec"), space)  # noqa: S102 - the generated text is the subject
        recorded[path] = []
        for name, test in space.items():
            if name.startswith("test_"):
                test(lambda path=path, **said: recorded[path].append(said))
    return recorded


PIECES = st.sampled_from(
    ['"""', "'''", "\\", "\\\n", '"', "'", "\n", "\t", "\r", "\0", "\u2028", "é", "x = 1\n", '\\"']
)
CODES = st.one_of(st.text(), st.lists(PIECES).map("".join))


@given(CODES)
def test_a_source_comes_back_exactly(code: str) -> None:
    plan = make_plan([[example(code)]])
    (call,) = calls(plan)["test_page.py"]
    assert call["source"] == code
    assert ast.literal_eval(literal(code)) == code


@given(CODES, CODES)
def test_every_option_and_output_comes_back(text: str, reason: str) -> None:
    options = Options(
        raises=text,
        needs=("webgpu",),
        packages=("numpy",),
        lines=LineRange(">=0.27", reason),
        timeout=2.5,
        file=text,
        reload=True,
        tab=text,
    )
    expected = (Expected(text, 9, LineRange("<0.28"), ellipsis=True), Expected(reason, 12))
    plan = make_plan([[example("x\n", options=options, session=text, expected=expected)]])
    (call,) = calls(plan)["test_page.py"]
    said = ">=0.27: " + reason if reason else ">=0.27"
    assert call["lines"] == said
    for name in ("raises", "file", "tab"):
        assert call.get(name, "") == text
    assert call.get("session", "") == text
    assert (call["needs"], call["timeout"], call["reload"]) == (("webgpu",), 2.5, True)
    assert call["expected"] == [("<0.28", True, text), (None, False, reason)]


def test_a_module_holds_each_test_once_and_nothing_else() -> None:
    plan = make_plan(
        [
            [
                example("x = 1\n", name="one"),
                example("words\n", name="t", kind=Kind.PROSE),
                example("1\n", name="one-output", kind=Kind.OUTPUT),
                example("{}\n", name="two-words", kind=Kind.DATA),
            ],
            [example("words\n", docname="reference/prose", kind=Kind.PROSE)],
        ]
    )
    texts = render_modules(plan)
    assert list(texts) == ["test_page.py"]
    module = ast.parse(texts["test_page.py"])
    assert [node.name for node in module.body if isinstance(node, ast.FunctionDef)] == [
        function_name(name) for name in ("one", "two-words")
    ]
    assert len(module.body) == len(plan.items())
    assert "reference/page.md" in texts["test_page.py"].splitlines()[0]


def test_a_readable_source_is_shown_line_by_line() -> None:
    text = render_modules(make_plan([[example("print(\"a\\n\")\nif x:\n    y = ''\n")]]))
    assert "print(\"a\\n\")\nif x:\n    y = ''\n" in text["test_page.py"]


def test_files_are_written_only_when_changed_and_stale_ones_removed(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "patterns"
    first = {"a/test_x.py": f"{MARK}x\n", "b/test_y.py": f"{MARK}y\n"}
    assert write_modules(first, folder) == [folder / "a/test_x.py", folder / "b/test_y.py"]
    assert write_modules(first, folder) == []
    (folder / "b/__pycache__").mkdir()
    (folder / "b/__pycache__/test_y.pyc").write_bytes(b"")
    by_hand = folder / "a/test_mine.py"
    by_hand.write_text("def test_mine(): pass\n")
    kept = (folder / "a/test_x.py").stat().st_mtime_ns
    second = {"a/test_x.py": f"{MARK}x\n"}
    assert write_modules(second, folder) == [folder / "b/test_y.py"]
    assert not (folder / "b").exists()
    assert by_hand.exists()
    assert (folder / "a/test_x.py").stat().st_mtime_ns == kept
    by_hand.unlink()
    write_modules({}, folder)
    assert not folder.exists()


def test_a_file_written_by_hand_is_never_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "test_x.py"
    mine.write_text("mine\n")
    with pytest.raises(FileExistsError, match=r"test_x\.py was not generated"):
        write_modules({"test_x.py": f"{MARK}x\n"}, tmp_path)
    assert mine.read_text() == "mine\n"
