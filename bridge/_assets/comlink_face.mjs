/**
 * Comlink's protocol around Python: requests come in and are answered, requests go out.
 *
 * Comlink itself follows any path of names over what it exposes, prototypes and constructors
 * included. Nothing is exposed to it here. A request is one of four operations with at most one
 * name, whose meaning Python alone decides; no name is ever looked up on an object of this realm,
 * and what goes out is data, or the end of a channel that can be called and nothing else.
 *
 * Of the Comlink module only the transfer handlers are used that somebody added to it.
 */

const LONGEST_TEXT = 10_000;
const MOST_LINES = 10_000;
const MOST_VALUES = 10_000;
const BEATS = 4;
const OPERATIONS = new Map([["GET", "get"], ["SET", "set"], ["APPLY", "call"]]);
const GONE = "the other end closed the port";

/** What arrives is data, whose own properties count; a name that it lacks is in no prototype. */
const own = (value, name) =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) ? value[name] : undefined;
const textOf = (value) => (typeof value === "string" ? value.slice(0, LONGEST_TEXT) : "");
const isPort = (value) => Object.prototype.toString.call(value) === "[object MessagePort]";

/** An answer that makes Comlink throw: a name and a text, and nothing of this realm. */
const failure = (name, message) => ({
  type: "HANDLER",
  name: "throw",
  value: { isError: true, value: { name, message, stack: `${name}: ${message}` } },
});

class Refusal extends Error {}

/** The one name of a request, "" for the object itself. */
const nameOf = (data) => {
  const path = own(data, "path") ?? [];
  if (!Array.isArray(path) || path.length > 1 || (path.length && typeof path[0] !== "string"))
    throw new Refusal("a path has one name: ask an object that was handed over for its own names");
  return path.length ? path[0] : "";
};

/**
 * Speak Comlink on a port.
 *
 * `ask(kind, name, values)` is Python's. Like every function of Python that gets here, it resolves
 * to `[true, value]` or to `[false, name, text]`. What is returned to Python resolves to
 * `["value", value]`, `["error", name, text, stack]` or `["lost", reason]`. `lost(reason)` and
 * `note(text)` are told of the end of the port, and of messages that mean nothing. With a `pause` in
 * seconds, the port has ended when nothing was answered for as long: few browsers tell that a port
 * was closed.
 */
