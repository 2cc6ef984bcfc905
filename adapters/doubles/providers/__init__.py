"""Model providers on a local socket, true to their protocols, with scripted answers and faults."""

from adapters.doubles.providers.pictures import pictures_in
from adapters.doubles.providers.script import Fault, LoggedRequest
from adapters.doubles.providers.server import DEFAULT_MODELS, ProviderDouble

__all__ = ["DEFAULT_MODELS", "Fault", "LoggedRequest", "ProviderDouble", "pictures_in"]
