"""The data of a block: what the page's script gets is what the tests run."""

from __future__ import annotations

from doc_examples.live.blocks import BUSY_LIMIT, block_data, session_place
from doc_examples.records import Example, Kind, LineRange, Options


def example(
    name: str = "name",
    kind: Kind = Kind.PYTHON,
    code: str = "1\n",
    session: str = "",
    options: Options | None = None,
) -> Example:
    return Example(
        "guide/page", name, "python", kind, code, "page.md", "page.md", 3,
        session=session, options=options or Options(),
    )  # fmt: skip


def test_code_is_passed_on_as_typed() -> None:
    code = "print('</script>\\n<!-- \u2028')\n"
    block = example(code=code)
    assert block_data(block, [block], ["314"], 30.0)["code"] == code


def test_a_reader_waits_less_than_a_test_unless_the_block_says_how_long() -> None:
    block, patient = example(), example(options=Options(timeout=45.0))
    assert block_data(block, [block], ["314"], 30.0)["limit"] == BUSY_LIMIT
    assert block_data(block, [block], ["314"], 5.0)["limit"] == 5.0
    assert block_data(patient, [patient], ["314"], 30.0)["limit"] == 45.0


def test_excluded_lines_carry_their_reason() -> None:
    block = example(options=Options(lines=LineRange(">=0.28", "why")))
    assert block_data(block, [block], ["0.26", "0.28"], 30.0)["excluded"] == {"0.26": "why"}


def test_only_a_session_with_files_has_a_folder_of_its_own() -> None:
    file = example("data", Kind.FILE, options=Options(file="a/b.txt"))
    assert session_place([example()]) == ""
    place = session_place([file, example()])
    assert place.startswith("sessions/guide/page/main-")
    assert place.endswith("/")


def test_sessions_whose_names_look_alike_have_different_folders() -> None:
    options = Options(file="a.txt")
    names = ("A b", "a-b", "../a b", "")
    places = [session_place([example("f", Kind.FILE, session=n, options=options)]) for n in names]
    assert len(set(places)) == len(names)
    assert not any(".." in place for place in places)
