/**
 * One interpreter in a frame of its own: the document and the session code are those of the
 * test runner.
 */
import { Stage } from "./stage.mjs";

const OPEN_LIMIT_MS = 30_000;

export class Frame {
  #element;
  #session = null;
  #changed = false;

  /** @param {string} place folder of the session's document, relative to this script, or "" */
  constructor(place, title) {
    this.url = new URL(`${place}session.html`, import.meta.url).href;
    this.#element = document.createElement("iframe");
    this.#element.title = title;
    this.stage = new Stage(this.#element);
  }

  /** Open the document and boot the interpreter; `report(stage)` hears "runtime", "library". */
  async open(line, report) {
    await this.#load(() => {
      this.#element.src = this.url;
      this.stage.mount();
    });
    await this.#boot(line, report);
  }

  /** A fresh document and interpreter in the same frame: storage stays. */
  async reload(line, report) {
    await this.#load(() => this.#element.contentWindow.location.reload());
    await this.#boot(line, report);
  }

  async #load(start) {
    let timer;
    const loaded = new Promise((resolve, reject) => {
      this.#element.addEventListener("load", resolve, { once: true });
      timer = setTimeout(() => reject(new Error("the frame did not open")), OPEN_LIMIT_MS);
    });
    start();
    await loaded.finally(() => clearTimeout(timer));
    if (!this.#element.contentWindow.docExamples) throw new Error(`${this.url} is not there`);
  }

  async #boot({ runtime, wheels }, report) {
    const { contentWindow: inside } = this.#element;
    this.#session = await inside.docExamples.boot({ runtime, wheels }, report);
    // Not an element of the document, which must be the one that the tests see; any rule of a
    // block is stronger.
    const look = new inside.CSSStyleSheet();
    look.replaceSync(":where(:root) { font: 0.9375rem/1.5 system-ui, sans-serif; }");
    inside.document.adoptedStyleSheets.push(look);
    new inside.MutationObserver(() => {
      this.#changed = true;
      this.stage.update();
    }).observe(inside.document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    this.stage.watch();
  }

  /** Whether a loop that keeps the thread busy can be ended. */
  get interruptible() {
    return this.#session.interruptible;
  }

  /** Whether the frame still shows the document that it was opened with. */
  get alive() {
    return Boolean(this.#element.contentWindow?.docExamples) && this.#session !== null;
  }

  /** Whether the document changed since this was asked last. */
  takeChanged() {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  async probe(names) {
    return this.#session.probe(names);
  }

  /** Run a block; `write(stream, text)` hears what it prints. */
  async run(data, code, write) {
    const session = this.#session;
    session.listen(write);
    // A block that leaves its document takes its own answer with it.
    const left = new AbortController();
    const navigated = new Promise((_, reject) => {
      const leave = () => {
        this.#session = null;
        reject(new Error("it navigated its document away"));
      };
      this.#element.addEventListener("load", leave, { signal: left.signal });
    });
    try {
      return await Promise.race([session.run({ ...data, code }), navigated]);
    } finally {
      left.abort();
      this.#session?.listen(() => {});
    }
  }

  stop() {
    this.#session?.stop();
  }

  close() {
    this.stage.close();
  }
}
