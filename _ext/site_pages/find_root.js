(() => {
  const base = document.querySelector("base");
  if (!location.protocol.startsWith("http")) return base.remove();
  // Synchronous, because nothing relative may be fetched before the base is right. A host that
  // answers every address with some page must not pass for the root.
  const isRoot = (path) => {
    const request = new XMLHttpRequest();
    request.open("HEAD", `${path}MARK`, false);
    try {
      request.send();
    } catch {
      return false;
    }
    const type = request.getResponseHeader("Content-Type") ?? "";
    return request.status === 200 && !type.includes("html");
  };
  const folders = location.pathname.split("/").slice(1, -1);
  const parents = ["", ...folders].map((_, depth) => `/${folders.slice(0, depth).map((name) => `${name}/`).join("")}`);
  const root = [base.getAttribute("href"), ...parents].find(isRoot);
  if (root) base.href = root;
  // A base turns links within the page into links to the root.
  addEventListener("DOMContentLoaded", () => {
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      link.href = location.pathname + location.search + link.getAttribute("href");
    }
  });
})();
