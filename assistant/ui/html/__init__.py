"""Turns records into the HTML of the page.

Everything that comes from an article, a question or an answer is escaped here, before any markup of our own is added:
neither Gradio's HTML component nor its chat can be trusted with a hostile text.
"""
