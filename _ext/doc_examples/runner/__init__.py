"""Runs blocks in real Pyodide in a real browser, and knows nothing of pytest or Sphinx."""
