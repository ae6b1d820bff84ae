from __future__ import annotations
def inspect(body): pass
def find(module, name, allowed): raise NotImplementedError
