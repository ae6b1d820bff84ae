"""The door to the browser: what bridge needs of the host, and nothing else of it.

`ffi` is the one module that imports ``js`` and ``pyodide``. Above it stands one module per host
interface; each describes what it uses of the host by a Protocol, so that a plain Python stand-in
fits. `ops` is the contract between Python and the page, `applier` its JavaScript half and
`document_model` its plain Python half.
"""
