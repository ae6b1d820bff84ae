/** What a hostile end of a Comlink port does: it speaks raw messages, as it likes. */

const CODE = "globalThis.__ran = (globalThis.__ran ?? 0) + 1";
const DANGEROUS = ["constructor", "__proto__", "prototype", "apply", "then", "toString"];
const DEPTH = 4;
const OPERATIONS = ["GET", "SET", "APPLY", "CONSTRUCT"];

/** Every name that objects of a page have, symbols as Comlink writes them, and some of Python's. */
const everyName = (own) => {
  const names = new Set([...own, ...DANGEROUS, "call", "bind", "caller", "arguments", "polluted"]);
  const roots = [Object, Function, Array, Promise, Error, Symbol, Proxy, Reflect, Map, MessagePort, Uint8Array];
  for (const root of roots)
    for (const each of [root, root.prototype])
      for (let object = each; object; object = Object.getPrototypeOf(object))
        for (const key of Reflect.ownKeys(object)) names.add(key.toString());
  for (const key of ["Comlink.proxy", "Comlink.endpoint", "Comlink.releaseProxy", "Comlink.thrown"])
    names.add(`Symbol(${key})`);
  for (const key of [
    "toJs", "destroy", "copy", "getBuffer", "callKwargs", "callPromising", "__class__", "__globals__", "__dict__",
    "__init__", "_secret", "", "a.b", "0", "globalThis", "window", "eval", "\uff41dd",
  ]) names.add(key);
  return [...names];
};

const prototypes = () => {
  const found = [];
  for (const root of [Object, Function, Array, Promise, Error, TypeError, String, Number, Symbol, Map, MessagePort])
    for (const object of [root, root.prototype])
      for (const key of Reflect.ownKeys(object)) {
        const { value, get, set, writable } = Object.getOwnPropertyDescriptor(object, key);
        found.push([object, key, value, get, set, writable, Object.getPrototypeOf(object)]);
      }
  return found;
};

/** Speak on a port: `send` resolves to the reply. Requests of the other end go to `asked`. */
const speaker = (port, asked = () => {}) => {
  const waiting = new Map();
  let serial = 0;
  port.addEventListener("message", ({ data }) => {
    if (typeof data !== "object" || data === null || Array.isArray(data)) return;
    if (data.type === "RAW" || data.type === "HANDLER") {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    } else asked(data);
  });
  port.start();
  return (message, moved = []) =>
    new Promise((resolve) => {
      const id = `hostile-${(serial += 1)}`;
      waiting.set(id, resolve);
      port.postMessage({ id, ...message }, moved);
    });
};

const messageOf = (type, path) => {
  const raw = { type: "RAW", value: CODE };
  return type === "SET" ? { type, path, value: raw } : { type, path, argumentList: type === "GET" ? [] : [raw] };
};

/** Expand one thing that answers: all names one step, dangerous ones up to the depth. */
const expand = async (what, send, names, reached, answered) => {
  const paths = [[], ...names.map((name) => [name])];
  let last = [[]];
  for (let depth = 0; depth < DEPTH; depth += 1) {
    last = last.flatMap((path) => DANGEROUS.map((name) => [...path, name]));
    paths.push(...last);
  }
  // From every name that exists, too, and not only from the dangerous ones.
  paths.push(...names.flatMap((name) => DANGEROUS.map((next) => [name, next])));
  const replies = paths.flatMap((path) =>
    OPERATIONS.map(async (type) => {
      const reply = await send(messageOf(type, path));
      if (reply.type === "HANDLER" && reply.name === "throw") return;
      const place = `${what}${type} ${path.join(".")}`;
      answered.push(place);
      if (reply.type === "HANDLER" && reply.name === "proxy") reached.push([`${place} > `, reply.value]);
    }),
  );
  await Promise.all(replies);
  return replies.length;
};

/**
 * Walk over everything that can be reached through a port.
 *
 * `give` gets the answer to a request of the other end; it returns the ports that came with it.
 */
export const walk = async (port, own) => {
  const before = prototypes();
  const names = everyName(own);
  const reached = [];
  const answered = [];
  const given = [];
  const send = speaker(port, (data) => {
    for (const wire of data.argumentList ?? []) if (wire.type === "HANDLER") given.push(wire.value);
    const thrown = { type: "HANDLER", name: "throw", value: { isError: true, value: { message: "no" } } };
    port.postMessage({ id: data.id, ...(data.path?.[0] === "bridgeHello" ? thrown : { type: "RAW", value: 1 }) });
  });
  const ask = send({ type: "APPLY", path: ["hand"], argumentList: [] });
  await ask;
  for (const each of given) reached.push(["callback > ", each]);
  const endpoint = await send({ type: "ENDPOINT" });
  if (endpoint.type === "RAW") reached.push(["endpoint > ", endpoint.value]);
  let count = await expand("", send, names, reached, answered);
  // What is reached through what was reached is expanded as well, once each.
  for (let place = 0; place < reached.length && place < 40; place += 1) {
    const [what, target] = reached[place];
    const depth = what.split(" > ").length;
    const talk = speaker(target);
    if (depth < 4) count += await expand(what, talk, names, reached, answered);
    await talk({ type: "APPLY", path: [], argumentList: [] });
  }
  const after = prototypes();
  const changed = before.length !== after.length || before.some((entry, at) => entry.some((part, of) => !Object.is(part, after[at][of])));
  return {
    answered: [...new Set(answered)].sort(),
    changed,
    ran: globalThis.__ran ?? 0,
    polluted: "polluted" in {},
    given: given.length,
    reached: reached.length,
    count,
  };
};

