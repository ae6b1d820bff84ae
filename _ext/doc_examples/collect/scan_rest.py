"""The scanner of reStructuredText, docstrings included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from doc_examples.collect.scanned import (
    OPAQUE_DIRECTIVES,
    Line,
    Scanned,
    directive_block,
    join,
    partial_include,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_BULLET = re.compile(r"^( *)((?:[-*+\u2022]|\(?(?:\w|\d+|#)[.)]) +)(?=\S)")
_DIRECTIVE = re.compile(r"^ *\.\. +(?:\|[^|]+\| +)?([\w:.+-]+?) ?::(?: +(.*))?$")
_MARKED = re.compile(r"^ *\.\.(?: +(?:_|\[|__ )|$)")
_COMMENT = re.compile(r"^ *\.\.( |$)")
_VERSIONS = frozenset({"versionadded", "versionchanged", "versionremoved", "deprecated"})
"""Directives whose arguments go on to the first blank line."""
_PROMPT = re.compile(r"^ *>>>( |$)")


def scan_rest(lines: Sequence[Line]) -> list[Scanned]:
    """Return the blocks of a text of reStructuredText."""
    return _Rest([(number, text.expandtabs(8).rstrip()) for number, text in lines]).scan()


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _dedented(lines: Sequence[Line]) -> list[Line]:
    filled = [_indent(text) for _, text in lines if text]
    cut = min(filled, default=0)
    kept = [(number, text[cut:]) for number, text in lines]
    while kept and not kept[0][1]:
        kept.pop(0)
    while kept and not kept[-1][1]:
        kept.pop()
    return kept


class _Rest:
    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.found: list[Scanned] = []
        self.at = 0

    def scan(self) -> list[Scanned]:
        while self.at < len(self.lines):
            self._step()
        return self.found

    def _step(self) -> None:
        number, text = self.lines[self.at]
        # A list item's first line is indented as deep as its text.
        while match := _BULLET.match(text):
            text = " " * match.end() + text[match.end() :]
            self.lines[self.at] = (number, text)
        if match := _DIRECTIVE.match(text):
            self._directive(match[1], match[2] or "", number, _indent(text))
        elif _COMMENT.match(text):
            if _MARKED.match(text) and text.strip() != "..":
                self._pass_text(_indent(text))
            else:
                self._take_inside(_indent(text))
        elif re.match(r" *\| ", text):  # a line of verse, or of a table
            self.at += 1
        elif _PROMPT.match(text) and self._starts_block():
            self._doctest()
        else:
            self._pass_text(_indent(text))

    def _pass_text(self, indent: int) -> None:
        """Pass a line of text, with the literal block that it may announce."""
        if self.lines[self.at][1].endswith("::") and self._ends_paragraph():
            self._literal(indent)
        else:
            self.at += 1

    def _directive(self, name: str, argument: str, number: int, indent: int) -> None:
        if name == "literalinclude":
            block = directive_block(name, argument, [], number)
            self._take_inside(indent)
        elif name == "include":
            block = partial_include(argument, self._take_inside(indent), number)
        elif name in OPAQUE_DIRECTIVES:
            block = None
            self._take_inside(indent)
        else:
            start = self.at
            content = self._take_inside(indent)
            while content and content[0][1]:  # arguments and options end at a blank line
                content = content[1:]
            block = directive_block(name, argument, _dedented(content), number)
            if block is None:
                self.at = start
                if name in _VERSIONS:
                    while self.at < len(self.lines) and self.lines[self.at][1]:
                        self.at += 1
                elif argument:
                    self._pass_text(indent)
                else:
                    self.at += 1
        if block is not None:
            self.found.append(block)

    def _take_inside(self, indent: int) -> list[Line]:
        """Pass the current line and all lines that are indented below it; return those."""
        self.at += 1
        start = self.at
        while self.at < len(self.lines):
            text = self.lines[self.at][1]
            if text and _indent(text) <= indent:
                break
            self.at += 1
        return self.lines[start : self.at]

    def _starts_block(self) -> bool:
        if self.at == 0:
            return True
        before = self.lines[self.at - 1][1]
        return not before or _indent(before) < _indent(self.lines[self.at][1])

    def _doctest(self) -> None:
        start = self.at
        while self.at < len(self.lines) and self.lines[self.at][1]:
            self.at += 1
        block = _dedented(self.lines[start : self.at])
        self.found.append(Scanned(block[0][0], "pycon", join(block)))

    def _ends_paragraph(self) -> bool:
        after = self.at + 1
        return after >= len(self.lines) or not self.lines[after][1]

    def _literal(self, indent: int) -> None:
        self.at += 1
        while self.at < len(self.lines) and not self.lines[self.at][1]:
            self.at += 1
        if self.at >= len(self.lines):
            return
        first = self.lines[self.at][1]
        if _indent(first) > indent:
            self.at -= 1
            block = _dedented(self._take_inside(indent))
        else:
            quote = first.lstrip(" ")[0]
            if quote.isalnum() or _indent(first) < indent:
                return
            start = self.at
            while self.at < len(self.lines) and self.lines[self.at][1].lstrip(" ").startswith(
                quote
            ):
                self.at += 1
            block = _dedented(self.lines[start : self.at])
        self.found.append(Scanned(block[0][0], None, join(block)))
