// Tabs and copy buttons for citations. The page holds all formats; without this file they are read
// one below the other.

function make(tag, className, properties = {}) {
  return Object.assign(document.createElement(tag), { className, ...properties });
}

/** Put text on the clipboard; false where the browser lets nobody write there. */
async function copy(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not a secure context, or refused: a selection can be copied without any permission.
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}

function enhance(root) {
  const formats = root.querySelector(".pattern-cite-formats");
  const panels = [...formats.querySelectorAll(".pattern-cite-format")];
  const bar = make("div", "pattern-cite-bar");
  const list = make("div", "pattern-cite-tabs");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Format of the citation");
  const button = make("button", "pattern-cite-copy", { type: "button", textContent: "Copy" });
  const status = make("p", "pattern-cite-status");
  status.setAttribute("role", "status");
  let chosen = 0;

  const tabs = panels.map((panel, index) => {
    const label = panel.querySelector(".pattern-cite-label").textContent;
    const tab = make("button", "pattern-cite-tab", { type: "button", textContent: label });
    tab.id = `${panel.id}-tab`;
    tab.dataset.label = label;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.addEventListener("click", () => choose(index));
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    return tab;
  });

  function choose(index) {
    chosen = index;
    status.textContent = "";
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    });
    button.setAttribute("aria-label", `Copy the citation as ${tabs[index].textContent}`);
  }

  list.addEventListener("keydown", (event) => {
    const last = tabs.length - 1;
    const to = {
      ArrowRight: chosen === last ? 0 : chosen + 1,
      ArrowLeft: chosen === 0 ? last : chosen - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
    tabs[to].focus();
  });

  button.addEventListener("click", async () => {
    const text = panels[chosen].querySelector(".pattern-cite-text");
    // Emptied first: the same words are announced once more when the button is used again.
    status.textContent = "";
    const done = await copy(text.textContent, text);
    status.textContent = done
      ? `Copied as ${tabs[chosen].textContent}.`
      : "The browser does not allow copying; the text is selected for you to copy.";
  });

  list.append(...tabs);
  bar.append(list, button);
  formats.dataset.tabs = "";
  formats.prepend(bar);
  formats.append(status);
  choose(0);
}

document.querySelectorAll("details.pattern-cite").forEach(enhance);