/** Values that a port can carry, and that are no message. */
export const odd = () => {
  const cyclic = { type: "GET" };
  cyclic.self = cyclic;
  const ring = [];
  ring.push(ring);
  const sparse = [];
  sparse.length = 4_000_000_000;
  sparse[7] = "seven";
  const holes = [, "a", , "b"]; // eslint-disable-line no-sparse-arrays
  const values = [
    null, undefined, true, false, 0, -0, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 53, 10n ** 40n, "", "\ud800", "\uffff",
    "text beyond Latin-1: \u20ac", new String("boxed"), new Number(1), new Boolean(false), new Date(0), new Date(NaN),
    /a/g, new Map([[1, new Map()]]), new Map([[{}, []]]), new Set([1, [2]]), new Error("e"), new RangeError("r"),
    new DOMException("d"), new ArrayBuffer(0), new ArrayBuffer(64), new DataView(new ArrayBuffer(8)), new Blob(["b"]),
    new ImageData(1, 1), {}, { a: 1 }, { then: 1 }, JSON.parse('{"__proto__": {"polluted": 1}}'),
    { length: 2 ** 40 }, { type: 7 }, { type: "GET" }, { type: "GET", id: 7 }, { id: "x" }, cyclic, ring, sparse, holes,
    [], [[]], [[[]]], [[[[]]]], new Array(100_000), [{}, { then: 1 }],
    [["header", 1]], [["header", null, undefined]], [["header", "text"]], [["header", {}]], [["header", [1, [2]]]],
    [["header", ring]], [["header", sparse]], [["header", new Map([[{}, 1]])]], [[new ArrayBuffer(4)]],
    [[new Float64Array(1)]], [[1, new ArrayBuffer(1)]], [["\u20ac"]], [[new Uint8Array(0)]], [["", new ArrayBuffer(0)]],
    new File(["f"], "name"), new DOMRect(), new DOMMatrix(),
    ...["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "Float16", "Float32", "Float64", "BigInt64", "BigUint64"]
      .filter((name) => `${name}Array` in globalThis)
      .map((name) => new globalThis[`${name}Array`](2)),
  ];
  if (globalThis.SharedArrayBuffer) values.push(new SharedArrayBuffer(8), new Uint8Array(new SharedArrayBuffer(8)));
  let deep = [];
  for (let depth = 0; depth < 3000; depth += 1) deep = [deep];
  values.push(deep, [["header", deep]]);
  return values;
};

/** Odd requests and replies: the right shape with a wrong part in each place. */
export const oddRequests = () => {
  const found = [];
  const wrong = odd();
  for (const value of wrong) {
    found.push({ id: "q", type: "GET", path: value }, { id: "q", type: "GET", path: [value] });
    found.push({ id: "q", type: "APPLY", path: ["add"], argumentList: value });
    found.push({ id: "q", type: "APPLY", path: ["add"], argumentList: [value] });
    found.push({ id: "q", type: "APPLY", path: ["add"], argumentList: [{ type: "RAW", value }] });
    found.push({ id: "q", type: "SET", path: ["total"], value });
    found.push({ id: value, type: "GET", path: ["total"] }, { id: "q", type: value, path: ["total"] });
    for (const name of ["proxy", "throw", "other"])
      for (const type of ["RAW", "HANDLER"]) {
        found.push({ id: "q", type, name, value }, { id: "1", type, name, value });
        found.push({ id: "q", type: "APPLY", path: ["echo"], argumentList: [{ type, name, value }] });
      }
    found.push({ id: "q", type: "HANDLER", name: "throw", value: { isError: true, value } });
    found.push({ id: "q", type: "APPLY", path: ["bridgeHello"], argumentList: [{ type: "RAW", value }] });
  }
  return found;
};

/** Post what can be posted; return how many that were. */
export const postAll = (port, values) => {
  let count = 0;
  for (const value of values) {
    try {
      port.postMessage(value);
      count += 1;
    } catch {
      // It cannot be cloned, and so cannot be sent by anybody.
    }
  }
  return count;
};
