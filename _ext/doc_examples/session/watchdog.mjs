/**
 * Interrupts Python whose thread is too busy to notice that its time is over.
 *
 * Runs as a worker; the interrupt buffer is shared with the interpreter. The interrupt is
 * repeated until the session disarms it: code may swallow the first KeyboardInterrupt.
 */
const SIGINT = 2;
const REPEAT_MS = 100;

let buffer = null;
let timer = null;

function fire() {
  Atomics.store(buffer, 0, SIGINT);
  timer = setTimeout(fire, REPEAT_MS);
}

addEventListener("message", ({ data }) => {
  if (data.buffer) {
    buffer = data.buffer;
    postMessage("started");
  }
  if ("arm" in data || data.disarm) clearTimeout(timer);
  if ("arm" in data) timer = setTimeout(fire, data.arm);
});
