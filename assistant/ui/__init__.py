"""The chat page: what a browser shows, and the server behind it.

Importing this package imports Gradio, which takes seconds.
"""

import os

# Read once, when Gradio is imported; left on, it looks up two outside hosts at every start.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from assistant.ui.page import build_page
from assistant.ui.server import launch, serve

__all__ = ["build_page", "launch", "serve"]
