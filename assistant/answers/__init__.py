"""The ways to write an answer from what was retrieved."""
