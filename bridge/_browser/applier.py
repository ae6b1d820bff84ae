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

from typing import Final

from bridge._browser import ops

__all__ = ["GLOBAL_NAME", "SOURCE"]

GLOBAL_NAME: Final = "__bridge_dom_1__"
"""The name of the global function; its number changes when the op codes change."""

_CODES: Final = ", ".join(
    f"{name} = {getattr(ops, name)}"
    for name in ops.__all__
    if name not in ("CONTAINER", "DETACHED", "END", "XHTML", "SVG", "MATHML")
)

_BODY: Final = r"""
  const SPACES = [null, "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];
  const ATTRIBUTE_SPACES = {
    xlink: "http://www.w3.org/1999/xlink",
    xml: "http://www.w3.org/XML/1998/namespace",
  };
  const OWNER = Symbol("bridge.owner");
  const FOCUS_EVENTS = new Set(["focus", "blur", "focusin", "focusout"]);

  function setAttribute(element, name, value) {
    const colon = name.indexOf(":");
    const space = colon > 0 ? ATTRIBUTE_SPACES[name.slice(0, colon)] : undefined;
    if (space) element.setAttributeNS(space, name, value);
    else element.setAttribute(name, value);
  }

  function removeAttribute(element, name) {
    const colon = name.indexOf(":");
    const space = colon > 0 ? ATTRIBUTE_SPACES[name.slice(0, colon)] : undefined;
    if (space) element.removeAttributeNS(space, name.slice(colon + 1));
    else element.removeAttribute(name);
  }

  function setStyle(element, pairs) {
    const style = element.style;
    // Not by an empty cssText: that leaves an empty attribute on some elements and not on others.
    if (element.hasAttribute("style")) element.removeAttribute("style");
    for (let i = 0; i < pairs.length; i += 2) {
      const value = pairs[i + 1];
      const plain = value.replace(/\s*!important\s*$/i, "");
      style.setProperty(pairs[i], plain, plain === value ? "" : "important");
    }
  }

  function setContent(element, data) {
    const first = element.firstChild;
    if (data !== "" && first !== null && first.nodeType === 3 && first.nextSibling === null) {
      first.data = data;
    } else {
      element.textContent = data;
    }
  }

  function selectOptions(select, values) {
    const wanted = new Set(values);
    for (const option of select.options) {
      const selected = wanted.has(option.value);
      if (option.selected !== selected) option.selected = selected;
    }
  }

  function writeValue(element, value) {
    if (Array.isArray(value)) return selectOptions(element, value);
    // An element that only has the name of a form's, as in SVG, has no value.
    if (element.value === value || element.value === undefined) return;
    let start = null, end = null, direction;
    const focused = element.getRootNode().activeElement === element;
    // Only some types have a selection; the others answer null.
    if (focused && "selectionStart" in element) {
      ({ selectionStart: start, selectionEnd: end, selectionDirection: direction } = element);
    }
    const before = element.value.length;
    element.value = value;
    if (start === null) return;
    const length = element.value.length;
    // A caret at the end stays at the end, wherever that now is.
    if (start === before) start = length;
    if (end === before) end = length;
    element.setSelectionRange(Math.min(start, length), Math.min(end, length), direction);
  }

  function resetProperty(element, name) {
    const fresh = document.createElementNS(element.namespaceURI, element.localName)[name];
    if (fresh === undefined) delete element[name];
    else if (element[name] !== fresh) element[name] = fresh;
  }

  function following(node, root) {
    if (node.firstChild !== null) return node.firstChild;
    while (node !== root && node.nextSibling === null) node = node.parentNode;
    return node === root ? null : node.nextSibling;
  }

  function descend(node, path) {
    for (const index of path) node = node.childNodes[index];
    return node;
  }

  // Opens a container: returns apply(text, objects), node(id) and close().
  function open(container, dispatch) {
    container[OWNER] = true;
    container.replaceChildren();
    const doc = container.ownerDocument;
    const ID = Symbol("bridge.id");
    const nodes = new Map([[0, container]]);
    const templates = new Map();
    const listeners = new Map();
    const delayedEvents = [];
    let applying = false, closed = false;
    let composing = null, delayed = null;

    function onCompositionStart(event) { composing = event.target; delayed = null; }
    function onCompositionEnd() {
      composing = null;
      const waiting = delayed;
      // Some browsers deliver the composed text after this event; a patch that follows it wins.
      if (waiting === null) return;
      setTimeout(() => { if (!closed && delayed === waiting) writeDelayed(); });
    }
    function writeDelayed() {
      const { element, value } = delayed;
      delayed = null;
      writeValue(element, value);
    }
    container.addEventListener("compositionstart", onCompositionStart, true);
    container.addEventListener("compositionend", onCompositionEnd, true);

    function listenerFor(flags) {
      let listener = listeners.get(flags);
      if (listener === undefined) {
        listener = (event) => {
          if (closed) return;
          if (flags & PREVENT_DEFAULT) event.preventDefault();
          if (flags & STOP_PROPAGATION) event.stopPropagation();
          const id = event.currentTarget[ID];
          if (!applying) { dispatch(id, event.type, event); return; }
          // What a patch itself causes is not the user's doing; anything else waits for its end.
          if (!FOCUS_EVENTS.has(event.type)) delayedEvents.push([id, event.type, event]);
        };
        listeners.set(flags, listener);
      }
      return listener;
    }

    function listen(node, type, flags) {
      node.addEventListener(type, listenerFor(flags),
        { capture: !!(flags & CAPTURE), passive: flags & PASSIVE ? true : undefined });
    }

    function forget(root) {
      for (let node = root; node !== null; node = following(node, root)) {
        const id = node[ID];
        if (id !== undefined) nodes.delete(id);
      }
    }

    function clear(parent) {
      for (let node = following(parent, parent); node !== null; node = following(node, parent)) {
        const id = node[ID];
        if (id !== undefined) nodes.delete(id);
      }
      parent.textContent = "";
    }

    function number(node, id, parent) {
      node[ID] = id;
      nodes.set(id, node);
      if (parent !== -1) nodes.get(parent).appendChild(node);
      return node;
    }

    function move(parent, node, anchor) {
      if (parent.moveBefore && node.isConnected && parent.isConnected) {
        parent.moveBefore(node, anchor);
        return;
      }
      const active = node.getRootNode().activeElement;
      const held = active && node.contains(active) ? active : null;
      const range = held && held.selectionStart != null
        ? [held.selectionStart, held.selectionEnd, held.selectionDirection] : null;
      parent.insertBefore(node, anchor);
      if (held !== null) {
        held.focus({ preventScroll: true });
        if (range !== null) held.setSelectionRange(...range);
      }
    }

    function fill(node, op, name, value) {
      switch (op) {
        case CONTENT: setContent(node, value); return;
        case DATA: node.data = value; return;
        case ATTR:
          if (value === null) removeAttribute(node, name); else setAttribute(node, name, value);
          return;
        case PROP: if (node[name] !== value) node[name] = value; return;
        case VALUE: writeValue(node, value); return;
        default: throw new Error(`op ${op} cannot stand in a template's hole`);
      }
    }

    function stamp(list, i) {
      const { node: source, paths, holes } = templates.get(list[i]);
      const parent = nodes.get(list[i + 1]);
      const anchor = list[i + 2] === 0 ? null : nodes.get(list[i + 2]);
      let id = list[i + 3];
      const count = list[i + 4];
      i += 5;
      const batch = doc.createDocumentFragment();
      for (let copy = 0; copy < count; copy++) {
        const root = number(source.cloneNode(true), id++, -1);
        // All places first: filling one may change the children on the way to another.
        const places = [root];
        for (const path of paths) places.push(descend(root, path));
        for (let k = 1; k < places.length; k++) number(places[k], id++, -1);
        for (const [place, op, name, flags] of holes) {
          if (op === LISTEN) listen(places[place], name, flags);
          else fill(places[place], op, name, list[i++]);
        }
        batch.appendChild(root);
      }
      parent.insertBefore(batch, anchor);
      return i;
    }

    function run(list, objects) {
      let at = null, i = 0, node;
      while (i < list.length) {
        switch (list[i++]) {
          case AT: at = nodes.get(list[i++]); break;
          case ELEMENT:
            at = number(doc.createElement(list[i + 2]), list[i], list[i + 1]); i += 3; break;
          case ELEMENT_NS:
            node = doc.createElementNS(SPACES[list[i + 2]], list[i + 3]);
            at = number(node, list[i], list[i + 1]); i += 4; break;
          case TEXT:
            at = number(doc.createTextNode(list[i + 2]), list[i], list[i + 1]); i += 3; break;
          case CONTENT: setContent(at, list[i++]); break;
          case DATA: at.data = list[i++]; break;
          case HTML: at.innerHTML = list[i++]; break;
          case ATTR: setAttribute(at, list[i], list[i + 1]); i += 2; break;
          case ATTR_OFF: removeAttribute(at, list[i++]); break;
          case STYLE: setStyle(at, list[i++]); break;
          case PROP: if (at[list[i]] !== list[i + 1]) at[list[i]] = list[i + 1]; i += 2; break;
          case PROP_OFF: resetProperty(at, list[i++]); break;
          case VALUE:
            if (composing === at) delayed = { element: at, value: list[i++] };
            else {
              if (delayed !== null && delayed.element === at) delayed = null;
              writeValue(at, list[i++]);
            }
            break;
          case OBJECT: at[list[i]] = objects[list[i + 1]]; i += 2; break;
          case LISTEN: listen(at, list[i], list[i + 1]); i += 2; break;
          case UNLISTEN:
            at.removeEventListener(list[i], listenerFor(list[i + 1]), !!(list[i + 1] & CAPTURE));
            i += 2; break;
          case INSERT:
            nodes.get(list[i]).insertBefore(
              nodes.get(list[i + 1]), list[i + 2] === 0 ? null : nodes.get(list[i + 2]));
            i += 3; break;
          case MOVE:
            move(nodes.get(list[i]), nodes.get(list[i + 1]),
              list[i + 2] === 0 ? null : nodes.get(list[i + 2]));
            i += 3; break;
          case REMOVE: node = nodes.get(list[i++]); forget(node); node.remove(); break;
          case CLEAR: clear(nodes.get(list[i++])); break;
          case TEMPLATE:
            node = nodes.get(list[i + 1]);
            forget(node);
            templates.set(list[i], { node, paths: list[i + 2], holes: list[i + 3] });
            i += 4; break;
          case STAMP: i = stamp(list, i); break;
          default: throw new Error(`unknown op ${list[i - 1]} at ${i - 1}`);
        }
      }
    }

    function apply(text, objects) {
      if (closed) throw new Error("this tree has been unmounted");
      const list = JSON.parse(text);
      applying = true;
      try { run(list, objects); } finally { applying = false; }
      while (delayedEvents.length) {
        const [id, type, event] = delayedEvents.shift();
        if (closed) continue;
        // A failing handler is reported as one, not as a failing patch.
        try { dispatch(id, type, event); } catch (error) { reportError(error); }
      }
    }

    function close() {
      if (closed) return;
      closed = true;
      container.removeEventListener("compositionstart", onCompositionStart, true);
      container.removeEventListener("compositionend", onCompositionEnd, true);
      container.textContent = "";
      delete container[OWNER];
      nodes.clear();
      templates.clear();
      listeners.clear();
      delayedEvents.length = 0;
      dispatch = composing = delayed = null;
    }

    return { apply, close, node: (id) => nodes.get(id) };
  }
  open.taken = (container) => container[OWNER] === true;
"""

SOURCE: Final = (
    '"use strict";\n'
    f'(() => {{\n  if (globalThis["{GLOBAL_NAME}"]) return;\n'
    f"  const {_CODES};\n{_BODY}\n"
    f'  Object.defineProperty(globalThis, "{GLOBAL_NAME}", {{ value: open }});\n}})();\n'
)
"""The script, complete; running it twice does nothing the second time."""

if __name__ == "__main__":
    print(SOURCE, end="")  # noqa: T201 - this command's purpose
