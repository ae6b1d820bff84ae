/**
 * The first file of a worker: says that it runs, then imports the rest.
 *
 * It imports nothing itself. An error in a module that a worker is started with, or in one that it
 * imports statically, arrives on the page without any text; one in a dynamic import arrives here.
 */
const textOf = (reason) => String(reason?.stack ?? reason?.message ?? reason);
addEventListener("unhandledrejection", ({ reason }) => {
  postMessage({ kind: "rejection", text: textOf(reason), fatal: reason instanceof WebAssembly.RuntimeError });
});
addEventListener("message", async ({ data, ports }) => {
  try {
    const { start } = await import(data.files["start.mjs"]);
    await start(data, ports);
  } catch (error) {
    const url = data.files["start.mjs"];
    const facts = error?.facts ?? { cause: "script", url, name: error?.name ?? "", text: textOf(error) };
    postMessage({ kind: "failed", ...facts });
  }
}, { once: true });
postMessage({ kind: "stage", stage: "script" });
