"""Both readers of a buffer know exactly the ops of the table."""

from __future__ import annotations

import re

from bridge._browser import document_model, ops
from bridge._browser.applier import SOURCE

NO_OPS = {"CONTAINER", "DETACHED", "END", "XHTML", "SVG", "MATHML"}
FLAGS = {"CAPTURE", "PASSIVE", "PREVENT_DEFAULT", "STOP_PROPAGATION"}
FACTS = {"OPERANDS", "STRUCTURE"}
OPS = {name: getattr(ops, name) for name in ops.__all__ if name not in NO_OPS | FLAGS | FACTS}


def test_codes_differ() -> None:
    assert len(set(OPS.values())) == len(OPS)


def test_every_op_has_a_row_in_the_table_and_every_row_an_op() -> None:
    table = (ops.__doc__ or "").split("op          operands")[1]
    assert set(re.findall(r"^([A-Z_]+) {2,}", table, re.MULTILINE)) == set(OPS)


def test_javascript_reads_every_op() -> None:
    body = SOURCE.split("function run(")[1].split("function apply(")[0]
    assert set(re.findall(r"case ([A-Z_]+):", body)) == set(OPS)


def test_the_model_reads_every_op() -> None:
    assert set(document_model._READERS) == set(OPS.values())


def test_the_number_of_operands_is_that_of_the_table() -> None:
    table = (ops.__doc__ or "").split("op          operands")[1]
    rows = re.findall(r"^([A-Z_]+) {2,}(\S+(?: \S+)*)(?:  |$)", table, re.MULTILINE)
    assert {ops.__dict__[name]: len(given.split()) for name, given in rows if name != "STAMP"} == (
        ops.OPERANDS
    )
    assert ops.OPERANDS.keys() >= ops.STRUCTURE - {ops.STAMP}
