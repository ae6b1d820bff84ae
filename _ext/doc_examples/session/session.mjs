/**
 * A session: one pristine Pyodide in one document, running the blocks of a page in order.
 *
 * The same module serves the test runner (the document is a page of its own) and the site
 * (the document is a frame). It imports nothing of either. All that it reports is plain data.
 */
import { probes } from "./probes.mjs";

/* The times of this list are those of a machine of the reference; who boots the session may say
 * that this one is slower (`pace`: how many times as long things take), and all of them grow. */
/** Time between the page's own limit and the interrupt of code that keeps the thread busy. */
const INTERRUPT_DELAY_MS = 250;
/** Time that a cancelled or interrupted block gets to unwind. */
const UNWIND_MS = 1500;
/** Several failures of loadPyodide never settle; a boot therefore has a limit of its own. */
const BOOT_LIMIT_MS = 60_000;
/** Time that the watchdog's worker gets to start. */
const WATCHDOG_LIMIT_MS = 20_000;
/** Time to find out about one capability. */
const PROBE_LIMIT_MS = 10_000;
/** Characters that a block may print unless it says otherwise; harness.py has the same. */
const OUTPUT_LIMIT = 1_000_000;
/** One seed for every interpreter: iteration orders in recorded outputs are reproducible. */
const ENVIRONMENT = { HOME: "/home/pyodide", PYTHONHASHSEED: "0" };
/** Imported before a snapshot is made: what the harness and most pages need. */
const PRELOADED =
  "import ast, asyncio, contextlib, dataclasses, doctest, functools, gc, importlib, inspect, io, " +
  "json, linecache, random, re, traceback, types, typing";

/** Left in the interpreter that a snapshot is made of, so that a restored one can be told. */
const MARK = "_doc_examples_snapshot";

const LOAD_HARNESS = `
import random, sys, types
random.seed()
# A restored interpreter has the current directory twice.
sys.path[:] = dict.fromkeys(sys.path)
name = "doc_examples_harness"
module = types.ModuleType(name)
module.__file__ = name + ".py"
sys.modules[name] = module
exec(compile(source, module.__file__, "exec"), module.__dict__)
harness = module.Harness()
harness.install()
harness
`;

const macrotask = () => new Promise((resolve) => setTimeout(resolve));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Settle as the promise does, or reject after the limit with a message that names the step. */
function within(ms, what, promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not finish within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

async function fetchChecked(url, as) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  return response[as]();
}

/** Ends Python that keeps the thread busy, through shared memory; absent without isolation. */
class Watchdog {
  /** Resolves once the worker runs: a worker starts through this thread, which may soon be busy. */
  static async start(pyodide, pace) {
    if (!globalThis.crossOriginIsolated) return null;
    const watchdog = new Watchdog(pyodide);
    await within(WATCHDOG_LIMIT_MS * pace, "starting the watchdog", watchdog.started);
    return watchdog;
  }
  constructor(pyodide) {
    const buffer = new Uint8Array(new SharedArrayBuffer(2));
    pyodide.setInterruptBuffer(buffer.subarray(0, 1));
    this.worker = new Worker(new URL("./watchdog.mjs", import.meta.url), { type: "module" });
    this.started = new Promise((resolve) => this.worker.addEventListener("message", resolve, { once: true }));
    this.worker.postMessage({ buffer });
    this.buffer = buffer;
  }
  arm(ms) {
    // An interrupt left over from the block before would hit this one.
    Atomics.store(this.buffer, 0, 0);
    Atomics.store(this.buffer, 1, 1);
    this.worker.postMessage({ arm: ms });
  }
  disarm() {
    Atomics.store(this.buffer, 1, 0);
    Atomics.store(this.buffer, 0, 0);
    this.worker.postMessage({ disarm: true });
  }
}

