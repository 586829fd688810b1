"""Starts the chat page: `python app.py`."""

import sys

from assistant import Assistant, AssistantError
from assistant.ui import serve

if __name__ == "__main__":
    try:
        serve(Assistant())
    except AssistantError as error:
        sys.exit(error.in_words())
