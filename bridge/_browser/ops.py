"""The contract between Python and the page: the op codes of a DOM buffer.

Python decides, the page obeys. A patch is one flat list of numbers and strings, sent as JSON in
one call. Its JavaScript reader is `bridge._browser.applier`, its plain Python reader
`bridge._browser.document_model`; both read exactly this table, and this file has no behaviour.

Nodes are named by numbers that Python chooses and never uses twice. 0 is the container. The
*cursor* is the node that was created or named last; ops without an id mean it.

==========  ==============================  =====================================================
op          operands                        effect
==========  ==============================  =====================================================
AT          id                              move the cursor to a node
ELEMENT     id parent tag                   create an HTML element as last child of ``parent``
                                            (-1: of nothing); cursor
ELEMENT_NS  id parent space tag             the same in a namespace: 1 SVG, 2 MathML
TEXT        id parent data                  create a text node likewise; cursor
CONTENT     data                            the cursor's whole content becomes this text; only
                                            for a node without numbered children
DATA        data                            the text of the cursor, a text node
HTML        markup                          the cursor's content becomes parsed markup; as CONTENT
ATTR        name value                      set an attribute; ``xlink:`` and ``xml:`` names carry
                                            their namespace
ATTR_OFF    name                            remove an attribute
STYLE       list                            replace the inline style by ``[name, value, ...]``
PROP        name value                      set a property, if it differs
PROP_OFF    name                            give a property its value in a fresh element of the tag
STATE       name value                      the state of a form (``checked``), from now on: it is
                                            set again when it differs; null: false, and let go
VALUE       value                           the form value, likewise; caret and selection
                                            stay, a running composition is not disturbed; a list
                                            selects several options; null: empty, and let go
OBJECT      name index                      set a property to ``objects[index]``
LISTEN      type flags                      call the dispatcher with (id, type, event); flags:
                                            1 capture, 2 passive, 4 prevent default, 8 stop
UNLISTEN    type flags                      the reverse
INSERT      parent id anchor                put a node before ``anchor`` (0: at the end)
MOVE        parent id anchor                the same for a node in place; keeps focus and state
REMOVE      id                              remove a node; its numbers and those below are free
CLEAR       id                              remove all children of a node, likewise
TEMPLATE    template id paths holes         keep a created, unplaced node as a template. ``paths``:
                                            lists of child indices leading to its numbered places,
                                            which are 1, 2 ...; the node itself is place 0.
                                            ``holes``: lists ``[place, op, name, flags]`` of what
                                            varies (CONTENT, DATA, ATTR, PROP, STATE, VALUE), and
                                            LISTEN
STAMP       template parent anchor first    put ``count`` copies before ``anchor``; the places of a
            count value*                    copy are numbered ``first``, ``first + 1`` ..., the next
                                            copy follows on; one value for each hole but LISTEN,
                                            copy after copy; null for ATTR removes the attribute
==========  ==============================  =====================================================

An op that throws misses its own place only: the rest is carried out, and the reader returns what
failed. Ops of `STRUCTURE` cannot fail unless somebody else has changed the nodes.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "AT",
    "ATTR",
    "ATTR_OFF",
    "CAPTURE",
    "CLEAR",
    "CONTAINER",
    "CONTENT",
    "DATA",
    "DETACHED",
    "ELEMENT",
    "ELEMENT_NS",
    "END",
    "HTML",
    "INSERT",
    "LISTEN",
    "MATHML",
    "MOVE",
    "OBJECT",
    "OPERANDS",
    "PASSIVE",
    "PREVENT_DEFAULT",
    "PROP",
    "PROP_OFF",
    "REMOVE",
    "STAMP",
    "STATE",
    "STOP_PROPAGATION",
    "STRUCTURE",
    "STYLE",
    "SVG",
    "TEMPLATE",
    "TEXT",
    "UNLISTEN",
    "VALUE",
    "XHTML",
]

AT: Final = 1
ELEMENT: Final = 2
ELEMENT_NS: Final = 3
TEXT: Final = 4
CONTENT: Final = 5
DATA: Final = 6
HTML: Final = 7
ATTR: Final = 8
ATTR_OFF: Final = 9
STYLE: Final = 10
PROP: Final = 11
VALUE: Final = 12
OBJECT: Final = 13
LISTEN: Final = 14
UNLISTEN: Final = 15
INSERT: Final = 16
MOVE: Final = 17
REMOVE: Final = 18
CLEAR: Final = 19
TEMPLATE: Final = 20
STAMP: Final = 21
PROP_OFF: Final = 22
STATE: Final = 23

OPERANDS: Final = {
    AT: 1, ELEMENT: 3, ELEMENT_NS: 4, TEXT: 3, CONTENT: 1, DATA: 1, HTML: 1, ATTR: 2, ATTR_OFF: 1,
    STYLE: 1, PROP: 2, PROP_OFF: 1, STATE: 2, VALUE: 1, OBJECT: 2, LISTEN: 2, UNLISTEN: 2,
    INSERT: 3, MOVE: 3, REMOVE: 1, CLEAR: 1, TEMPLATE: 4,
}  # fmt: skip
"""How many operands an op has; STAMP's number depends on its template."""

STRUCTURE: Final = frozenset(
    {AT, ELEMENT, ELEMENT_NS, TEXT, INSERT, MOVE, REMOVE, CLEAR, TEMPLATE, STAMP}
)
"""The ops that make, place and find nodes."""

CONTAINER: Final = 0
"""The number of the container."""
DETACHED: Final = -1
"""As a parent: created, but placed nowhere yet."""
END: Final = 0
"""As an anchor: after all others."""

XHTML: Final = 0
SVG: Final = 1
MATHML: Final = 2

CAPTURE: Final = 1
PASSIVE: Final = 2
PREVENT_DEFAULT: Final = 4
STOP_PROPAGATION: Final = 8
