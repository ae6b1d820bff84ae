/**
 * Ports for Python: bytes in, bytes out, one postMessage per turn of the event loop.
 *
 * Runs as a module and as a classic script alike, so that it reaches a page under any content
 * security policy; it therefore neither imports nor exports, but defines one global function.
 *
 * On the wire, a message without buffers that travels alone is a string of Latin-1 characters;
 * everything else is an array of messages, each an array of a header and its buffers.
 *
 * Where no event tells that a port was closed, the other end is asked on a channel of its own what
 * came on the port. An end that computes answers neither; an end whose port is closed answers on
 * the channel, and nothing comes on the port.
 */
(() => {
  const NAME = "__bridge_port_1__";
  if (Object.hasOwn(globalThis, NAME)) return;

  /** A copy of a Python buffer, outside Python's memory. */
  const copied = (buffer) => {
    const view = buffer.getBuffer("u8");
    try {
      return view.data.slice();
    } finally {
      view.release();
    }
  };
  const isPython = (value) => typeof value?.getBuffer === "function";
  const isShared = (value) => globalThis.SharedArrayBuffer !== undefined && value instanceof SharedArrayBuffer;
  /** What has to go into the transfer list for an object of the page to be moved. */
  const movable = (value) => {
    const found = ArrayBuffer.isView(value) ? value.buffer : value;
    const types = [ArrayBuffer, MessagePort, ...["ReadableStream", "WritableStream", "ImageBitmap", "OffscreenCanvas"]
      .map((name) => globalThis[name]).filter(Boolean)];
    return !isShared(found) && types.some((type) => found instanceof type) ? [found] : [];
  };

  const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
  const isPort = (value) => kindOf(value) === "MessagePort";
  const MANY = 65536;
  /** Whether an array is mostly holes: a short message makes one of any length. */
  const isHollow = (array) => array.length > MANY && Object.keys(array).length < array.length;
  /** What is wrong with an entry of a message; empty if nothing is. */
  const faultOf = (entry) => {
    if (!Array.isArray(entry)) return `an array of a header and buffers was expected, and found was ${kindOf(entry)}`;
    const [header] = entry;
    if (typeof header !== "string" && (kindOf(header) !== "Uint8Array" || isShared(header.buffer)))
      return `a header of text or bytes was expected, and found was ${kindOf(header)}`;
    if (isHollow(entry)) return "it has more holes than buffers";
    for (let place = 1; place < entry.length; place += 1) {
      if (typeof entry[place] !== "object" || entry[place] === null)
        return `buffers were expected, and found was ${kindOf(entry[place])}`;
    }
    return "";
  };
  /** Messages with a type of their own are another protocol's, which may use the same port. */
  const isForeign = (value) => typeof value === "object" && value !== null && typeof value.type === "string";

  const PROBE = "bridge-probe";
  const CLOSED = "closed";
  /** Answers in a row that know of nothing new on the port, until it is taken for closed. */
  const ROUNDS = 3;
  /** What the closing end sent last may be on its way on the port; it says more. */
  const LAST_WORDS_MS = 200;

  const open = (target) => {
    let hearClose = null;
    let heard = 0;
    let lastProbe = -1;
    let asking = null; // the channel on which this end asks
    let asked = 0;
    let unanswered = false;
    let known = -1;
    let missed = 0;
    let tellClosed = null;
    let lastWords = null;
    let answering = null; // the channel on which the other end asks
    const takeProbe = ([, serial], [channel]) => {
      lastProbe = serial;
      if (!channel) return;
      answering?.close();
      answering = channel;
      channel.onmessage = ({ data }) => channel.postMessage([data, lastProbe, heard]);
    };
    const judge = (answer) => {
      if (answer === CLOSED) {
        lastWords = setTimeout(() => tellClosed?.(), LAST_WORDS_MS);
        return;
      }
      const [serial, seen, count] = answer;
      unanswered = false;
      missed = seen >= serial || count !== known ? 0 : missed + 1;
      known = count;
      if (missed >= ROUNDS) tellClosed?.();
    };
    let hearGarbled = null;
    let queue = [];
    let moved = [];
    let hear = null;
    let held = false;
    const post = (messages, transfer) => {
      const alone = messages.length === 1 && messages[0].length === 1 && typeof messages[0][0] === "string";
      target.postMessage(alone ? messages[0][0] : messages, transfer);
    };
    const flush = () => {
      held = false;
      if (!queue.length) return;
      const [messages, transfer] = [queue, moved];
      queue = [];
      moved = [];
      post(messages, transfer);
    };
    const due = () => {
      if (!held) flush();
    };
    return {
      /** Small headers come as strings, larger ones as Python buffers. */
      send: (transfer, header, ...buffers) => {
        const message = [header];
        const owned = [];
        const foreign = [];
        if (isPython(header)) owned.push((message[0] = copied(header)).buffer);
        for (const buffer of buffers) {
          if (isPython(buffer)) {
            const copy = copied(buffer);
            message.push(copy.buffer);
            owned.push(copy.buffer);
          } else {
            message.push(buffer);
            if (transfer) foreign.push(...movable(buffer));
          }
        }
        if (message.length - 1 > owned.length - (typeof message[0] === "string" ? 0 : 1)) {
          // An object of the page may refuse to be cloned: its sender hears that, and nobody else.
          flush();
          post([message], [...owned, ...foreign]);
          return;
        }
        if (held || !queue.length) queueMicrotask(due);
        held = false;
        queue.push(message);
        moved.push(...owned);
      },
      /**
       * `one` gets a lone header as a string, `many` an array of messages that have the right
       * shape, `odd` a text about what has not, and `closed` is told if the other end is gone.
       */
      listen: (one, many, odd, closed) => {
        const take = (data) => {
          const entries = isHollow(data) ? Object.values(data) : data;
          const faults = [];
          const good = [];
          for (const entry of entries) {
            const fault = faultOf(entry);
            if (fault) faults.push(fault);
            else good.push(entry);
          }
          if (entries !== data) faults.push("the message has more holes than entries");
          try {
            if (good.length) many(good);
          } finally {
            // One complaint per message: their number is not for the sender to choose.
            if (faults.length) odd(faults[0], faults.length);
          }
        };
        hear = ({ data, ports }) => {
          heard += 1;
          if (typeof data === "string") one(data);
          else if (Array.isArray(data) && data[0] === PROBE) takeProbe(data, ports);
          else if (Array.isArray(data)) take(data);
          else if (!isForeign(data)) odd(`text or an array was expected, and found was ${kindOf(data)}`, 1);
        };
        hearGarbled = () => odd("it cannot be had in this page", 1);
        target.addEventListener("message", hear);
        target.addEventListener("messageerror", hearGarbled);
        // Few browsers tell it. Workers and their scopes have a `close` of another kind.
        if (isPort(target)) {
          tellClosed = () => closed();
          hearClose = tellClosed;
          target.addEventListener("close", hearClose);
        }
        target.start?.();
      },
      /** Send now what waits: microtasks do not run while Python computes. */
      flush,
      /** Begin to be able to ask whether the port is open there; tells whether that makes sense. */
      watch: () => {
        if (!isPort(target)) return false;
        if (asking === null) {
          const { port1, port2 } = new MessageChannel();
          asking = port1;
          asking.onmessage = ({ data }) => judge(data);
          target.postMessage([PROBE, 0], [port2]);
        }
        return true;
      },
      /** Ask; after some times `closed` is told if the other end says that nothing arrives. */
      probe: () => {
        // One at a time: an end that has computed finds one question, and not many at once.
        if (asking === null || unanswered) return;
        unanswered = true;
        asked += 1;
        target.postMessage([PROBE, asked]);
        asking.postMessage(asked);
      },
      /** Keep what waits for the next message, which is sure to come. */
      hold: () => {
        held = queue.length > 0;
      },
      close: () => {
        flush();
        if (hear) target.removeEventListener("message", hear);
        if (hearGarbled) target.removeEventListener("messageerror", hearGarbled);
        if (hearClose) target.removeEventListener("close", hearClose);
        tellClosed = null;
        clearTimeout(lastWords);
        answering?.postMessage(CLOSED);
        answering?.close();
        asking?.close();
        target.close?.();
      },
    };
  };
  Object.defineProperty(globalThis, NAME, { value: open });
})();
