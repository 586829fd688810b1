"""Shows a run to people: as tables for a terminal or for Markdown, and as a page of HTML with every case."""