/** An error thrown by JavaScript, or by Python through JavaScript, as a Fault record. */
function fault(error, block = {}) {
  const { column = 0 } = block;
  if (error?.type && /^Traceback|Error|Exception/.test(error.message ?? "")) {
    const last = error.message.trimEnd().split("\n").at(-1);
    return { type: error.type, message: last.replace(/^[\w.]+: ?/, ""), traceback: error.message, line: 0, column: 0 };
  }
  const frames = framesOf(error, block);
  const at = error?.line ? error : frames[0];
  return {
    type: error?.name ?? "Error",
    message: String(error?.message ?? error),
    traceback: frames.length ? `${error}\n${frames.map((frame) => frame.text).join("\n")}` : String(error?.stack ?? error),
    line: at?.line ? lineOfFile(at.line, block) : 0,
    column: at ? at.column + column : 0,
  };
}

/** What ends a line for those who compile a block; for an editor only LF, CR and CRLF do. */
const LINE_ENDS = {
  javascript: /\r\n?|[\n\u2028\u2029]/g,
  wgsl: /\r\n?|[\n\v\f\u0085\u2028\u2029]/g,
};

/** The line of the file as an editor counts, from the one that a compiler of the block counts. */
function lineOfFile(seen, { kind, code, line }) {
  if (!(kind in LINE_ENDS) || seen <= line) return seen;
  const ends = [...code.matchAll(LINE_ENDS[kind])].slice(0, seen - line);
  return ends.length < seen - line ? seen : line + ends.filter(([end]) => /[\r\n]/.test(end)).length;
}

/** The frames of an error's stack that stand in the file of the page. */
function framesOf(error, block) {
  const { file } = block;
  if (!file || !error?.stack) return [];
  return error.stack.split("\n").flatMap((text) => {
    const at = text.lastIndexOf(`${encodeURI(file)}:`);
    const place = at < 0 ? null : /:(\d+):(\d+)\)?$/.exec(text);
    if (!place) return [];
    const [line, column] = [Number(place[1]), Number(place[2])];
    const shown = text.slice(0, place.index) + `:${lineOfFile(line, block)}` + text.slice(place.index + place[1].length + 1);
    return [{ text: decodeURI(shown), line, column }];
  });
}

