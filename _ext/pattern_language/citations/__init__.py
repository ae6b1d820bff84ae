"""Citations of patterns: what is cited, the formats, the tags of a page, and what a reader sees.

Plain data and pure functions, except :mod:`extension`, which joins them to Sphinx.
"""
