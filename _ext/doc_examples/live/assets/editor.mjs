/** Editing a block: a plain text area in place of the highlighted code. */

const INDENT = "    ";

export class Editor {
  #block;
  #area = null;
  #editButton;
  #resetButton;

  constructor(block, editButton, resetButton) {
    this.#block = block;
    this.#editButton = editButton;
    this.#resetButton = resetButton;
    editButton.hidden = false;
    editButton.addEventListener("click", () => this.#open());
    resetButton.addEventListener("click", () => this.#reset());
  }

  /** What the reader wrote, or null where the page's own code stands. */
  get code() {
    if (this.#area === null || !this.#changed) return null;
    return this.#area.value.replace(/\n*$/, "\n");
  }

  get #original() {
    return this.#block.data.code.replace(/\n$/, "");
  }

  get #changed() {
    return this.#area.value.replace(/\n*$/, "") !== this.#original;
  }

  get #shown() {
    return this.#block.element.querySelector(":scope > [class^=highlight-], :scope > .doctest");
  }

  #open() {
    if (this.#area === null) this.#area = this.#create();
    this.#shown.hidden = true;
    this.#area.parentElement.hidden = false;
    this.#editButton.hidden = true;
    this.#resetButton.hidden = false;
    this.#fit();
    this.#area.focus();
  }

  #create() {
    const holder = document.createElement("div");
    holder.className = "example-editor";
    const area = document.createElement("textarea");
    area.value = this.#original;
    area.spellcheck = false;
    area.autocapitalize = "off";
    area.setAttribute("autocomplete", "off");
    area.setAttribute("wrap", "off");
    area.setAttribute("aria-label", `Code of ${this.#block.name}`);
    const hint = document.createElement("p");
    hint.className = "example-hint";
    hint.id = `${this.#block.name}-editing`;
    hint.textContent = "Ctrl+Enter runs, Tab indents, Escape leaves the editor.";
    area.setAttribute("aria-describedby", hint.id);
    area.addEventListener("input", () => this.#fit());
    area.addEventListener("keydown", (event) => this.#onKey(event));
    holder.append(area, hint);
    this.#shown.after(holder);
    return area;
  }

  #fit() {
    this.#area.rows = Math.min(40, Math.max(2, this.#area.value.split("\n").length));
  }

  #onKey(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      if (!this.#changed) this.#close();
      this.#block.focus();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#block.run();
    } else if (event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      const { selectionStart: start, selectionEnd: end } = this.#area;
      this.#area.setRangeText(INDENT, start, end, "end");
      this.#area.dispatchEvent(new Event("input"));
    }
  }

  #reset() {
    this.#area.value = this.#original;
    this.#close();
    this.#editButton.focus();
  }

  #close() {
    this.#shown.hidden = false;
    this.#area.parentElement.hidden = true;
    this.#editButton.hidden = false;
    this.#resetButton.hidden = true;
  }
}
