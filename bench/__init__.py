"""Measures speed and memory: `python -m bench`.

Stands beside the package and uses it as any script would.
"""
