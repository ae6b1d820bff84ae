"""What tests of binding run in a page: the common start, and the laws."""

from __future__ import annotations

__all__ = ["FAILING_LAW", "LAW", "SET_UP"]

SET_UP = """
import js
from js import document
from bridge.binding import *
from bridge.proxies import live_counts
from bridge.reactivity import Signal, Scope, batch, computed
for old in document.querySelectorAll("body > div.bound"):
    old.remove()
def place(name, markup=""):
    element = document.createElement("div")
    element.id, element.className, element.innerHTML = name, "bound", markup
    document.body.appendChild(element)
    return element
def fire(element, kind):
    element.dispatchEvent(js.Event.new(kind, bubbles=True))
"""

LAW = """
import random
same = []
dump = js.eval('''(id) => JSON.stringify((function look(node) {
  return node.nodeType === 3 ? node.data : [node.localName, node.lang, node.style.cssText,
    // The property lang, compared above, leaves an attribute behind when it becomes empty.
    [...node.attributes].map((a) => [a.name, a.value]).filter(([name]) => name !== "lang").sort(),
    [...node.childNodes].map(look)];
})(document.getElementById(id)).slice(4))''')
before = live_counts()
for seed in range(SEEDS):
    place("bound"), place("fresh")
    play = Play(random.Random(seed))
    view = mount("#bound", play.build())
    for _ in range(4):
        play.step()
        fresh = mount("#fresh", play.build())
        if dump("bound") != dump("fresh"):
            same.append((seed, dump("bound"), dump("fresh")))
        fresh.dispose()
    view.dispose()
    if any(signal._observers for signal in play.signals):
        same.append((seed, "left behind"))
    document.getElementById("bound").remove(), document.getElementById("fresh").remove()
(same[:2], live_counts() == before)
"""

FAILING_LAW = """
import random
wrong, errors = [], 0
dump = js.eval("(id) => document.getElementById(id).innerHTML")
before = live_counts()
js.eval('''
if (!customElements.get("level-meter")) customElements.define("level-meter",
  class extends HTMLElement {
    set level(given) {
      if (globalThis.broken || given === "bad") throw new RangeError("no level");
      this.setAttribute("level", given);
    }
    get level() { return this.getAttribute("level"); }
  });
''')
for seed in range(SEEDS):
    place("bound"), place("fresh")
    play = FailingPlay(random.Random(seed))
    play.tell = lambda broken: setattr(js, "broken", broken)
    view = mount("#bound", play.build())
    for _ in range(3):
        errors += play.step()
        play.mend()
        fresh = mount("#fresh", play.build())
        if dump("bound") != dump("fresh"):
            wrong.append((seed, dump("bound"), dump("fresh")))
        fresh.dispose()
    view.dispose()
    if any(signal._observers for signal in play.signals) or play.made != play.ended:
        wrong.append((seed, "left behind"))
    wrong += [(seed, str(error)) for error in play.unnamed()]
    document.getElementById("bound").remove(), document.getElementById("fresh").remove()
(wrong[:2], errors > SEEDS / 2, live_counts() == before)
"""
