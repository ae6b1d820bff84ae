"""How the applier reaches the document: nothing that it reads or calls can be shadowed.

In a page, names and ids of elements become properties: of the window, of the document, and of the
form around them. A field called ``setAttribute`` hides the form's own method ("DOM clobbering"). So
methods and accessors are taken from the prototypes, once, when the script first runs, and called
on the node. Properties that an author names (``prop:NAME``) go through the prototype, too, and
only what no prototype knows is read from the element itself.
"""

from __future__ import annotations

from typing import Final

__all__ = ["PAGE_ACCESS"]

PAGE_ACCESS: Final = r"""
  const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const { call } = Function.prototype;
  const { isArray } = Array;
  const later = setTimeout, report = reportError, reflect = Reflect;
  const method = (owner, name) =>
    owner.prototype[name] === undefined ? undefined : call.bind(owner.prototype[name]);
  const getter = (owner, name) => call.bind(getOwnPropertyDescriptor(owner.prototype, name).get);
  const setter = (owner, name) => call.bind(getOwnPropertyDescriptor(owner.prototype, name).set);

  const addListener = method(EventTarget, "addEventListener");
  const removeListener = method(EventTarget, "removeEventListener");
  const append = method(Node, "appendChild");
  const insertBefore = method(Node, "insertBefore");
  const removeChild = method(Node, "removeChild");
  const cloneNode = method(Node, "cloneNode");
  const containsNode = method(Node, "contains");
  const rootOf = method(Node, "getRootNode");
  const moveInElement = method(Element, "moveBefore");
  const moveInFragment = method(DocumentFragment, "moveBefore");
  const setAttributePlain = method(Element, "setAttribute");
  const setAttributeNS = method(Element, "setAttributeNS");
  const removeAttributePlain = method(Element, "removeAttribute");
  const removeAttributeNS = method(Element, "removeAttributeNS");
  const hasAttribute = method(Element, "hasAttribute");
  const createElement = method(Document, "createElement");
  const createElementNS = method(Document, "createElementNS");
  const createTextNode = method(Document, "createTextNode");
  const createFragment = method(Document, "createDocumentFragment");
  const documentOf = getter(Node, "ownerDocument");
  const parentOf = getter(Node, "parentNode");
  const firstOf = getter(Node, "firstChild");
  const nextOf = getter(Node, "nextSibling");
  const childrenOf = getter(Node, "childNodes");
  const typeOf = getter(Node, "nodeType");
  const isPlaced = getter(Node, "isConnected");
  const setText = setter(Node, "textContent");
  const setData = setter(CharacterData, "data");
  const setMarkup = setter(Element, "innerHTML");
  const nameOf = getter(Element, "localName");
  const spaceOf = getter(Element, "namespaceURI");

  // A property of an element by its own class, whatever realm and whatever fields it has.
  function read(node, name) {
    const own = getPrototypeOf(node);
    return name in own ? reflect.get(own, name, node) : node[name];
  }

  function write(node, name, value) {
    const own = getPrototypeOf(node);
    if (!(name in own)) node[name] = value;
    else if (!reflect.set(own, name, value, node)) {
      throw new TypeError(`the property ${name} cannot be written`);
    }
  }

  function drop(node, name) {
    if (!reflect.deleteProperty(node, name)) {
      throw new TypeError(`the property ${name} cannot be taken away`);
    }
  }

  function send(node, name, ...given) {
    return reflect.apply(getPrototypeOf(node)[name], node, given);
  }

  const isActive = (element) => read(rootOf(element), "activeElement") === element;
"""
"""Part of the applier's script."""
