"""What is known of an article besides its text: from metadata.yaml, else from what the page says of itself."""

from assistant.metadata.description import describe
from assistant.metadata.overrides import METADATA_FILE, Overrides, load_overrides, unmatched

__all__ = ["METADATA_FILE", "Overrides", "describe", "load_overrides", "unmatched"]
