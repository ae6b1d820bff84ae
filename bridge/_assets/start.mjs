/**
 * What a worker does between its first message and Python: check, load, and say how far it is.
 *
 * Several failures of Pyodide's loader never settle or name no reason. Whatever can fail without a
 * word is therefore fetched and checked here, and the loader gets what was checked.
 */

/** Files of the runtime, by the names under which all lines ask for them. */
const WASM = "pyodide.asm.wasm";
const LIBRARY = "python_stdlib.zip";
const LOCK = "pyodide-lock.json";
/** What may stand in a content type. */
const TYPES = { "application/wasm": /^application\/wasm/i, "text/javascript": /^(text|application)\/(x-)?(java|ecma|j)script/i };
/** Marks the end of a zip archive, with an empty comment. */
const ZIP_END = 0x06054b50;
const ZIP_END_SIZE = 22;
/** Where a worker notes which question it answered last; bridge/_browser/interrupts.py has all. */
const HEARD = 2;

const tell = (kind, facts = {}, transfer = []) => postMessage({ kind, ...facts }, transfer);
const textOf = (reason) => String(reason?.message || reason);

/** An ending whose cause is known: `facts` becomes an exception on the page. */
class Failure extends Error {
  constructor(cause, facts) {
    super(facts.text ?? cause);
    this.facts = { cause, ...facts };
  }
}

/** Whether another origin answers, but does not let this one read the answer. */
async function isOpaque(url) {
  if (new URL(url).origin === self.origin) return false;
  try {
    await fetch(url, { mode: "no-cors" });
    return true;
  } catch {
    return false;
  }
}

async function checked(url, cause, type) {
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    const reason = (await isOpaque(url)) ? "origin" : "unreachable";
    throw new Failure(cause, { url, reason, text: textOf(error) });
  }
  // Without a body, or with a part of one, nothing was served either.
  if (!response.ok || [204, 205, 206].includes(response.status)) {
    throw new Failure(cause, { url, reason: "status", status: response.status });
  }
  const found = response.headers.get("content-type") ?? "";
  if (type && !TYPES[type].test(found)) throw new Failure(cause, { url, reason: "type", found, expected: type });
  return response;
}

/** Read a body to its end, or say that the connection broke. */
async function body(response, cause, as) {
  try {
    return await response[as]();
  } catch (error) {
    throw new Failure(cause, { url: response.url, reason: "damaged", text: textOf(error) });
  }
}

async function compiled(config, url) {
  if (config.module) return config.module;
  const response = await checked(url, "runtime", "application/wasm");
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (error) {
    const text = textOf(error);
    if (/Content Security Policy/i.test(text)) throw new Failure("policy", { url, directive: "script-src", reason: "policy", text });
    throw new Failure("runtime", { url, reason: "damaged", text });
  }
}

async function library(config, url) {
  if (config.library) return config.library.arrayBuffer();
  const bytes = await body(await checked(url, "library"), "library", "arrayBuffer");
  const view = new DataView(bytes);
  const end = view.byteLength - ZIP_END_SIZE;
  if (end < 0 || view.getUint32(end, true) !== ZIP_END) {
    const text = `its ${view.byteLength} bytes do not end as a zip archive does`;
    throw new Failure("library", { url, reason: "damaged", text });
  }
  return bytes;
}

async function lockFile(config, url) {
  const text = config.lock ?? (await body(await checked(url, "lock"), "lock", "text"));
  try {
    const lock = JSON.parse(text);
    if (typeof lock?.packages !== "object") throw new SyntaxError("it names no packages");
    return { lock, text };
  } catch (error) {
    throw new Failure("lock", { url, reason: "damaged", text: textOf(error) });
  }
}

