/**
 * Ports for Python: bytes in, bytes out, one postMessage per turn of the event loop.
 *
 * Runs as a module and as a classic script alike, so that it reaches a page under any content
 * security policy; it therefore neither imports nor exports, but defines one global function.
 *
 * On the wire, a message without buffers that travels alone is a string of Latin-1 characters;
 * everything else is an array of messages, each an array of a header and its buffers.
 */
(() => {
  const NAME = "__bridge_port_1__";
  if (globalThis[NAME]) return;

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

  const open = (target) => {
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
      /** `one` gets a lone header as a string, `many` an array of messages. */
      listen: (one, many) => {
        hear = ({ data }) => {
          if (typeof data === "string") one(data);
          else if (Array.isArray(data)) many(data);
        };
        target.addEventListener("message", hear);
        target.start?.();
      },
      /** Send now what waits: microtasks do not run while Python computes. */
      flush,
      /** Keep what waits for the next message, which is sure to come. */
      hold: () => {
        held = queue.length > 0;
      },
      close: () => {
        flush();
        if (hear) target.removeEventListener("message", hear);
        target.close?.();
      },
    };
  };
  Object.defineProperty(globalThis, NAME, { value: open });
})();
