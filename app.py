"""Starts the chat page as `assistant chat` does: `python app.py`, with that command's options."""

import sys

from assistant.cli import main

if __name__ == "__main__":
    sys.exit(main(["chat", *sys.argv[1:]]))
