/**
 * Comlink around Python: what a Comlink end sees of a Python object, and how Python calls one.
 *
 * Comlink follows any path of names over what it exposes, prototypes included. What it gets here has
 * one step only: every name gives a member, which can be applied or awaited, and nothing else.
 */

/** Errors of Python by their own name and text. */
const named = (error) => {
  if (error?.name !== "PythonError") return error;
  const lines = String(error.message).trimEnd().split("\n");
  const plain = new Error(lines[lines.length - 1].replace(/^[\w.]+: /, ""));
  plain.name = error.type ?? "PythonError";
  plain.stack = error.message;
  return plain;
};

const guarded = (seen, traps = {}) =>
  new Proxy(function () {}, {
    get: (_, name) => (typeof name === "string" ? seen(name) : undefined),
    has: () => false,
    set: () => false,
    construct: () => {
      throw new TypeError("Python classes are called, not constructed");
    },
    getPrototypeOf: () => null,
    ...traps,
  });

/**
 * `ask(kind, name, values)` is Python's and returns a promise. Functions that come as arguments are
 * wrapped, since a Comlink proxy that is used as an object would send a message for each look-up.
 */
const faceOf = (ask, ready) => {
  const asked = async (kind, name, values) => {
    const wrapped = values.map((value) => (typeof value === "function" ? (...given) => value(...given) : value));
    try {
      return ready(await ask(kind, name, wrapped));
    } catch (error) {
      throw named(error);
    }
  };
  const member = (name) =>
    guarded((part) => {
      if (part === "apply") return (_, values) => asked("call", name, [...(values ?? [])]);
      if (part === "then") return (done, failed) => asked("get", name, []).then(done, failed);
      return undefined;
    });
  return guarded((name) => (name === "then" ? undefined : member(name)), {
    set: (_, name, value) => {
      asked("set", String(name), [value]).catch((error) => console.warn(String(error)));
      return true;
    },
  });
};

/** The part of a port that is Comlink's: messages of Python's own protocol are no objects. */
const endpointOf = (port) => {
  const hearing = new Map();
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener: (kind, listener) => {
      const hear = (event) => {
        if (typeof event.data === "object" && event.data !== null && !Array.isArray(event.data)) listener(event);
      };
      hearing.set(listener, hear);
      port.addEventListener(kind, hear);
    },
    removeEventListener: (kind, listener) => {
      port.removeEventListener(kind, hearing.get(listener));
      hearing.delete(listener);
    },
    start: () => port.start?.(),
  };
};

/** Expose Python on a port and call what is exposed on its other end. */
export const connect = (Comlink, port, ask) => {
  const endpoint = endpointOf(port);
  const functions = (value) => (typeof value === "function" ? Comlink.proxy((...given) => value(...given)) : value);
  Comlink.expose(faceOf(ask, functions), endpoint);
  const remote = Comlink.wrap(endpoint);
  return {
    call: (name, ...values) => (name ? remote[name] : remote)(...values.map(functions)),
    get: async (name) => await remote[name],
    set: async (name, value) => {
      remote[name] = functions(value);
      await remote[name];
    },
    close: () => remote[Comlink.releaseProxy](),
  };
};
