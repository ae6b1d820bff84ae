"""The JavaScript reader of a DOM buffer, and how it reaches the page.

The source stands here as text, not in a file of its own, because files do not survive in a memory
snapshot while imported modules do. It is a classic script, so that three ways lead into the page,
all of them synchronous: evaluation; an inline script element under a policy that allows those; and
under the strictest policy the page's author serves it as a file, made by::

    python -m bridge._browser.applier > bridge-dom.js

and loads it with ``<script src="bridge-dom.js"></script>``. It defines one global function, which
Python looks up by name each time: no proxy of it is held.
"""

from __future__ import annotations

import json
from typing import Final

from bridge._browser import ops
from bridge._browser.controls import CONTROLS
from bridge._browser.page_access import PAGE_ACCESS

__all__ = ["GLOBAL_NAME", "SOURCE"]

GLOBAL_NAME: Final = "__bridge_dom_2__"
"""The name of the global function; its number changes when the op codes change."""

_CODES: Final = ", ".join(
    f"{name} = {getattr(ops, name)}"
    for name in ops.__all__
    if isinstance(getattr(ops, name), int)
    and name not in ("CONTAINER", "DETACHED", "END", "XHTML", "SVG", "MATHML")
)
_OPERANDS: Final = (
    f"const OPERANDS = {json.dumps(ops.OPERANDS)};\n"
    f"  const STRUCTURE = new Set({json.dumps(sorted(ops.STRUCTURE))});\n"
)

