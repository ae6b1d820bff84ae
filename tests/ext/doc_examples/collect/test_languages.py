"""What is done with a block follows from its language and options alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.collect.languages import KINDS, kind_of, looks_like_python
from doc_examples.records import Kind, Options


@pytest.mark.parametrize(
    ("language", "kind"),
    [
        ("python", Kind.PYTHON),
        ("PY", Kind.PYTHON),
        ("python3", Kind.PYTHON),
        ("pycon", Kind.DOCTEST),
        ("html", Kind.HTML),
        ("css", Kind.CSS),
        ("js", Kind.JAVASCRIPT),
        ("wgsl", Kind.WGSL),
        ("json", Kind.DATA),
        ("toml", Kind.DATA),
        ("yaml", Kind.DATA),
        ("output", Kind.OUTPUT),
        ("console", Kind.PROSE),
        ("bash", Kind.PROSE),
        ("default", Kind.PROSE),
        ("none", Kind.PROSE),
        ("no-such-language", Kind.PROSE),
    ],
)
def test_kinds_of_languages(language: str, kind: Kind) -> None:
    assert kind_of(language, "x\n", Options()) is kind


def test_a_prompt_makes_a_doctest_of_python_and_of_unstated_languages_only() -> None:
    kinds = {name: kind_of(name, ">>> 1\n1\n", Options()) for name in ("python", "none", "html")}
    assert kinds == {"python": Kind.DOCTEST, "none": Kind.DOCTEST, "html": Kind.HTML}


@given(st.sampled_from(sorted(KINDS)), st.text())
def test_host_and_file_win_over_every_language(language: str, code: str) -> None:
    assert kind_of(language, code, Options(host=True, file="conftest.py")) is Kind.HOST
    assert kind_of(language, code, Options(file="a.txt")) is Kind.FILE


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("text", "import js\njs.alert(1)\n"),
        ("", "x = f()\nassert x\n"),
        ("default", "@define\nclass A:\n    x: int\nA(1)\n"),
        ("bash", "import sys\nprint(sys)\n"),
        ("text", "import js\n"),
        ("text", "x = 1\n"),
        ("none", "def f():\n    return 1\n"),
        ("default", "await start()\n"),
        ("txt", "print(1)\n"),
        ("plain", "class A: pass\n"),
        ("console", "from js import document\n"),
    ],
)
def test_programs_shown_as_text_are_noticed(language: str, code: str) -> None:
    assert looks_like_python(language, code)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("text", "reference\nbridge\n"),
        ("text", "one line = 1\n"),
        ("bash", "A=1\n"),
        ("text", "bridge.rpc\n"),
        ("text", "a < b\n"),
        ("text", "# only a note\n"),
        ("text", "Words that are no program.\nMore of them.\n"),
        ("text", "name: str\nother: int\n"),
        ("text", "1\n2\n3\n"),
        ("console", "$ tox run\n"),
        ("bash", "A=1\nB=2\n"),
        ("ini", "a = 1\nb = 2\n"),
        ("text", "\0"),
    ],
)
def test_texts_that_only_happen_to_compile_are_left_alone(language: str, code: str) -> None:
    assert not looks_like_python(language, code)
