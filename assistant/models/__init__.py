"""The embedding models, each behind LlamaIndex's `BaseEmbedding`, so that any other embedding may take its place.

The model that writes is in `chat`. Vendor errors stop here: what fails is a `ModelError` that says what to do.
"""

from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.models.common import host
from assistant.models.local import LocalEmbedding
from assistant.settings import Settings

__all__ = ["LocalEmbedding", "embedding_model", "model_id"]


def embedding_model(settings: Settings) -> BaseEmbedding:
    """The embedding model that the settings name; nothing is loaded or connected before its first use.

    Raises:
        ModelError: the local model is not installed.
    """
    if settings.embedding == "local":
        return LocalEmbedding(settings.local_engine)
    # The OpenAI client takes over a second to import.
    from assistant.models.endpoint import endpoint_embedding

    return endpoint_embedding(settings)


def model_id(embedding: BaseEmbedding) -> str:
    """A name for the vectors that an embedding makes: equal names mean that vectors may be mixed and reused.

    Endpoints name their models as they like, so the address is part of it, and so is what they are told of a text.
    """
    address = getattr(embedding, "api_base", None)
    types = getattr(embedding, "input_types", None)
    name = f"{embedding.class_name()}:{embedding.model_name}"
    name = f"{name}@{host(address)}" if address else name
    return f"{name} ({types})" if types else name
