/**
 * Says what a reader should know before the first click: whether an endless loop can be ended.
 *
 * That takes cross-origin isolation. A host that sends no headers for it can be helped by the
 * site's own service worker, if the reader wants it.
 */

const RETRIES = "doc-examples-isolation";

/** @param {HTMLElement} before the first block that can be run */
export function offerIsolation(before) {
  const note = document.createElement("p");
  note.className = "example-note";
  if (crossOriginIsolated) {
    note.textContent =
      "Run starts Python in this page; nothing is loaded before. A block that does not end is interrupted.";
    sessionStorage.removeItem(RETRIES);
  } else {
    note.textContent =
      "Run starts Python in this page; nothing is loaded before. This page is not cross-origin isolated: " +
      "a loop that never ends cannot be interrupted here, and only closing the page ends it. ";
    if (navigator.serviceWorker && isSecureContext) note.append(isolateButton(note));
  }
  before.before(note);
}

function isolateButton(note) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "example-isolate";
  button.textContent = "Isolate this site and reload";
  button.addEventListener("click", async () => {
    if (sessionStorage.getItem(RETRIES)) {
      note.textContent = "Isolation is not possible in this browser. A loop that never ends cannot be interrupted here.";
      return;
    }
    sessionStorage.setItem(RETRIES, "1");
    try {
      await install();
      location.reload();
    } catch (error) {
      note.textContent = `Isolation is not possible: ${error.message}`;
    }
  });
  return button;
}

async function install() {
  const url = new URL("../../doc-examples-isolation.js", import.meta.url);
  await navigator.serviceWorker.register(url);
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }
}
