/**
 * Interrupts Python whose thread is too busy to notice that its time is over.
 *
 * Runs as a worker; the first byte of the shared buffer is the interpreter's, the second says
 * whether the watchdog is armed: a message that disarms may be overtaken by the timer. The
 * interrupt is repeated until then, because code may swallow the first KeyboardInterrupt.
 */
const SIGINT = 2;
const REPEAT_MS = 100;

let buffer = null;
let timer = null;

function fire() {
  if (Atomics.load(buffer, 1) === 0) return;
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
