"""Drawings of graphs as plain geometry: no HTML, no pattern language."""
