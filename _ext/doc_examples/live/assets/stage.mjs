/**
 * Shows a session's document where the reader looks, without loading it again.
 *
 * Moving a frame in the document reloads it, except by `moveBefore`. Where the browser lacks
 * that, the frame stays at the end of the page and is laid over the room kept for it.
 */

const HIGHEST = 480;
const MARGIN = 16;

const dock = () => {
  let found = document.querySelector(".example-dock");
  if (!found) {
    found = document.createElement("div");
    found.className = "example-dock";
    (document.querySelector("article") ?? document.body).append(found);
  }
  return found;
};

export class Stage {
  #frame;
  #holder = document.createElement("div");
  #room = document.createElement("div");
  #slot = null;
  #resized = null;

  constructor(frame) {
    this.#frame = frame;
    this.#holder.className = "example-stage";
    this.#holder.dataset.shown = "false";
    this.#room.className = "example-room";
    this.#holder.append(frame);
  }

  mount() {
    dock().append(this.#holder);
  }

  /** Follow the size of the document, from its load on. */
  watch() {
    const inside = this.#frame.contentWindow;
    new inside.ResizeObserver(() => this.update()).observe(inside.document.body);
    this.#resized?.disconnect();
    this.#resized = new ResizeObserver(() => this.#lay());
    this.#resized.observe(document.querySelector("article") ?? document.body);
  }

  /** Show the document in the slot of a block. */
  moveTo(slot) {
    if (this.#slot !== slot) {
      this.#slot = slot;
      if (!("moveBefore" in Element.prototype)) {
        slot.append(this.#room);
      } else if (this.#room.isConnected) {
        slot.moveBefore(this.#room, null);
      } else {
        slot.append(this.#room);
        this.#room.moveBefore(this.#holder, null);
      }
    }
    this.update();
  }

  /** Show the document if there is something to see, as high as it is. */
  update() {
    const height = this.#contentHeight();
    const shown = this.#slot !== null && height > 0;
    this.#holder.dataset.shown = String(shown);
    this.#frame.tabIndex = shown ? 0 : -1;
    this.#frame.style.height = shown ? `${Math.min(height, HIGHEST)}px` : "";
    this.#lay();
  }

  #contentHeight() {
    const body = this.#frame.contentDocument?.body;
    if (!body) return 0;
    const bottoms = [...body.children].map((child) => {
      const box = child.getBoundingClientRect();
      return box.height > 0 ? box.bottom + this.#frame.contentWindow.scrollY : 0;
    });
    const content = Math.max(0, ...bottoms);
    if (content === 0 && !body.innerText.trim()) return 0;
    return Math.ceil(Math.max(content, body.offsetHeight)) + MARGIN;
  }

  /** Without `moveBefore`: keep the room as high as the frame, and the frame over the room. */
  #lay() {
    if (this.#slot === null || this.#room.contains(this.#holder)) return;
    const shown = this.#holder.dataset.shown === "true";
    this.#room.style.height = shown ? `${this.#holder.offsetHeight}px` : "";
    const room = this.#room.getBoundingClientRect();
    const origin = this.#holder.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0 };
    this.#holder.style.position = "absolute";
    this.#holder.style.left = `${room.left - origin.left}px`;
    this.#holder.style.top = `${room.top - origin.top}px`;
    this.#holder.style.width = `${room.width}px`;
  }

  close() {
    this.#resized?.disconnect();
    this.#room.remove();
    this.#holder.remove();
  }
}
