/**
 * The blocks that share an interpreter, run as the tests run them: a block always finds
 * exactly what the blocks before it have left.
 */
import { Frame } from "./frame.mjs";

const STAGES = {
  runtime: ({ version, megabytes }) =>
    `Starting Pyodide ${version} (${megabytes} MB are loaded the first time)`,
  library: () => "Installing the library",
  ready: () => "Python is ready",
};
const BOOT_STEPS = Object.keys(STAGES);

const seconds = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} s`;

/** Whether a fault is the one that the block announces. The pattern is Python's. */
function announced(pattern, { type, message }) {
  const whole = message ? `${type}: ${message}` : type;
  try {
    const expression = new RegExp(`^(?:${pattern})$`, "s");
    return [type, whole].some((text) => expression.test(text));
  } catch {
    return true;
  }
}

/** What an outcome means: null where the block did as it should, else headline and detail. */
function trouble({ raises, limit }, outcome) {
  const faults = [outcome.fault, ...outcome.problems].filter(Boolean);
  const detail = faults.map(({ type, message, traceback }) => traceback || `${type}: ${message}`).join("\n");
  if (outcome.timed_out) {
    return { headline: `Ended: it took longer than its limit of ${limit} s`, detail };
  }
  if (outcome.lost) return { headline: outcome.lost, detail };
  const unexpected = raises ? faults.filter((fault) => !announced(raises, fault)) : faults;
  if (unexpected.length) return { headline: `Failed: ${unexpected[0].type}`, detail };
  if (raises && !faults.length) return { headline: `Failed: nothing was raised`, detail: `expected ${raises}` };
  return null;
}

export class ReaderSession {
  /** In the order of the page. */
  blocks = [];
  #frames = new Map();
  #ran = [];
  #line = "";
  #broken = false;
  #running = null;
  /** The block that the reader waits for now, and the one whose Stop was pressed. */
  #target = null;
  #stopped = null;

  /** Run everything up to and including the target, as much of it as has not run yet. */
  async runTo(target, line) {
    if (this.#takeStop(target)) return;
    this.#target = target;
    const wanted = this.blocks.slice(0, this.blocks.indexOf(target) + 1);
    if (!this.#leadsTo(wanted, line)) this.#discard();
    this.#line = line.line;
    const rest = wanted.slice(this.#ran.length);
    const steps = rest.length + BOOT_STEPS.length;
    for (const [index, block] of rest.entries()) {
      const going = await this.#step(block, target, line, BOOT_STEPS.length + index, steps);
      if (!going) return;
    }
  }

  /** Give up what the target waits for. */
  stop(target) {
    this.#stopped = target;
    if (this.#target === target) this.#running?.stop();
    target.panel.status("Stopping");
  }

  /** Whether what has run is a part of what is wanted, unchanged since. */
  #leadsTo(wanted, { line }) {
    return (
      !this.#broken &&
      this.#line === line &&
      this.#ran.length < wanted.length &&
      this.#ran.every(({ block, code }, index) => block === wanted[index] && code === block.code) &&
      [...this.#frames.values()].every((frame) => frame.alive)
    );
  }

  #discard() {
    for (const frame of this.#frames.values()) frame.close();
    this.#frames.clear();
    this.#ran = [];
    this.#broken = false;
  }

  /** Run one block on the way; false ends the walk. */
  async #step(block, target, line, done, steps) {
    const own = block === target;
    const { panel } = target;
    const code = block.code;
    const pass = (text) => {
      this.#ran.push({ block, code });
      if (own) panel.succeed(text);
      return true;
    };
    const reason = block.data.excluded[line.line];
    if (reason) return pass(`Not applicable on Pyodide ${line.line}: ${reason}`);
    const frame = await this.#frame(block, line, (stage) => {
      panel.status(STAGES[stage](line), BOOT_STEPS.indexOf(stage), steps);
    });
    if (this.#takeStop(target)) return false;
    const missing = await this.#missing(frame, block.data.needs);
    if (missing.length) return pass(`Not applicable here: this page has no ${missing.join(", ")}`);
    const packages = block.data.packages.length ? `, loading ${block.data.packages.join(", ")}` : "";
    panel.status(`${own ? "Running" : `Running ${block.name} first`}${packages}`, done, steps);
    frame.takeChanged();
    // One frame to paint what the status says, before the thread is busy.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const outcome = await this.#run(frame, block, code, own ? panel : null);
    if (frame.takeChanged()) frame.stage.moveTo(panel.slot);
    const stopped = this.#takeStop(target);
    const found = stopped ? null : trouble(block.data, outcome);
    if (stopped || found) {
      this.#broken = true;
      if (!stopped) this.#tell(block, target, found);
      return false;
    }
    if (own && outcome.fault) panel.write(`${outcome.fault.type}: ${outcome.fault.message}\n`);
    return pass(`${own && outcome.fault ? "Raised as announced" : "Finished"} in ${seconds(outcome.seconds)} on Pyodide ${line.version}`);
  }

  async #run(frame, block, code, panel) {
    this.#running = frame;
    try {
      return await frame.run(block.data, code, (_stream, text) => panel?.write(text));
    } catch (error) {
      this.#broken = true;
      throw error;
    } finally {
      this.#running = null;
    }
  }

  async #frame(block, line, report) {
    const { tab, reload, place } = block.data;
    const known = this.#frames.get(tab);
    if (known && !reload) return known;
    const frame = known ?? new Frame(place, `Document of the examples${tab ? `, tab ${tab}` : ""}`);
    try {
      await (known ? known.reload(line, report) : frame.open(line, report));
    } catch (error) {
      frame.close();
      this.#frames.delete(tab);
      this.#broken = true;
      throw error;
    }
    this.#frames.set(tab, frame);
    return frame;
  }

  async #missing(frame, needs) {
    if (!needs.length) return [];
    const found = await frame.probe(needs);
    return needs.filter((name) => !found[name]);
  }

  #takeStop(target) {
    if (this.#stopped !== target) return false;
    this.#stopped = null;
    target.panel.fail("Stopped");
    return true;
  }

  #tell(block, target, { headline, detail }) {
    if (block === target) {
      target.panel.fail(headline, detail);
      return;
    }
    target.panel.fail(`Not run: ${block.name}, which comes before it, failed`, `${headline}\n\n${detail}`);
  }
}