/** Give the loader what was checked, in place of the network; returns what undoes it. */
function serveLoader(module, files, served) {
  const { fetch, console } = globalThis;
  const { instantiateStreaming } = WebAssembly;
  const { warn } = console;
  const said = [];
  globalThis.fetch = (input, options) => {
    const url = new URL(input?.url ?? input, "http://relative.invalid/").href;
    const make = files.get(url);
    if (!make) return fetch(input, options);
    served.files += 1;
    return Promise.resolve(make());
  };
  WebAssembly.instantiateStreaming = async (_response, imports) => {
    served.module += 1;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  console.warn = (...values) => {
    said.push(values.map(String).join(" "));
    warn.apply(console, values);
  };
  const note = ({ reason }) => said.push(textOf(reason));
  addEventListener("unhandledrejection", note);
  return {
    said,
    undo: () => {
      globalThis.fetch = fetch;
      WebAssembly.instantiateStreaming = instantiateStreaming;
      console.warn = warn;
      removeEventListener("unhandledrejection", note);
    },
  };
}

/** A file that the loader imports and that did not come, or did not parse. */
async function scriptFailure(error, url) {
  const named = /https?:\/\/\S+/.exec(textOf(error))?.[0] ?? url;
  const text = textOf(error);
  if (error instanceof SyntaxError) return new Failure("runtime", { url: named, reason: "damaged", text });
  if (!/dynamically imported module|importing a module/i.test(text)) return null;
  try {
    await checked(named, "runtime", "text/javascript");
  } catch (failure) {
    return failure;
  }
  return new Failure("runtime", { url: named, reason: "damaged", text });
}

/** Which entry of a zip archive is damaged, if one is. */
async function damagedEntry(bytes) {
  const view = new DataView(bytes);
  const end = view.byteLength - ZIP_END_SIZE;
  let at = view.getUint32(end + 16, true);
  const decoder = new TextDecoder();
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) return "its directory";
    const [method, crc, packed] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true), view.getUint32(at + 20, true)];
    const [names, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = decoder.decode(new Uint8Array(bytes, at + 46, names));
    const local = view.getUint32(at + 42, true);
    if (local + 30 > view.byteLength || view.getUint32(local, true) !== 0x04034b50) return name;
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    let content = new Uint8Array(bytes, start, packed);
    if (method === 8) {
      try {
        const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
        content = new Uint8Array(await new Response(stream).arrayBuffer());
      } catch {
        return name;
      }
    }
    if (crc32(content) !== crc) return name;
    at += 46 + names + extra + comment;
  }
  return "";
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC_TABLE[(value ^ byte) & 255];
  return ~value >>> 0;
}

async function loadRuntime(config) {
  const at = (name) => new URL(name, config.runtime).href;
  tell("progress", { stage: "runtime", note: "fetching" });
  const [module, zip, { lock, text }] = await Promise.all([
    compiled(config, at(WASM)),
    library(config, at(LIBRARY)),
    lockFile(config, at(LOCK)),
  ]);
  const snapshot = config.snapshot && new Uint8Array(await config.snapshot.arrayBuffer());
  tell("progress", { stage: "runtime", note: snapshot ? "restoring" : "starting" });
  const served = { module: 0, files: 0 };
  const wasm = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const files = new Map([
    [at(WASM), () => new Response(wasm, { headers: { "content-type": "application/wasm" } })],
    [at(LIBRARY), () => new Response(zip)],
    [at(LOCK), () => new Response(text)],
  ]);
  const { said, undo } = serveLoader(module, files, served);
  try {
    const { loadPyodide } = await import(at("pyodide.mjs"));
    const extra = snapshot ? { _loadSnapshot: snapshot } : config.make ? { _makeSnapshot: true } : {};
    const pyodide = await loadPyodide({ indexURL: config.runtime, env: config.env, ...extra });
    if (!snapshot) checkLibrary(pyodide, at(LIBRARY));
    return { pyodide, module, zip, lock, text, served };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const script = await scriptFailure(error, at("pyodide.mjs"));
    if (script) throw script;
    const entry = config.library ? "" : await damagedEntry(zip);
    if (entry) {
      throw new Failure("library", { url: at(LIBRARY), reason: "damaged", text: `${entry} in it is damaged` });
    }
    throw new Failure("start", { url: config.runtime, text: [textOf(error), ...said].join("\n") });
  } finally {
    undo();
  }
}

