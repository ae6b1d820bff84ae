/**
 * The first file of a worker: says that it runs, then imports the rest.
 *
 * It imports nothing itself. An error in a module that a worker is started with, or in one that it
 * imports statically, arrives on the page without any text; one in a dynamic import arrives here.
 */
const textOf = (reason) => String(reason?.stack ?? reason?.message ?? reason);
/** The news of a policy's violation may come after what fails by it. */
const POLICY_DELAY_MS = 50;
const violations = [];
addEventListener("securitypolicyviolation", (event) => {
  // Another policy may only report, and forbid nothing.
  if (event.disposition !== "report") violations.push(event);
});
/** What fails without a reason, or as if it were not there, a policy may have forbidden. */
async function withPolicy(facts) {
  if (facts.reason && facts.reason !== "unreachable") return facts;
  await new Promise((resolve) => setTimeout(resolve, POLICY_DELAY_MS));
  const [violation] = violations;
  if (!violation) return facts;
  const { blockedURI, effectiveDirective } = violation;
  // Of a blob, only the scheme is told.
  const url = blockedURI.includes(":") ? blockedURI : facts.url;
  return { cause: "policy", url, directive: effectiveDirective, text: facts.text };
}
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
    postMessage({ kind: "failed", ...(await withPolicy(facts)) });
  }
}, { once: true });
postMessage({ kind: "stage", stage: "script" });
