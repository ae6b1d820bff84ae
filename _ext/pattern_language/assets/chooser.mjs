/* Makes a form of the static list of forces: check those that press, read which patterns answer
 * them. The rule is the one of views/choosing.py; the choice is kept in the address of the page, so
 * that it can be cited and shared. */

const WEIGHTS = { resolves: 2, balances: 1 };
const PARAMETER = "forces";

/* The rule */

function score(pattern, chosen) {
  const gains = new Map();
  let loss = 0;
  for (const [effect, force] of pattern.answers) {
    if (!chosen.has(force)) continue;
    if (effect in WEIGHTS) gains.set(force, Math.max(gains.get(force) ?? 0, WEIGHTS[effect]));
    else if (effect === "worsens") loss += 1;
  }
  return gains.size ? [...gains.values()].reduce((sum, one) => sum + one, 0) - loss : null;
}

/**
 * Suggest patterns for the forces that press.
 *
 * @param {object} facts The language, as `facts` of views/choosing.py gives it.
 * @param {Iterable<string>} forces Ids of the chosen forces; unknown ones are ignored.
 * @returns {object} Suggestions in building order, and pairs that are alternatives or conflict.
 */
export function choose(facts, forces) {
  const wanted = new Set(forces);
  const chosen = new Set(facts.forces.filter((force) => wanted.has(force)));
  const scores = new Map();
  for (const pattern of facts.patterns) {
    const found = score(pattern, chosen);
    if (found !== null) scores.set(pattern.id, found);
  }
  const suggested = new Set(scores.keys());
  for (const pattern of facts.patterns) {
    if (scores.has(pattern.id)) pattern.requires.forEach((id) => suggested.add(id));
  }
  const best = [...new Set(scores.values())].sort((a, b) => b - a);
  const inside = facts.patterns.filter((pattern) => suggested.has(pattern.id));
  const suggestions = inside.map((pattern) => {
    const pressing = pattern.answers.filter(([, force]) => chosen.has(force));
    const others = pattern.answers.filter(([, force]) => !chosen.has(force));
    return {
      pattern: pattern.id,
      rank: scores.has(pattern.id) ? best.indexOf(scores.get(pattern.id)) + 1 : 0,
      answers: pressing.filter(([effect]) => effect in WEIGHTS),
      costs: [
        ...pressing.filter(([effect]) => !(effect in WEIGHTS)),
        ...others.filter(([effect]) => effect === "worsens"),
      ],
      required_by: inside
        .filter((other) => other.requires.includes(pattern.id))
        .map((other) => other.id),
    };
  });
  const answered = new Set(suggestions.flatMap((one) => one.answers.map(([, force]) => force)));
  const both = ([a, b]) => suggested.has(a) && suggested.has(b);
  return {
    suggestions,
    alternatives: facts.alternatives.filter(both),
    conflicts: facts.conflicts.filter(both),
    unanswered: [...chosen].filter((force) => !answered.has(force)),
  };
}

/* The page */

/** Make an element; children are nodes or text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Put text between nodes. */
function listed(items, separator = ", ") {
  return items.flatMap((item, index) => (index ? [separator, item] : [item]));
}

