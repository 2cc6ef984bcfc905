"""Documents that people attach."""

from adapters.documents.pdf import PypdfReader

__all__ = ["PypdfReader"]
