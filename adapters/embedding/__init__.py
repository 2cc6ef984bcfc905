"""Embeddings on this machine."""

from adapters.embedding.local import NAME, LocalEmbedder

__all__ = ["NAME", "LocalEmbedder"]
