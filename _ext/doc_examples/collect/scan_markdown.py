"""The scanner of Markdown with MyST's directives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from doc_examples.collect.scan_rest import scan_rest
from doc_examples.collect.scanned import (
    CODE_DIRECTIVES,
    OPAQUE_DIRECTIVES,
    Line,
    Scanned,
    directive_block,
    join,
    partial_include,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTE = re.compile(r"^ {0,3}> ?")
_BULLET = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)])(?: {1,4}(?=[^ \t])| (?= )|$)")
_FOOTNOTE = re.compile(r"^ {0,3}\[\^[^\]]+\]:[ \t]*")
_DEFINITION = re.compile(r"^ {0,3}[:~][ \t]+(?=[^ \t])")
_FIELD = re.compile(r"^ {0,3}:[^:\n]*[^:\s][^:\n]*:[ \t]*")
_RULE = re.compile(r"^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,}|:{3,})[ \t]*(.*?)[ \t]*$")
_HTML = re.compile(
    r"^ {0,3}(?:(<!--)|<(script|pre|style|textarea)\b|(</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>)[ \t]*$)",
    re.IGNORECASE,
)
_OPTION = re.compile(r"^[ \t]*:(?:[\w-]+|'[^']*'|\"[^\"]*\")[ \t]*:(?:\s|$)")
_MORE_OPTIONS = re.compile(rf"{_OPTION.pattern}|^[ \t]*:(?:[ \t]|$)")
"""An option, or a line that continues the value of the one above it."""

BLANK = " \t"
"""What Markdown takes for blanks; other characters that show nothing are text."""
QUOTE = -1
"""Stands for a block quote among the widths of the containers that a line is in."""


def scan_markdown(
    lines: Sequence[Line], *, colon_fence: bool = True, fields: bool = False
) -> list[Scanned]:
    """Return the blocks of a Markdown text."""
    body = list(lines)
    if body and body[0][0] == 1 and body[0][1].rstrip(BLANK) == "---":
        end = next(
            (i for i in range(1, len(body)) if body[i][1].rstrip(BLANK) in {"---", "..."}), 0
        )
        body = body[end + 1 :] if end else body
    return _Markdown(body, colon_fence=colon_fence, fields=fields).scan()


class _Markdown:
    def __init__(self, lines: list[Line], *, colon_fence: bool, fields: bool) -> None:
        self.lines = [(number, text.expandtabs(4)) for number, text in lines]
        self.colon_fence = colon_fence
        self.fields = fields
        self.found: list[Scanned] = []
        self.containers: list[int] = []
        self.at = 0
        self.in_paragraph = False

    def scan(self) -> list[Scanned]:
        while self.at < len(self.lines):
            self._step()
        return self.found

    def _step(self) -> None:
        rest, depth = self._inside(self.lines[self.at][1])
        del self.containers[depth:]
        rest = self._enter(rest)
        if not rest.strip(BLANK):
            self.in_paragraph = False
            self.at += 1
        elif rest.startswith("    ") and not self.in_paragraph:
            self._indented(rest)
        elif (match := _FENCE.match(rest)) and self._opens(match):
            self._fence(match)
        elif match := _HTML.match(rest):
            self._html(match, rest)
        else:
            # A heading is no paragraph: an indented line after it is code.
            self.in_paragraph = not re.match(r"^ {0,3}(#{1,6}([ \t]|$)|\(.*\)=$|\{.*\}$)", rest)
            self.at += 1

    def _inside(self, text: str) -> tuple[str, int]:
        """Return what the line is inside the containers, and how many of them it is in."""
        for depth, width in enumerate(self.containers):
            if width == QUOTE:
                match = _QUOTE.match(text)
                if not match:
                    return text, depth
                text = text[match.end() :]
            elif not text.strip(BLANK):
                text = ""
            elif text[:width].strip(BLANK) == "":
                text = text[width:]
            else:
                return text, depth
        return text, len(self.containers)

    def _enter(self, text: str) -> str:
        """Open the containers that begin on the line, and return what is inside of them."""
        while True:
            if _RULE.match(text):
                return text
            if match := _QUOTE.match(text):
                self.containers.append(QUOTE)
            elif match := _FOOTNOTE.match(text):
                self.containers.append(4)
            elif self.fields and (match := _FIELD.match(text)):
                self.containers.append(self._width_of_field(match, text))
            elif match := (_BULLET.match(text) or self._definition(text)):
                self.containers.append(max(match.end(), 2))
            else:
                return text
            self.in_paragraph = False
            text = text[match.end() :]

    def _width_of_field(self, match: re.Match[str], first: str) -> int:
        """Return the indentation of a field's body: the least of its lines."""
        inner, indents = len(self.containers), []
        for _, line in self.lines[self.at + 1 :]:
            rest, depth = self._inside(line)
            if not rest.strip(BLANK):
                continue
            indent = len(rest) - len(rest.lstrip(" "))
            if depth < inner or indent == 0:
                break
            indents.append(indent)
        if match.end() < len(first) or not indents:
            indents.append(match.end() if match.end() < len(first) else 2)
        return min(indents)

    def _definition(self, text: str) -> re.Match[str] | None:
        follows_text = self.at > 0 and bool(self.lines[self.at - 1][1].strip(BLANK))
        return _DEFINITION.match(text) if follows_text or self.in_paragraph else None

    def _opens(self, match: re.Match[str]) -> bool:
        if match[2][0] == ":":
            return self.colon_fence
        return match[2][0] == "~" or "`" not in match[3]

    def _fence(self, match: re.Match[str]) -> None:
        indent, marks, info = len(match[1]), match[2], match[3]
        number = self.lines[self.at][0]
        close = re.compile(rf"^ {{0,3}}{marks[0]}{{{len(marks)},}}[ \t]*$")
        content: list[Line] = []
        self.at += 1
        while self.at < len(self.lines):
            line, text = self.lines[self.at]
            rest, depth = self._inside(text)
            if depth < len(self.containers):
                break
            self.at += 1
            if close.match(rest):
                break
            cut = min(indent, len(rest) - len(rest.lstrip(" ")))
            content.append((line, rest[cut:]))
        self.in_paragraph = False
        self._content(marks, info, content, number)

    def _content(self, marks: str, info: str, content: list[Line], number: int) -> None:
        word, argument = [*info.split(maxsplit=1), "", ""][:2]
        if not (word.startswith("{") and word.endswith("}")):
            if marks[0] == ":":
                self._nested(content)
            else:
                line = content[0][0] if content else number + 1
                self.found.append(Scanned(line, word or None, join(content)))
            return
        name = word[1:-1]
        if name == "eval-rst":
            self.found += scan_rest(content)
        elif name == "include":
            part = partial_include(argument, content, number)
            self.found += [part] if part is not None else []
        elif name in CODE_DIRECTIVES or name == "literalinclude":
            block = directive_block(name, argument, _without_options(content), number)
            self.found += [block] if block is not None else []
        elif name not in OPAQUE_DIRECTIVES:
            self._nested(_without_options(content))

    def _nested(self, content: list[Line]) -> None:
        inner = _Markdown(content, colon_fence=self.colon_fence, fields=self.fields)
        self.found += inner.scan()

    def _indented(self, first: str) -> None:
        block = [(self.lines[self.at][0], first[4:])]
        self.at += 1
        while self.at < len(self.lines):
            number, text = self.lines[self.at]
            rest, depth = self._inside(text)
            if rest.strip(BLANK) and (depth < len(self.containers) or not rest.startswith("    ")):
                break
            block.append((number, rest[4:]))
            self.at += 1
        while not block[-1][1].strip(BLANK):
            block.pop()
        self.found.append(Scanned(block[0][0], None, join(block)))

    def _html(self, match: re.Match[str], first: str) -> None:
        if match[1]:
            end = re.compile("-->")
        elif match[2]:
            end = re.compile(rf"</{match[2]}>", re.IGNORECASE)
        else:
            end = re.compile(r"^[ \t]*$")
        rest = first
        while self.at < len(self.lines) and not end.search(rest):
            self.at += 1
            if self.at < len(self.lines):
                rest, depth = self._inside(self.lines[self.at][1])
                if depth < len(self.containers) and rest.strip(BLANK):
                    return
        self.at += 1
        self.in_paragraph = False


def _without_options(content: list[Line]) -> list[Line]:
    """Return a directive's content without its options and the blank line after them."""
    body = list(content)
    if body and body[0][1].startswith("---"):
        end = next((i for i in range(1, len(body)) if body[i][1].startswith("---")), len(body))
        rest = body[end][1].lstrip("-").removeprefix(" ") if end < len(body) else ""
        body = [(body[end][0], rest)] * bool(rest) + body[end + 1 :]
    else:
        option = _OPTION
        while body and option.match(body[0][1]):
            body, option = body[1:], _MORE_OPTIONS
    return body[1:] if body and not body[0][1].strip() else body