_BODY: Final = r"""
  const SPACES = [null, "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];
  const ATTRIBUTE_SPACES = {
    __proto__: null,
    xlink: "http://www.w3.org/1999/xlink",
    xml: "http://www.w3.org/XML/1998/namespace",
  };
  const OWNER = Symbol("bridge.owner");
  const FOCUS_EVENTS = new Set(["focus", "blur", "focusin", "focusout"]);

  function setAttribute(element, name, value) {
    const colon = name.indexOf(":");
    const space = colon > 0 ? ATTRIBUTE_SPACES[name.slice(0, colon)] : undefined;
    if (space) setAttributeNS(element, space, name, value);
    else setAttributePlain(element, name, value);
  }

  function removeAttribute(element, name) {
    const colon = name.indexOf(":");
    const space = colon > 0 ? ATTRIBUTE_SPACES[name.slice(0, colon)] : undefined;
    if (space) removeAttributeNS(element, space, name.slice(colon + 1));
    else removeAttributePlain(element, name);
  }

  function setStyle(element, pairs) {
    const style = read(element, "style");
    // Not by an empty cssText: that leaves an empty attribute on some elements and not on others.
    if (hasAttribute(element, "style")) removeAttributePlain(element, "style");
    for (let i = 0; i < pairs.length; i += 2) {
      const value = pairs[i + 1];
      const plain = value.replace(/\s*!important\s*$/i, "");
      style.setProperty(pairs[i], plain, plain === value ? "" : "important");
    }
  }

  function setContent(element, data) {
    const first = firstOf(element);
    if (data !== "" && first !== null && typeOf(first) === 3 && nextOf(first) === null) {
      setData(first, data);
    } else {
      setText(element, data);
    }
  }

  function setProperty(element, name, value) {
    if (read(element, name) !== value) write(element, name, value);
  }

  // A number that JSON cannot carry is compared as others are; an object may have changed inside.
  function setObject(element, name, value) {
    if (typeof value === "object" || !Object.is(read(element, name), value)) {
      write(element, name, value);
    }
  }

  function resetProperty(element, name) {
    const fresh =
      read(createElementNS(documentOf(element), spaceOf(element), nameOf(element)), name);
    if (fresh === undefined) drop(element, name);
    else setProperty(element, name, fresh);
  }

  function following(node, root) {
    const first = firstOf(node);
    if (first !== null) return first;
    let next = null;
    while (node !== root && (next = nextOf(node)) === null) node = parentOf(node);
    return node === root ? null : next;
  }

  function descend(node, path) {
    for (const index of path) node = childrenOf(node)[index];
    return node;
  }

  // In which namespace the children of a container are: an index into SPACES.
  function spaceBelow(container) {
    const space = typeOf(container) === 1 ? SPACES.indexOf(spaceOf(container)) : 0;
    return space < 0 || (space === 1 && nameOf(container) === "foreignObject") ? 0 : space;
  }

  // Opens a container: returns apply(text, objects), node(id), hold(token) and release(token) for
  // handlers that run on after their event, space, and close(). An element that is lent (`lent` is
  // true) keeps what it holds, and only its own props are written.
  function open(container, dispatch, lent) {
    if (!lent) {
      container[OWNER] = true;
      setText(container, "");
    }
    const doc = documentOf(container);
    const ID = Symbol("bridge.id"), HEARS = Symbol("bridge.hears");
    const nodes = new Map([[0, container]]);
    const templates = new Map();
    const listeners = new Map();
    const delayedEvents = [], lentListeners = [];
    const controls = controlling(container, (node) => node[HEARS]);
    const { wanted, dirty } = controls;
    let applying = false, closed = false, handling = null;

    function listenerFor(flags) {
      let listener = listeners.get(flags);
      if (listener === undefined) {
        listener = (event) => {
          if (closed) return;
          if (flags & PREVENT_DEFAULT) event.preventDefault();
          if (flags & STOP_PROPAGATION) event.stopPropagation();
          const id = event.currentTarget === container ? 0 : event.currentTarget[ID];
          if (!applying) {
            const outer = handling;
            handling = event.target;
            try { dispatch(id, event.type, event); } finally {
              handling = outer;
              controls.handled(event);
            }
          // What a patch itself causes is not the user's doing; anything else waits for its end.
          } else if (!FOCUS_EVENTS.has(event.type)) delayedEvents.push([id, event.type, event]);
        };
        listeners.set(flags, listener);
      }
      return listener;
    }

    const hearing = (type) => (type === "input" ? 1 : type === "change" ? 2 : 0);

    function listen(node, type, flags) {
      addListener(node, type, listenerFor(flags),
        { capture: !!(flags & CAPTURE), passive: flags & PASSIVE ? true : undefined });
      if (hearing(type)) node[HEARS] |= hearing(type);
      if (lent) lentListeners.push([type, flags]);
    }

    function unlisten(node, type, flags) {
      removeListener(node, type, listenerFor(flags), !!(flags & CAPTURE));
      if (hearing(type)) node[HEARS] &= ~hearing(type);
    }

    function forgetOne(node) {
      const id = node[ID];
      if (id === undefined) return;
      nodes.delete(id);
      if (wanted.size) controls.forget(node);
    }

    function forget(root) {
      for (let node = root; node !== null; node = following(node, root)) forgetOne(node);
    }

    function clear(parent) {
      for (let node = following(parent, parent); node !== null; node = following(node, parent)) {
        forgetOne(node);
      }
      setText(parent, "");
    }

    function remove(node) {
      forget(node);
      const parent = parentOf(node);
      if (parent !== null) removeChild(parent, node);
    }

    function number(node, id, parent) {
      node[ID] = id;
      nodes.set(id, node);
      if (parent !== -1) append(nodes.get(parent), node);
      return node;
    }

    function move(parent, node, anchor) {
      const moveBefore = typeOf(parent) === 1 ? moveInElement : moveInFragment;
      if (moveBefore && isPlaced(node) && isPlaced(parent)) {
        moveBefore(parent, node, anchor);
        return;
      }
      const active = read(rootOf(node), "activeElement");
      const held = active && containsNode(node, active) ? active : null;
      const range = held && read(held, "selectionStart") != null
        ? ["selectionStart", "selectionEnd", "selectionDirection"].map((one) => read(held, one))
        : null;
      insertBefore(parent, node, anchor);
      if (held !== null) {
        send(held, "focus", { preventScroll: true });
        if (range !== null) send(held, "setSelectionRange", ...range);
      }
    }

    function fill(node, op, name, value) {
      switch (op) {
        case CONTENT: setContent(node, value); return;
        case DATA: setData(node, value); return;
        case ATTR:
          if (value === null) removeAttribute(node, name); else setAttribute(node, name, value);
          return;
        case PROP: setProperty(node, name, value); return;
        case STATE: controls.setState(node, name, value); return;
        case VALUE: controls.setValue(node, value); return;
        default: throw new Error(`op ${op} cannot stand in a template's hole`);
      }
    }

    function stamp(list, i, failures) {
      const { node: source, paths, holes } = templates.get(list[i]);
      const parent = nodes.get(list[i + 1]);
      const anchor = list[i + 2] === 0 ? null : nodes.get(list[i + 2]);
      let id = list[i + 3];
      const count = list[i + 4];
      i += 5;
      const batch = createFragment(doc);
      for (let copy = 0; copy < count; copy++) {
        const root = number(cloneNode(source, true), id++, -1);
        // All places first: filling one may change the children on the way to another.
        const places = [root];
        for (const path of paths) places.push(descend(root, path));
        for (let k = 1; k < places.length; k++) number(places[k], id++, -1);
        for (const [place, op, name, flags] of holes) {
          const node = places[place];
          if (op === LISTEN) { listen(node, name, flags); continue; }
          try { fill(node, op, name, list[i++]); } catch (error) {
            failures.push(failure(node, op, name, error));
          }
        }
        append(batch, root);
      }
      insertBefore(parent, batch, anchor);
      return i;
    }

    function failure(node, op, name, error) {
      if (!node) return [-1, "", op, "", error];
      const id = node === container ? 0 : node[ID] ?? -1;
      return [id, typeOf(node) === 1 ? nameOf(node) : "#text", op, name, error];
    }

    const NAMED = new Set([ATTR, ATTR_OFF, PROP, PROP_OFF, STATE, OBJECT, LISTEN, UNLISTEN]);

    // Carries out everything. What throws is noted, and the rest goes on; returns what was noted.
    function run(list, objects) {
      const failures = [];
      let at = null, i = 0, start = 0, node;
      for (;;) {
        // Outside the inner loop, so that it costs nothing while nothing throws.
        try {
          while (i < list.length) {
            start = i;
            switch (list[i++]) {
              case AT: at = nodes.get(list[i++]); break;
              case ELEMENT:
                at = null;
                at = number(createElement(doc, list[i + 2]), list[i], list[i + 1]); i += 3; break;
              case ELEMENT_NS:
                at = null;
                node = createElementNS(doc, SPACES[list[i + 2]], list[i + 3]);
                at = number(node, list[i], list[i + 1]); i += 4; break;
              case TEXT:
                at = null;
                at = number(createTextNode(doc, list[i + 2]), list[i], list[i + 1]); i += 3; break;
              case CONTENT: setContent(at, list[i++]); break;
              case DATA: setData(at, list[i++]); break;
              case HTML: setMarkup(at, list[i++]); break;
              case ATTR:
                if (wanted.size !== 0) dirty.add(at);
                setAttribute(at, list[i], list[i + 1]); i += 2; break;
              case ATTR_OFF:
                if (wanted.size !== 0) dirty.add(at);
                removeAttribute(at, list[i++]); break;
              case STYLE: setStyle(at, list[i++]); break;
              case PROP:
                if (wanted.size !== 0) dirty.add(at);
                setProperty(at, list[i], list[i + 1]); i += 2; break;
              case PROP_OFF:
                if (wanted.size !== 0) dirty.add(at);
                resetProperty(at, list[i++]); break;
              case STATE: controls.setState(at, list[i], list[i + 1]); i += 2; break;
              case VALUE: controls.setValue(at, list[i++]); break;
              case OBJECT:
                if (wanted.size !== 0) dirty.add(at);
                setObject(at, list[i], objects[list[i + 1]]); i += 2; break;
              case LISTEN: listen(at, list[i], list[i + 1]); i += 2; break;
              case UNLISTEN: unlisten(at, list[i], list[i + 1]); i += 2; break;
              case INSERT:
                insertBefore(nodes.get(list[i]),
                  nodes.get(list[i + 1]), list[i + 2] === 0 ? null : nodes.get(list[i + 2]));
                i += 3; break;
              case MOVE:
                move(nodes.get(list[i]), nodes.get(list[i + 1]),
                  list[i + 2] === 0 ? null : nodes.get(list[i + 2]));
                i += 3; break;
              case REMOVE: remove(nodes.get(list[i++])); break;
              case CLEAR: clear(nodes.get(list[i++])); break;
              case TEMPLATE:
                node = nodes.get(list[i + 1]);
                forget(node);
                templates.set(list[i], { node, paths: list[i + 2], holes: list[i + 3] });
                i += 4; break;
              case STAMP: i = stamp(list, i, failures); break;
              default: throw new Error(`unknown op ${list[start]} at ${start}`);
            }
          }
          return failures;
        } catch (error) {
          const op = list[start], length = OPERANDS[op];
          // Where the next op begins is not known.
          if (length === undefined) throw error;
          const name = NAMED.has(op) ? list[start + 1] : "";
          failures.push(failure(STRUCTURE.has(op) ? null : at, op, name, error));
          i = start + 1 + length;
        }
      }
    }

    // Returns what could not be written: [id, tag, op, name, error], each; undefined if all was.
    function apply(text, objects) {
      if (closed) throw new Error("this tree has been unmounted");
      const list = JSON.parse(text);
      const outer = applying;
      let failures;
      applying = true;
      try {
        failures = run(list, objects);
        if (wanted.size && !closed) controls.written();
      } finally { applying = outer; }
      while (!applying && delayedEvents.length) {
        const [id, type, event] = delayedEvents.shift();
        if (closed) continue;
        // A failing handler is reported as one, not as a failing patch.
        try { dispatch(id, type, event); } catch (error) { report(error); }
      }
      return failures.length ? failures : undefined;
    }

    function close() {
      if (closed) return;
      closed = true;
      controls.close();
      if (lent) {
        for (const [type, flags] of lentListeners) unlisten(container, type, flags);
      } else {
        setText(container, "");
        delete container[OWNER];
      }
      nodes.clear();
      templates.clear();
      listeners.clear();
      delayedEvents.length = 0;
      dispatch = null;
    }

    // An async handler has begun, or ended: what it handles is the user's in between.
    const hold = (token) => { if (handling !== null) controls.hold(token, handling); };
    const release = (token) => { if (!closed) controls.release(token); };

    const node = (id) => nodes.get(id);
    return { apply, close, node, hold, release, space: spaceBelow(container) };
  }
  open.taken = (container) => container[OWNER] === true;
"""

SOURCE: Final = (
    '"use strict";\n'
    f'(() => {{\n  if (Object.hasOwn(globalThis, "{GLOBAL_NAME}")) return;\n'
    f"  const {_CODES};\n{_OPERANDS}{PAGE_ACCESS}{CONTROLS}{_BODY}\n"
    f'  Object.defineProperty(globalThis, "{GLOBAL_NAME}", {{ value: open }});\n}})();\n'
)
"""The script, complete; running it twice does nothing the second time."""

if __name__ == "__main__":
    print(SOURCE, end="")  # noqa: T201 - this command's purpose
