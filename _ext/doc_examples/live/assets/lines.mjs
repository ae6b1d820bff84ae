/** The Pyodide lines that the site serves, and the one that the reader chose. */

const PARAMETER = "pyodide";

export class Lines {
  #config = null;
  #chosen = null;
  #listeners = [];

  /** Read what the site serves; the first click asks for it. */
  async load() {
    if (this.#config !== null) return;
    const url = new URL("config.json", import.meta.url);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url.pathname}: HTTP status ${response.status}`);
    this.#config = await response.json();
    const asked = new URLSearchParams(location.search).get(PARAMETER);
    this.#chosen = asked in this.#config.lines ? asked : this.#config.default;
  }

  get names() {
    return Object.keys(this.#config.lines);
  }

  /** `{line, version, megabytes, runtime, wheels}`, all addresses absolute. */
  get chosen() {
    const found = this.#config.lines[this.#chosen];
    const absolute = (path) => new URL(path, import.meta.url).href;
    return {
      line: this.#chosen,
      version: found.version,
      megabytes: found.megabytes,
      runtime: absolute(found.runtime),
      wheels: found.wheels.map(absolute),
    };
  }

  /** Choose for the whole page; the address keeps it, so that it can be shared. */
  choose(name) {
    this.#chosen = name;
    const url = new URL(location.href);
    if (name === this.#config.default) url.searchParams.delete(PARAMETER);
    else url.searchParams.set(PARAMETER, name);
    history.replaceState(history.state, "", url);
    for (const listener of this.#listeners) listener();
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }
}