/** Damage in a module that the start does not need would show much later, as a failing import. */
function checkLibrary(pyodide, url) {
  const damaged = pyodide.runPython(`
def _damaged():
    import sys, zipfile
    path = next(entry for entry in sys.path if entry.endswith(".zip"))
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() or ""
    except (EOFError, zipfile.BadZipFile, zipfile.zlib.error) as error:
        return str(error)
_damaged()
`);
  pyodide.runPython("del _damaged");
  if (damaged) throw new Failure("library", { url, reason: "damaged", text: `${damaged} in it is damaged` });
}

const normalized = (name) => name.toLowerCase().replace(/[-_.]+/g, "-");

/** Load packages; the loader's own promise resolves even when a wheel did not come. */
async function loadPackages(pyodide, config, lock) {
  if (!config.packages.length) return;
  const said = [];
  const note = (text) => tell("progress", { stage: "packages", note: text });
  try {
    await pyodide.loadPackage(config.packages, { messageCallback: note, errorCallback: (text) => said.push(text) });
  } catch (error) {
    const unknown = /No known package with name '([^']*)'/.exec(textOf(error));
    if (unknown) throw new Failure("package", { package: unknown[1], reason: "unknown", text: textOf(error) });
    said.push(textOf(error));
  }
  const loaded = new Set(Object.keys(pyodide.loadedPackages).map(normalized));
  const sources = new Set(Object.values(pyodide.loadedPackages));
  const wanted = new Set();
  const want = (name) => {
    const entry = Object.values(lock.packages).find((found) => normalized(found.name) === normalized(name));
    if (!entry || wanted.has(entry)) return;
    wanted.add(entry);
    entry.depends.forEach(want);
  };
  config.packages.forEach(want);
  for (const entry of wanted) {
    if (!loaded.has(normalized(entry.name))) await explainPackage(pyodide, config, entry, said);
  }
  for (const url of config.packages.filter((name) => /[/:]/.test(name))) {
    if (!sources.has(url)) await explainPackage(pyodide, config, { name: url, file_name: url, sha256: "" }, said);
  }
  if (said.length && !wanted.size) throw new Failure("package", { package: config.packages[0], reason: "damaged", text: said.join("\n") });
}

async function explainPackage(pyodide, config, { name, file_name, sha256 }, said) {
  const url = new URL(file_name, config.runtime).href;
  const known = { url, package: name, text: said.join("\n") };
  let response;
  try {
    response = await fetch(url, { cache: "no-store" });
  } catch {
    throw new Failure("package", { ...known, reason: "unreachable" });
  }
  if (!response.ok) throw new Failure("package", { ...known, reason: "status", status: response.status });
  const bytes = await body(response, "package", "arrayBuffer");
  const found = globalThis.crypto?.subtle ? hex(await crypto.subtle.digest("SHA-256", bytes)) : "";
  throw new Failure("package", { ...known, reason: "damaged", found: `sha256 ${found}`, expected: sha256 && `sha256 ${sha256}` });
}

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Put the archives of Python sources where they can be imported. */
function install(pyodide, archives) {
  const names = archives.map((archive, number) => {
    const name = `/tmp/bridge-sources-${number}.zip`;
    pyodide.FS.writeFile(name, archive);
    return name;
  });
  pyodide.runPython(`
def _install():
    import os, sys, sysconfig, zipfile
    from importlib.machinery import FileFinder
    for name in ${JSON.stringify(names)}:
        with zipfile.ZipFile(name) as archive:
            archive.extractall(sysconfig.get_path("purelib"))
        os.unlink(name)
    # What bridge._modules.refresh_finders does, which may only now be there.
    for finder in sys.path_importer_cache.values():
        if isinstance(finder, FileFinder):
            finder.invalidate_caches()
_install()
del _install
`);
}

