"""The measures, as pure functions."""
