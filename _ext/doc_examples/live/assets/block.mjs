/** One block on the page: its code as it stands now, its buttons and its panel. */
import { Editor } from "./editor.mjs";
import { Panel } from "./panel.mjs";

export class Block {
  #panel = null;
  #runButton;
  onRun = () => {};
  onStop = () => {};
  /** Whether the reader waits for this block. */
  busy = false;

  /** @param {HTMLElement} element the `.example` */
  constructor(element) {
    this.element = element;
    this.data = JSON.parse(element.querySelector(".example-data").textContent);
    this.#runButton = element.querySelector(".example-run");
    const edit = element.querySelector(".example-edit");
    const reset = element.querySelector(".example-reset");
    this.editor = edit && new Editor(this, edit, reset);
    if (this.runnable) {
      this.#runButton.hidden = false;
      this.#runButton.addEventListener("click", () => this.onRun());
    }
  }

  get runnable() {
    return this.#runButton !== null;
  }

  get name() {
    return this.data.name;
  }

  /** The code that Run runs: the page's, or what the reader made of it. */
  get code() {
    return this.editor?.code ?? this.data.code;
  }

  /** What stands under the block once it was run. */
  get panel() {
    this.#panel ??= new Panel(this);
    return this.#panel;
  }

  run() {
    this.onRun();
  }

  begin() {
    this.busy = true;
    // Not disabled: that would take the focus away from the keyboard's user.
    this.#runButton.setAttribute("aria-disabled", "true");
    this.panel.begin();
  }

  end() {
    this.busy = false;
    this.#runButton.removeAttribute("aria-disabled");
    this.panel.end();
  }

  focus() {
    this.#runButton.focus();
  }
}