export const connect = (Comlink, port, ask, lost, note, pause) => {
  const lines = new Set();
  const forgotten = new FinalizationRegistry((line) => line.release());

  const handlers = () => [...(Comlink?.transferHandlers ?? [])].filter(([name]) => name !== "proxy" && name !== "throw");

  /** A value on its way out, with what moves. */
  const packed = (value) => {
    if (typeof value === "function") {
      const far = door((kind, name, values) => {
        if (kind !== "call" || name) throw new Refusal("a function can be called only");
        return value(...values);
      });
      return [{ type: "HANDLER", name: "proxy", value: far }, [far]];
    }
    for (const [name, handler] of handlers()) {
      if (handler.canHandle(value)) {
        const [serialized, moved] = handler.serialize(value);
        return [{ type: "HANDLER", name, value: serialized }, moved];
      }
    }
    return [{ type: "RAW", value }, []];
  };

  /** A value that came in; functions of the other end become functions that return to Python. */
  const unpacked = (wire) => {
    const value = own(wire, "value");
    const name = own(wire, "name");
    if (own(wire, "type") === "RAW") return value;
    if (own(wire, "type") === "HANDLER" && name === "proxy" && isPort(value)) return remoteFunction(value);
    const handler = own(wire, "type") === "HANDLER" ? handlers().find(([each]) => each === name) : undefined;
    if (handler === undefined) throw new Refusal("a value is no value of Comlink's");
    return handler[1].deserialize(value);
  };

  /** What a reply is for Python. */
  const reply = (wire) => {
    try {
      if (own(wire, "type") === "HANDLER" && own(wire, "name") === "throw") {
        const thrown = own(own(wire, "value"), "value");
        if (typeof thrown === "object" && thrown !== null)
          return ["error", ...["name", "message", "stack"].map((part) => textOf(own(thrown, part)))];
        return ["error", "", String(thrown).slice(0, LONGEST_TEXT), ""];
      }
      return ["value", unpacked(wire)];
    } catch (error) {
      return ["error", "TypeError", `the answer cannot be read: ${textOf(error?.message)}`, ""];
    }
  };

  /** The other end of a new channel on which something is served. */
  const door = (serve) => {
    const { port1, port2 } = new MessageChannel();
    const line = open(port1, serve, () => line.end(GONE));
    line.released = () => line.end(GONE);
    return port2;
  };

  const remoteFunction = (target) => {
    const nothing = () => {
      throw new Refusal("nothing is served here");
    };
    const line = open(target, nothing, () => line.end(GONE));
    const called = (...values) => line.request("APPLY", [], values);
    forgotten.register(called, line);
    return called;
  };

  /** One port: requests in both directions. */
  const open = (target, serve, closed) => {
    if (lines.size >= MOST_LINES) throw new Refusal("too many functions were handed over");
    const pending = new Map();
    let serial = 0;
    let gone = "";

    const post = (message, moved) => target.postMessage(message, moved);
    const answer = async (data, type, id) => {
      let message;
      let moved = [];
      try {
        if (type === "RELEASE") message = { type: "RAW", value: undefined };
        else if (type === "ENDPOINT") {
          const far = door(serve);
          [message, moved] = [{ type: "RAW", value: far }, [far]];
        } else if (type === "CONSTRUCT") throw new Refusal("Python classes are called, not constructed");
        else {
          const name = nameOf(data);
          const wires = type === "SET" ? [own(data, "value")] : own(data, "argumentList") ?? [];
          if (!Array.isArray(wires) || wires.length > MOST_VALUES)
            throw new Refusal(`arguments are an array of at most ${MOST_VALUES} values`);
          const values = type === "GET" ? [] : Array.from(wires, unpacked);
          const [fine, ...parts] = await serve(OPERATIONS.get(type), name, values);
          if (!fine) message = failure(...parts);
          else if (type === "SET") message = { type: "RAW", value: true };
          else [message, moved] = packed(parts[0]);
        }
      } catch (error) {
        message = failure("TypeError", error instanceof Refusal ? error.message : "the request cannot be read");
        moved = [];
      }
      if (gone) return;
      try {
        post({ ...message, id }, moved);
      } catch {
        post({ ...failure("TypeError", "Unserializable return value"), id }, []);
      }
      if (type === "RELEASE") line.released();
    };
    const hear = ({ data }) => {
      // Text and arrays are Python's own protocol, which may be spoken on the same port.
      if (typeof data === "string" || Array.isArray(data)) return;
      const type = own(data, "type");
      const id = own(data, "id");
      if (typeof type !== "string" || typeof id !== "string" || id.length > LONGEST_TEXT) {
        note("a message is none of Comlink's: it has no type and number");
      } else if (type === "RAW" || type === "HANDLER") {
        const settle = pending.get(id);
        pending.delete(id);
        settle?.(reply(data));
      } else if (OPERATIONS.has(type) || type === "CONSTRUCT" || type === "ENDPOINT" || type === "RELEASE") {
        answer(data, type, id);
      } else {
        note("a message is none of Comlink's: its type is not known");
      }
    };
    const garbled = () => note("a message cannot be had in this page");

    const line = {
      released: () => {},
      /** Ask the other end; what it returns is settled always. */
      request: (type, path, values) =>
        new Promise((resolve) => {
          if (gone) return resolve(["lost", gone]);
          const id = `${(serial += 1)}`;
          try {
            const wires = values.map(packed);
            const moved = wires.flatMap(([, each]) => each);
            const parts = wires.map(([wire]) => wire);
            pending.set(id, resolve);
            post({ id, type, path, ...(type === "SET" ? { value: parts[0] } : { argumentList: parts }) }, moved);
          } catch (error) {
            pending.delete(id);
            resolve(["error", textOf(error?.name), textOf(error?.message), textOf(error?.stack)]);
          }
        }),
      /** Tell the other end that it is not needed any more. */
      release: () => {
        if (gone) return;
        post({ id: "release", type: "RELEASE" }, []);
        line.end("this end closed the port");
      },
      end: (reason) => {
        if (gone) return;
        gone = reason;
        lines.delete(line);
        target.removeEventListener("message", hear);
        target.removeEventListener("messageerror", garbled);
        target.removeEventListener("close", closed);
        // Workers and their scopes have a `close` that means another thing.
        if (isPort(target)) target.close();
        for (const settle of pending.values()) settle(["lost", reason]);
        pending.clear();
      },
    };
    lines.add(line);
    target.addEventListener("message", hear);
    target.addEventListener("messageerror", garbled);
    if (isPort(target)) target.addEventListener("close", closed);
    target.start?.();
    return line;
  };

  let beating = null;
  const end = (reason) => {
    clearInterval(beating);
    for (const line of [...lines]) line.end(reason);
  };
  const vanished = (reason) => {
    end(reason);
    lost(reason);
  };
  const main = open(port, ask, () => vanished(GONE));
  if (pause) {
    let unanswered = 0;
    const beat = () => {
      if (unanswered === BEATS) return vanished(`the other end answered nothing for ${pause} s`);
      unanswered += 1;
      // Comlink's ends and Python's answer this, by whatever they answer.
      main.request("GET", ["bridgeHello"], []).then(() => (unanswered = 0));
    };
    beating = setInterval(beat, (pause * 1000) / BEATS);
  }
  return {
    request: (type, name, ...values) => main.request(type, name ? [name] : [], values),
    /** Ask no more whether the other end is there. */
    calm: () => clearInterval(beating),
    close: () => {
      main.release();
      end("this end closed the port");
    },
  };
};