/** Where a module does not parse: `import()` tells no place, the error event of an element does. */
function placeOfSyntaxError(url) {
  return new Promise((resolve) => {
    const element = document.createElement("script");
    const settle = (place) => {
      removeEventListener("error", hear, true);
      element.remove();
      resolve(place);
    };
    const hear = (event) => {
      if (!(event instanceof ErrorEvent)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      settle({ line: event.lineno, column: event.colno });
    };
    addEventListener("error", hear, true);
    element.type = "module";
    element.onload = element.onerror = () => settle({});
    element.src = url;
    document.head.append(element);
  });
}

const emptyOutcome = () => ({
  stdout: "", stderr: "", fault: null, problems: [], console: [], seconds: 0, timed_out: false, lost: "",
});

class Session {
  #pyodide;
  #harness;
  #watchdog;
  #problems = [];
  #output = { stdout: "", stderr: "" };
  #outputLimit = OUTPUT_LIMIT;
  #scripting = false;
  #listener = () => {};
  #block = {};
  #departure = "";
  #death;
  #die;

  constructor(pyodide, harness, restored, watchdog) {
    this.#pyodide = pyodide;
    this.#harness = harness;
    /** Whether the interpreter came from a snapshot. */
    this.restored = restored;
    this.#watchdog = watchdog;
    this.#death = new Promise((resolve) => (this.#die = resolve));
    // The one place where every fatal error of the interpreter arrives, at once.
    pyodide._api.on_fatal = (error) => this.#dead(error);
    addEventListener("error", (event) => {
      const error = event.error ?? { name: "Error", message: event.message, line: event.lineno, column: event.colno };
      if (!this.#dead(error)) this.#problems.push(fault(error, this.#block));
    });
    addEventListener("unhandledrejection", ({ reason }) => {
      if (!this.#dead(reason)) this.#problems.push(fault(reason, this.#block));
    });
    globalThis.navigation?.addEventListener("navigate", (event) => {
      if (!event.destination.sameDocument && event.downloadRequest === null) {
        this.#departure = `the block navigated its page to ${event.destination.url}`;
      }
    });
    // Browsers refuse it to most pages, in silence: the wish itself is what counts.
    const close = window.close.bind(window);
    window.close = () => {
      this.#departure = "the block closed its page";
      close();
    };
    harness.listen((stream, text) => this.#emit(stream, text));
    harness.when_interrupted(() => this.#watchdog?.disarm());
    this.#tapStreams();
    this.#tapConsole();
  }

  /** Note that the interpreter has ended for good, if that is what the error says. */
  #dead(error) {
    const ended = error instanceof WebAssembly.RuntimeError || error?.pyodide_fatal_error;
    if (ended) this.#die(`the interpreter ended: ${error?.message || error?.name || error}`);
    return Boolean(ended);
  }

  #emit(stream, text) {
    this.#output[stream] += text;
    this.#listener(stream, text);
  }

  /** What is written to the file descriptors 1 and 2, past Python's own streams. */
  #tapStreams() {
    for (const stream of ["stdout", "stderr"]) {
      const decoder = new TextDecoder();
      const write = (bytes) => {
        // Python cannot be called from here; for it, what this throws is an OSError.
        if (this.#output[stream].length > this.#outputLimit) throw new Error("too much output");
        this.#emit(stream, decoder.decode(bytes, { stream: true }));
        return bytes.length;
      };
      this.#pyodide[stream === "stdout" ? "setStdout" : "setStderr"]({ write });
    }
  }

  /** Whether a busy loop can be ended without closing the document. */
  get interruptible() {
    return this.#watchdog !== null;
  }

  /** Interrupt or cancel the running block at the reader's wish. */
  stop() {
    this.#harness.cancel();
  }

  /** Hear everything that blocks write, as it is written: `listener(stream, text)`. */
  listen(listener) {
    this.#listener = listener;
  }

  /** What a JavaScript block logs is its standard output. */
  #tapConsole() {
    for (const [method, stream] of [["log", "stdout"], ["info", "stdout"], ["warn", "stderr"], ["error", "stderr"]]) {
      const original = console[method];
      console[method] = (...values) => {
        original.apply(console, values);
        if (!this.#scripting || this.#output[stream].length > this.#outputLimit) return;
        const text = values.map((value) => (typeof value === "string" ? value : show(value))).join(" ") + "\n";
        this.#emit(stream, text);
      };
    }
  }

  /**
   * Run one block: `{kind, code, file, line, column, docstring_of, flags, packages, path, limit,
   * output_limit}`, the limit in seconds, the other in characters. Resolves to an Outcome record, always within limit + 2 s unless the
   * thread is kept busy by code that cannot be interrupted. Its `earlier` holds the errors that
   * came up after the block before had ended.
   */
  async run(block) {
    const outcome = emptyOutcome();
    try {
      outcome.earlier = this.#takeProblems();
      await this.#attempt(block, outcome);
    } catch (error) {
      // The harness itself does not answer: nothing of this interpreter will.
      const known = await Promise.race([this.#death, macrotask()]);
      outcome.lost ||= known || `the interpreter ended: ${error?.message ?? error}`;
    }
    return outcome;
  }

  /** The errors that came up since the last block ended, and why no other can run, if so. */
  aftermath() {
    try {
      return { problems: this.#takeProblems(), lost: this.#gone() };
    } catch (error) {
      return { problems: [], lost: `the interpreter ended: ${error?.message ?? error}` };
    }
  }

  #gone() {
    return this.#departure;
  }

  async #attempt(block, outcome) {
    this.#block = block;
    this.#outputLimit = block.output_limit || OUTPUT_LIMIT;
    this.#harness.begin(this.#outputLimit);
    this.#output = { stdout: "", stderr: "" };
    this.#scripting = block.kind === "javascript";
    const started = performance.now();
    const limitMs = block.limit * 1000;
    const pace = block.pace ?? 1;
    let timer;
    const expired = new Promise((resolve) => (timer = setTimeout(() => resolve("expired"), limitMs)));
    this.#watchdog?.arm(limitMs + INTERRUPT_DELAY_MS * pace);
    const finished = this.#perform(block, outcome).then(() => "finished");
    const died = this.#death.then((reason) => (outcome.lost = reason) && "died");
    let state = await Promise.race([finished, expired, died]);
    // Of a limit with a fraction, the timer takes off up to a millisecond.
    const late = state === "expired" || performance.now() - started > limitMs;
    if (state === "expired") {
      this.#watchdog?.disarm();
      const waiting = JSON.parse(this.#harness.cancel());
      state = await Promise.race([finished, sleep(UNWIND_MS * pace).then(() => "stuck")]);
      outcome.fault = waiting ?? outcome.fault;
    }
    clearTimeout(timer);
    this.#watchdog?.disarm();
    outcome.seconds = (performance.now() - started) / 1000;
    outcome.timed_out = late || state === "stuck";
    // Not on 'died': nothing more of Python can be asked there.
    if (state === "stuck") outcome.lost = "the block did not unwind after it was cancelled";
    if (state !== "died") await macrotask();
    outcome.lost ||= this.#gone();
    if (state !== "died") outcome.problems = this.#takeProblems();
    outcome.stderr = this.#output.stderr;
    // What a doctest prints stands in the block itself, compared line by line.
    if (block.kind !== "doctest") outcome.stdout = this.#output.stdout;
  }

  #takeProblems() {
    const page = this.#problems;
    this.#problems = [];
    return [...page, ...JSON.parse(this.#harness.problems())];
  }

  async #perform(block, outcome) {
    try {
      if (block.packages?.length) await this.loadPackages(block.packages);
      await this.#handlers[block.kind](block, outcome);
    } catch (error) {
      if (this.#dead(error)) return new Promise(() => {});
      outcome.fault ??= fault(error, block);
    }
  }

  #handlers = {
    python: (block, outcome) => this.#runPython(block, outcome),
    doctest: (block, outcome) => this.#runPython(block, outcome),
    value: (block, outcome) => this.#runPython(block, outcome),
    html: ({ code }) => {
      const fragment = document.createRange().createContextualFragment(code);
      const ids = [...fragment.querySelectorAll("[id]")].map((element) => element.id);
      const taken = ids.find((id, index) => ids.indexOf(id) !== index || document.getElementById(id));
      if (taken) throw new Error(`the id ${JSON.stringify(taken)} is already in the document`);
      document.body.append(fragment);
    },
    css: ({ code }) => {
      const style = document.createElement("style");
      style.textContent = code;
      document.head.append(style);
      if (!style.sheet.cssRules.length) throw new Error("the style sheet holds no valid rule");
    },
    javascript: async ({ code, file, line }) => {
      // Line numbers of the page: the module starts as far down as its block does.
      const text = "\n".repeat(line - 1) + code + `\n//# sourceURL=${encodeURI(file)}\n`;
      const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      try {
        await import(url);
      } catch (error) {
        if (error instanceof SyntaxError) Object.assign(error, await placeOfSyntaxError(url));
        throw error;
      } finally {
        URL.revokeObjectURL(url);
      }
    },
    wgsl: async ({ code, line }) => {
      const adapter = await navigator.gpu?.requestAdapter();
      if (!adapter) throw new Error("no WebGPU adapter: WGSL cannot be compiled here");
      const device = await adapter.requestDevice();
      try {
        const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
        const error = messages.find((message) => message.type === "error");
        if (error) {
          const place = { line: line + error.lineNum - 1, column: error.linePos };
          throw Object.assign(new SyntaxError(error.message), place);
        }
      } finally {
        device.destroy();
      }
    },
    file: ({ code, path }) => {
      const folders = path.split("/").slice(0, -1);
      folders.forEach((_, index) => {
        const folder = folders.slice(0, index + 1).join("/");
        if (!this.#pyodide.FS.analyzePath(folder).exists) this.#pyodide.FS.mkdir(folder);
      });
      this.#pyodide.FS.writeFile(path, code);
    },
  };

  async #runPython({ kind, code, file, line, column, docstring_of, flags }, outcome) {
    const block = JSON.stringify({ kind, code, file, line, column, docstring_of: docstring_of ?? "", flags: flags ?? [] });
    const report = JSON.parse(await this.#harness.run(block));
    outcome.fault ??= report.fault;
    if ("value" in report) outcome.value = report.value;
  }

  /** Load wheels of the distribution; a wheel that did not arrive is an error here. */
  async loadPackages(names) {
    const failures = [];
    await this.#pyodide.loadPackage(names, { messageCallback() {}, errorCallback: (text) => failures.push(text) });
    const missing = names.filter((name) => !(name in this.#pyodide.loadedPackages));
    if (failures.length || missing.length) {
      throw new Error(`packages did not load: ${missing.join(", ")}\n${failures.join("\n")}`);
    }
  }

  /** Which of the named capabilities this document has. */
  async probe(names, pace = 1) {
    const found = {};
    for (const name of names) {
      if (!(name in probes)) throw new Error(`unknown capability ${name}; known: ${Object.keys(probes).join(", ")}`);
      found[name] = Boolean(await within(PROBE_LIMIT_MS * pace, `probe of ${name}`, probes[name](this.#pyodide)));
    }
    return found;
  }
}

function show(value) {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** What loadPyodide never tells: it does not settle when its WebAssembly cannot be had. */
async function checkRuntime(config) {
  const url = new URL("pyodide.asm.wasm", config.runtime);
  const response = await fetch(url, { method: "HEAD" });
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
}

async function loadRuntime(config, extra = {}) {
  await checkRuntime(config);
  const { loadPyodide } = await import(new URL("pyodide.mjs", config.runtime));
  return within(
    BOOT_LIMIT_MS * (config.pace ?? 1),
    "starting Pyodide",
    loadPyodide({ indexURL: config.runtime, env: ENVIRONMENT, ...extra }),
  );
}

/**
 * Boot a session. All URLs in `config` are absolute.
 *
 * @param {{runtime: string, snapshot?: string, wheels?: string[], pace?: number}} config
 * @param {(stage: string) => void} report called as each stage begins
 */
export async function boot(config, report = () => {}) {
  report("runtime");
  const extra = {};
  if (config.snapshot) extra._loadSnapshot = new Uint8Array(await fetchChecked(config.snapshot, "arrayBuffer"));
  const pyodide = await loadRuntime(config, extra);
  const restored = pyodide.runPython(`import sys; hasattr(sys, "${MARK}")`);
  if (config.snapshot && !restored) throw new Error("the snapshot was not restored");
  if (!restored) pyodide.runPython(PRELOADED);
  report("library");
  const extractDir = pyodide.runPython("import site; site.getsitepackages()[0]");
  for (const wheel of config.wheels ?? []) {
    pyodide.unpackArchive(await fetchChecked(wheel, "arrayBuffer"), "wheel", { extractDir });
  }
  const source = await fetchChecked(new URL("./harness.py", import.meta.url), "text");
  const scope = pyodide.toPy({ source });
  const harness = pyodide.runPython(LOAD_HARNESS, { globals: scope });
  scope.destroy();
  const watchdog = await Watchdog.start(pyodide, config.pace ?? 1);
  report("ready");
  return new Session(pyodide, harness, restored, watchdog);
}

/** Make the memory snapshot that `boot` restores: the standard library imported, nothing else. */
export async function snapshot(config) {
  const pyodide = await loadRuntime(config, { _makeSnapshot: true });
  pyodide.runPython(`${PRELOADED}, sys; sys.${MARK} = True; del sys`);
  return pyodide.makeMemorySnapshot();
}

globalThis.docExamples = { boot, snapshot };
