/**
 * The capabilities that a block may name in `needs`, each with the probe that finds it.
 *
 * A probe receives the session's Pyodide and returns (a promise of) a truthy value.
 */
export const probes = {
  isolation: () => globalThis.crossOriginIsolated,
  jspi: (pyodide) => pyodide.runPythonAsync(
    "try:\n    from pyodide.ffi import can_run_sync\nexcept ImportError:\n    def can_run_sync(): return False\ncan_run_sync()",
  ),
  opfs: () => Boolean(navigator.storage?.getDirectory),
  serviceworker: () => "serviceWorker" in navigator && isSecureContext,
  webgpu: async () => Boolean(await navigator.gpu?.requestAdapter()),
};
