"""The law of controls: after every write and every event a control shows what it was given.

The page's half, as part of the applier's script. It remembers for each controlled element (ops
VALUE and STATE) what it shall show, and compares with what the element has:

- at the end of a patch, for elements whose other attributes changed and for list boxes, because a
  list box needs its options and a range its bounds, in whatever order they come;
- at the end of an event, when all handlers have run. Where a handler of the page listens for
  ``change``, an ``input`` event before it is not the end: a box is settled after the ``change``
  that follows at once, and a text that only ``change`` tells about is the user's until then;
- when an ``async`` handler has ended, for the element whose event it handles: until then that one
  keeps what the user gave it, so that the handler can read it;
- in the next task after ``reset`` and after a click that is taken back, which the browser carries
  out only when the event is over.

What is being composed (IME) is left alone until the composition ends, and what a number field
cannot read yet (``1e``) until ``change``. A file field is never controlled: no script can choose a
file. If the browser makes another text of what it is given (a colour, a date), that text counts
as shown, so that nothing is written again and again.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CONTROLS"]

CONTROLS: Final = r"""
  function selectOptions(select, values) {
    const wanted = new Set(values);
    for (const option of read(select, "options")) {
      const selected = wanted.has(read(option, "value"));
      if (read(option, "selected") !== selected) write(option, "selected", selected);
    }
  }

  // Where the caret belongs: at the end, else before the same text as before, else where it was.
  function caretIn(after, before, place) {
    if (place === before.length) return after.length;
    const rest = before.slice(place);
    return after.endsWith(rest) ? after.length - rest.length : Math.min(place, after.length);
  }

  function writeValue(element, value) {
    if (isArray(value)) return selectOptions(element, value);
    // An element that only has the name of a form's, as in SVG, has no value.
    const before = read(element, "value");
    if (before === value || before === undefined) return;
    let start = null, end = null, direction;
    // Only some types have a selection; the others answer null.
    if (isActive(element) && "selectionStart" in getPrototypeOf(element)) {
      start = read(element, "selectionStart");
      end = read(element, "selectionEnd");
      direction = read(element, "selectionDirection");
    }
    write(element, "value", value);
    if (start === null) return;
    const after = read(element, "value");
    send(element, "setSelectionRange",
      caretIn(after, before, start), caretIn(after, before, end), direction);
  }

  const isSelect = (element) => nameOf(element) === "select";
  const isTick = (element) => nameOf(element) === "input" &&
    (read(element, "type") === "checkbox" || read(element, "type") === "radio");
  const isChoice = (element) => isSelect(element) || isTick(element);

  // Keeps the controls of one container. hears(node) gives 1 if the node listens for input, 2 if
  // for change.
  function controlling(container, hears) {
    const wanted = new Map(), selects = new Set(), dirty = new Set();
    const watched = new WeakSet(), ends = new Map(), held = new Map();
    let composing = null, busy = null, ticking = false, closed = false;

    function recordOf(element) {
      let record = wanted.get(element);
      if (record === undefined) {
        wanted.set(element, record = { value: undefined, shown: undefined, states: null });
      }
      return record;
    }

    function forget(element) {
      wanted.delete(element);
      selects.delete(element);
      if (busy === element) busy = null;
    }

    function setValue(element, value) {
      const record = recordOf(element);
      record.value = undefined;
      selects.delete(element);
      if (value !== null && element === composing) {
        record.value = value;
        record.shown = undefined;
        return;
      }
      writeValue(element, value === null ? "" : value);
      if (value === null || read(element, "type") === "file") return;
      record.value = value;
      record.shown = read(element, "value");
      if (isSelect(element)) selects.add(element);
    }

    function setState(element, name, value) {
      const record = recordOf(element);
      record.states ??= new Map();
      record.states.delete(name);
      const shown = value === true;
      // While a click is under way, the browser has ticked the box already and may take it back.
      if (!(ticking && name === "checked" && value !== null) && read(element, name) !== shown) {
        write(element, name, shown);
      }
      if (value !== null) record.states.set(name, shown);
    }

    function settleValue(element, record, kind) {
      const { value } = record;
      if (isArray(value) || selects.has(element)) {
        if (isArray(value) || read(element, "value") !== value) writeValue(element, value);
        return;
      }
      const now = read(element, "value");
      if (now === (kind === "write" ? value : record.shown)) return;
      if (kind !== "change" && read(element, "validity")?.badInput && isActive(element)) return;
      writeValue(element, value);
      record.shown = read(element, "value");
    }

    function isHeld(element) {
      if (element === composing || element === busy) return true;
      for (const one of held.values()) if (one === element) return true;
      return false;
    }

    function hold(token, element) { held.set(token, element); }

    function release(token) {
      held.delete(token);
      settleAll("release");
    }

    function settle(element, kind) {
      const record = wanted.get(element);
      if (record === undefined || isHeld(element)) return;
      // A setter of the page may throw; the other controls are settled all the same.
      try {
        if (record.value !== undefined) settleValue(element, record, kind);
        if (record.states === null) return;
        for (const [name, state] of record.states) {
          if (ticking && name === "checked") continue;
          if (read(element, name) !== state) write(element, name, state);
        }
      } catch (error) { report(error); }
    }

    function settleAll(kind) {
      for (const element of wanted.keys()) settle(element, kind);
    }

    function written() {
      if (dirty.size) {
        for (const element of dirty) settle(element, "write");
        dirty.clear();
      }
      for (const select of selects) settle(select, "write");
    }

    // Whether more is to come before the user's change is done.
    function isUnfinished(event) {
      let heard = 0;
      for (const node of event.composedPath()) heard |= hears(node);
      return isChoice(event.target) ? !!(heard & 2) : heard === 2;
    }

    function finish(event) {
      if (!watched.delete(event) || closed) return;
      const { type } = event;
      if (type === "input" && isUnfinished(event)) return;
      if (type === "input" || type === "change") { busy = null; ticking = false; }
      settleAll(type);
    }

    // Lets an event be followed by settling: at the last place that it reaches.
    function watch(event) {
      if (!wanted.size) return;
      watched.add(event);
      const { type } = event;
      const path = event.composedPath();
      const end = path[path.length - 1];
      let known = ends.get(type);
      if (known === undefined) ends.set(type, known = new Set());
      if (end !== undefined && !known.has(end)) {
        known.add(end);
        addListener(end, type, finish);
      }
    }

    function handled(event) {
      watch(event);
      if (!event.bubbles || event.cancelBubble) finish(event);
    }

    function onStart(event) {
      if (!wanted.size) return;
      const { type, target } = event;
      watch(event);
      if (type === "click") {
        if (!isTick(target)) return;
        ticking = true;
      } else if (type !== "reset") busy = target;
      later(() => {
        if (closed) return;
        // Where the page stopped the event on its way, this is its end.
        const stopped = watched.delete(event);
        if (type === "click") ticking = false;
        if (busy !== null && (stopped || isChoice(busy))) busy = null;
        if (stopped || type === "click" || type === "reset" || isChoice(target)) settleAll(type);
      });
    }

    function onCompositionStart(event) { composing = event.target; }
    function onCompositionEnd() {
      const element = composing;
      composing = null;
      // Some browsers deliver the composed text after this event.
      later(() => { if (!closed && composing !== element) settle(element, "composition"); });
    }

    const STARTS = ["input", "change", "click", "reset"];
    for (const type of STARTS) addListener(container, type, onStart, true);
    addListener(container, "compositionstart", onCompositionStart, true);
    addListener(container, "compositionend", onCompositionEnd, true);

    function close() {
      closed = true;
      for (const type of STARTS) removeListener(container, type, onStart, true);
      removeListener(container, "compositionstart", onCompositionStart, true);
      removeListener(container, "compositionend", onCompositionEnd, true);
      for (const [type, known] of ends) for (const end of known) removeListener(end, type, finish);
      wanted.clear();
      selects.clear();
      dirty.clear();
      ends.clear();
      held.clear();
      composing = busy = null;
    }

    return { wanted, dirty, setValue, setState, written, handled, hold, release, forget, close };
  }
"""
"""Part of the applier's script."""