class Chooser {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(root.querySelector(".chooser-data").textContent);
    this.boxes = new Map();
    this.status = make("p", { class: "chooser-status", role: "status" });
    this.ranking = make("p", { class: "chooser-ranking" });
    this.list = make("ol", { class: "chooser-list" });
    this.notes = make("ul", { class: "chooser-notes" });
    this.clear = make("button", { type: "button", class: "chooser-clear" }, "Clear");
    this.results = make(
      "section",
      { class: "chooser-results", "aria-label": "Patterns for the chosen forces" },
      this.status,
      this.ranking,
      this.notes,
      this.list,
    );
  }

  build() {
    const form = make("form", { class: "chooser-form", "aria-label": "Forces that press" });
    for (const { title, forces } of this.data.groups) {
      const group = make("fieldset", {}, make("legend", {}, title || "Forces"));
      for (const id of forces) {
        const box = make("input", { type: "checkbox", name: PARAMETER, value: id });
        this.boxes.set(id, box);
        group.append(make("label", {}, box, make("span", {}, this.data.forces[id].name)));
      }
      form.append(group);
    }
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => event.preventDefault());
    this.clear.addEventListener("click", () => {
      for (const box of this.boxes.values()) box.checked = false;
      this.changed();
      this.boxes.values().next().value?.focus();
    });
    const details = make("details", { class: "chooser-all" });
    details.append(make("summary", {}, "Every force with its answers"));
    details.append(this.root.querySelector(".chooser-static"));
    this.root.prepend(form, this.clear, this.results, details);
    window.addEventListener("popstate", () => this.read());
    this.read();
  }

  get chosen() {
    return [...this.boxes].filter(([, box]) => box.checked).map(([id]) => id);
  }

  /** Take the choice from the address of the page. */
  read() {
    const parameters = new URLSearchParams(window.location.search);
    const wanted = new Set((parameters.get(PARAMETER) ?? "").split(/[\s,]+/));
    for (const [id, box] of this.boxes) box.checked = wanted.has(id);
    this.show();
  }

  changed() {
    const address = new URL(window.location.href);
    // Ids need no escaping, and commas read better without.
    address.searchParams.delete(PARAMETER);
    const rest = address.searchParams.toString();
    const choice = this.chosen.length ? `${PARAMETER}=${this.chosen.join(",")}` : "";
    address.search = [rest, choice].filter(Boolean).join("&");
    window.history.replaceState(window.history.state, "", address);
    this.show();
  }

  show() {
    const chosen = this.chosen;
    const { suggestions, alternatives, conflicts, unanswered } = choose(this.data.facts, chosen);
    this.clear.hidden = !chosen.length;
    this.results.classList.toggle("chooser-empty", !chosen.length);
    this.status.textContent = this.summary(chosen, suggestions);
    this.ranking.replaceChildren(...this.ranked(suggestions));
    const pair = ([a, b]) => [this.pattern(a), " and ", this.pattern(b)];
    const reason = ([a, b]) => {
      const found = this.data.reasons[`${a} ${b}`];
      return found ? `: ${found}` : "";
    };
    this.notes.replaceChildren(
      ...conflicts.map((one) =>
        make("li", { class: "chooser-conflict" }, make("strong", {}, "Conflict: "), ...pair(one), reason(one)),
      ),
      ...alternatives.map((one) =>
        make("li", {}, make("strong", {}, "Choose one: "), ...pair(one), " are alternatives", reason(one)),
      ),
      ...unanswered.map((id) =>
        make("li", {}, make("strong", {}, "Unanswered: "), "no pattern resolves or balances ", this.force(id), "."),
      ),
    );
    this.list.replaceChildren(...suggestions.map((one) => this.suggestion(one, chosen.length)));
  }

  summary(chosen, suggestions) {
    if (!chosen.length) return "No force is chosen.";
    const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
    const added = suggestions.filter((one) => !one.rank).length;
    const required = added ? `, ${added} of them required by others` : "";
    return `${count(suggestions.length, "pattern")} for ${count(chosen.length, "force")}${required}, in the order in which they build on each other`;
  }

  /** Name the patterns in the order of how much they answer, where they differ in it. */
  ranked(suggestions) {
    const ranks = [...new Set(suggestions.map((one) => one.rank))].filter(Boolean).sort((a, b) => a - b);
    if (ranks.length < 2) return [];
    const groups = ranks.map((rank) =>
      listed(
        suggestions.filter((one) => one.rank === rank).map((one) => this.pattern(one.pattern)),
      ),
    );
    return ["Most is answered by ", ...listed(groups, "; then by ").flat(), "."];
  }

  suggestion({ pattern, rank, answers, costs, required_by }, total) {
    const { intent, state } = this.data.patterns[pattern];
    const facts = make("ul", { class: "chooser-reasons" });
    for (const one of [...answers, ...costs]) facts.append(this.reason(pattern, one));
    if (required_by.length) {
      const names = listed(required_by.map((id) => this.pattern(id)));
      facts.append(make("li", { class: "chooser-required" }, "required by ", ...names));
    }
    const forces = new Set(answers.map(([, force]) => force)).size;
    const share = rank ? `answers ${forces} of ${total}` : "prerequisite";
    const head = make("p", { class: "chooser-pattern" }, this.pattern(pattern), " ");
    head.append(make("span", { class: "chooser-share" }, share));
    if (state) head.append(" ", make("span", { class: "pattern-state" }, state));
    return make("li", {}, head, make("p", { class: "chooser-intent" }, intent), facts);
  }

  reason(pattern, [effect, force]) {
    const address = this.data.patterns[pattern].answers[`${effect} ${force}`];
    const word = make("a", { href: address, class: "chooser-effect" }, this.data.effects[effect]);
    return make("li", { class: `effect-${effect}` }, word, " ", this.force(force));
  }

  pattern(id) {
    return make("a", { href: this.data.patterns[id].address }, this.data.patterns[id].name);
  }

  force(id) {
    return make("a", { href: this.data.forces[id].address }, this.data.forces[id].name);
  }
}

if (typeof document !== "undefined") {
  for (const root of document.querySelectorAll(".pattern-chooser")) new Chooser(root).build();
}
