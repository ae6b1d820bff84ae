/** What stands under a block once it was run: progress, output, errors, and its demo. */

/** Characters of output that are put into the page; a reader cannot use more. */
const SHOWN_LIMIT = 100_000;

const make = (tag, className, attributes = {}) => {
  const element = document.createElement(tag);
  element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

export class Panel {
  #block;
  #status = make("p", "example-status", { role: "status" });
  #progress = make("progress", "example-progress", { "aria-label": "Progress" });
  #stop = make("button", "example-stop", { type: "button" });
  #choice = make("label", "example-choice");
  #output;
  #error;
  #written = "";
  #drawing = false;

  constructor(block) {
    this.#block = block;
    const region = make("section", "example-panel", { "aria-label": `Run of ${block.name}` });
    const head = make("div", "example-head");
    this.#stop.textContent = "Stop";
    this.#stop.addEventListener("click", () => block.onStop());
    this.#choice.hidden = true;
    head.append(this.#status, this.#stop, this.#choice);
    this.#output = make("pre", "example-output", { "aria-live": "polite", "aria-label": "Output" });
    this.#error = make("pre", "example-error", { role: "alert" });
    this.slot = make("div", "example-slot");
    region.append(head, this.#progress, this.#output, this.#error, this.slot);
    block.element.querySelector(".example-bar").after(region);
  }

  begin() {
    this.#written = "";
    this.#output.textContent = "";
    this.#error.textContent = "";
    this.#stop.hidden = false;
    this.#progress.hidden = false;
    this.#progress.removeAttribute("value");
    this.#block.element.dataset.run = "running";
    this.status("Waiting for the block before");
  }

  end() {
    this.#stop.hidden = true;
    this.#progress.hidden = true;
    if (this.#block.element.dataset.run === "running") delete this.#block.element.dataset.run;
  }

  /** Say what is going on; `done` of `steps` where that is known. */
  status(text, done = null, steps = null) {
    this.#status.textContent = text;
    if (steps !== null) {
      this.#progress.max = steps;
      this.#progress.value = done;
    }
  }

  write(text) {
    this.#written += text;
    if (this.#drawing) return;
    this.#drawing = true;
    setTimeout(() => {
      this.#drawing = false;
      this.#draw();
    }, 30);
  }

  #draw() {
    const cut = this.#written.length - SHOWN_LIMIT;
    const rest = cut > 0 ? `\n[${cut.toLocaleString("en")} more characters are not shown]` : "";
    this.#output.textContent = this.#written.slice(0, SHOWN_LIMIT) + rest;
  }

  /** The block ended as it should. */
  succeed(text) {
    this.#draw();
    this.#block.element.dataset.run = "passed";
    this.status(text);
  }

  /** The block ended otherwise: `headline` in the status, `detail` below the output. */
  fail(headline, detail = "") {
    this.#draw();
    this.#block.element.dataset.run = "failed";
    this.#stop.hidden = this.#progress.hidden = !this.#block.busy;
    this.status(headline);
    this.#error.textContent = detail.trimEnd();
  }

  /** Let the reader choose the Pyodide line, where there are several. */
  offerLines(lines) {
    if (lines.names.length < 2 || !this.#choice.hidden) return;
    const select = document.createElement("select");
    for (const name of lines.names) select.append(new Option(name, name));
    select.value = lines.chosen.line;
    select.addEventListener("change", () => lines.choose(select.value));
    lines.onChange(() => (select.value = lines.chosen.line));
    this.#choice.append("Pyodide ", select);
    this.#choice.hidden = false;
  }
}
