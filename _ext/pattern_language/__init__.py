"""A pattern language in Sphinx."""