/** Hold a lock for as long as this worker lives: who is granted it next knows that it is gone. */
const holdLife = (name) =>
  new Promise((granted) => {
    if (!navigator.locks) granted(false);
    // An opaque origin is refused.
    else navigator.locks.request(name, () => (granted(true), new Promise(() => {}))).catch(() => granted(false));
  });

/** Tell when the interpreter has ended for good. */
function watchEnd(pyodide) {
  pyodide._api.on_fatal = (error) => tell("fatal", { text: textOf(error) });
  // On 0.26, sys.exit() takes the interpreter down, and only the next call into it would fail.
  const exited = (reason) => reason?.name === "ExitStatus" && tell("fatal", { text: textOf(reason) });
  addEventListener("error", ({ error }) => exited(error));
  addEventListener("unhandledrejection", ({ reason }) => exited(reason));
}

/**
 * Tell when Python is out of memory and nobody has caught that.
 *
 * The interpreter lives on, answers questions and loses every message, perhaps not even able to say
 * of what: whoever waits for it would wait for ever.
 */
function watchMemory(hasMemory) {
  const lacking = () => {
    try {
      return !hasMemory();
    } catch {
      return true;
    }
  };
  // Without memory it may also be the loader's own code that fails, in words of its own.
  const raised = (reason) => {
    if (reason?.type === "MemoryError" || lacking()) tell("fatal", { text: `out of memory: ${textOf(reason)}` });
  };
  addEventListener("error", ({ error }) => raised(error));
  addEventListener("unhandledrejection", ({ reason }) => raised(reason));
}

async function makeSnapshot(config, runtime) {
  const { pyodide, module, zip, text } = runtime;
  install(pyodide, config.sources);
  pyodide.runPython(config.preload);
  tell("progress", { stage: "runtime", note: "keeping a snapshot" });
  let snapshot = null;
  let reason = "";
  try {
    snapshot = new Blob([pyodide.makeMemorySnapshot()]);
  } catch (error) {
    reason = textOf(error);
  }
  tell("made", { life: config.life, module, snapshot, library: new Blob([zip]), lock: text, reason });
}

export async function start(config, ports) {
  const [port] = ports;
  const words = config.interrupt && new Int32Array(config.interrupt);
  addEventListener("message", ({ data }) => {
    if (data?.kind !== "ping") return;
    // What ran before this is over: an interrupt that was meant for it is void.
    if (words) Atomics.store(words, HEARD, data.number);
    tell("pong", { number: data.number });
  });
  tell("alive", { watched: await holdLife(config.life) });
  const runtime = await loadRuntime(config);
  const { pyodide, lock, served } = runtime;
  watchEnd(pyodide);
  if (config.make) return makeSnapshot(config, runtime);
  if (config.interrupt) pyodide.setInterruptBuffer(new Uint8Array(config.interrupt));
  install(pyodide, config.sources);
  const restored = pyodide.runPython("import sys; hasattr(sys, '_bridge_snapshot')");
  const { life } = config;
  tell("stage", { stage: "runtime", life, restored, served, compiled: Boolean(config.module) });
  await loadPackages(pyodide, config, lock);
  tell("stage", { stage: "packages", life, loaded: Object.keys(pyodide.loadedPackages) });
  await import(config.files["port.mjs"]);
  const inside = pyodide.pyimport("bridge.worker.inside");
  // A copy: what a proxy gives out ends with it.
  watchMemory(inside.has_memory.copy());
  const report = inside.start(config.serve, config.expose, port, words, config.digests);
  inside.destroy();
  if (report) throw new Failure("python", { serve: config.serve || config.expose, report });
  tell("stage", { stage: "ready", life });
}
