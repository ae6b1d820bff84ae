/**
 * The reader's page: gives every block its buttons. Loads nothing of Pyodide by itself.
 */
import { Block } from "./block.mjs";
import { offerIsolation } from "./isolation.mjs";
import { Lines } from "./lines.mjs";
import { ReaderSession } from "./sessions.mjs";

const lines = new Lines();
const sessions = new Map();
const blocks = [];
/** Blocks run one after another: all interpreters of the page share its thread. */
let queue = Promise.resolve();

for (const element of document.querySelectorAll(".example:has(> .example-data)")) {
  const block = new Block(element);
  const key = block.data.session;
  if (!sessions.has(key)) sessions.set(key, new ReaderSession());
  sessions.get(key).blocks.push(block);
  blocks.push(block);
  block.onRun = () => run(block);
  block.onStop = () => sessions.get(key).stop(block);
}

function run(block) {
  if (block.busy) return;
  block.begin();
  queue = queue.then(async () => {
    try {
      await lines.load();
      block.panel.offerLines(lines);
      await sessions.get(block.data.session).runTo(block, lines.chosen);
    } catch (error) {
      block.panel.fail(`The block could not be run: ${error.message}`);
    } finally {
      block.end();
    }
  });
}

/** Code that is wider than the page scrolls; only then can the keyboard reach it. */
function markScrollable() {
  for (const pre of document.querySelectorAll(".highlight pre")) {
    if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;
    else pre.removeAttribute("tabindex");
  }
}

addEventListener("resize", markScrollable);
addEventListener("load", markScrollable);
markScrollable();

const first = blocks.find((block) => block.runnable);
if (first) offerIsolation(first.element);
