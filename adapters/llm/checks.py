"""What can be wrong with a model: its host, its key, its name, its credit. Only ``live`` asks it, for money."""

from __future__ import annotations

import importlib.util
import socket
import ssl
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from adapters.llm.embedded_process import packaged_gguf
from core.health.models import Finding, Findings, ok, problem, skipped, warning
from core.routing.models import ChatMessage, ChatRequest, ErrorClass, ModelError, ModelSpec, StreamEnd, Usage
from core.routing.ports import ChatModel

# Some providers refuse an answer that may have fewer tokens; a word needs two.
_TOKENS = 16
_QUESTION = ChatRequest((ChatMessage("user", "Answer with the one word: OK"),), _TOKENS)
_SECONDS = 3.0
_DEFAULTS = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider's models are, and what opens it.

    Attributes:
        provider: ``openai``, ``anthropic``, ``compatible``, ``ollama`` or ``litellm``.
        model: the provider's own name of the model.
        key_name: the variable that holds the key; empty where none is needed.
        base_name: the variable that holds the address.
    """

    provider: str
    model: str
    base: str | None
    base_name: str
    key: SecretStr | None = field(default=None, repr=False)
    key_name: str = ""

    @property
    def host(self) -> str:
        """The host that is asked, without what else an address may hold."""
        if self.provider == "litellm":
            return self.base_name
        try:
            return urlsplit(self._root).hostname or self.base_name
        except ValueError:
            return self.base_name

    @property
    def list_url(self) -> str:
        """The list of its models; asking for it costs nothing."""
        root = self._root.rstrip("/")
        if self.provider == "ollama":
            root = root.removesuffix("/v1") + "/v1"
        return f"{root}/v1/models?limit=1000" if self.provider == "anthropic" else f"{root}/models"

    @property
    def headers(self) -> dict[str, str]:
        """The key, as the provider wants it."""
        key = self.key.get_secret_value() if self.key else ""
        if self.provider == "anthropic":
            return {"x-api-key": key, "anthropic-version": "2023-06-01"}
        return {"Authorization": f"Bearer {key}"} if key else {}

    @property
    def _root(self) -> str:
        return self.base or _DEFAULTS[self.provider]


async def remote(name: str, endpoint: Endpoint) -> Findings:
    """Ask for the list of models: it tells whether the host is there, and mostly whether key and name are right."""
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, headers=endpoint.headers) as client:
            answer = await client.get(endpoint.list_url)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        yield _unreached(name, endpoint, error)
        return
    if answer.status_code == HTTPStatus.OK:
        yield _listed(name, endpoint, _ids(answer))
    else:
        yield _status(name, endpoint, answer.status_code)


async def live(name: str, model: ChatModel, endpoint: Endpoint | None) -> Findings:
    """Ask the model one question through the client that answers people."""
    began, usage, said = time.monotonic(), Usage(0, 0), ""
    try:
        async for chunk in model.stream(_QUESTION):
            if isinstance(chunk, StreamEnd):
                usage, said = chunk.usage, chunk.model
    except ModelError as error:
        yield explain(name, error, endpoint)
        return
    spec, took = model.spec, time.monotonic() - began
    cost = spec.cost(usage.input_tokens, usage.output_tokens)
    price = f"cost ${cost:.6f}" if cost else "cost nothing"
    yield ok(name, f"answered in {took:.2f} s as {said[:60]}, {price}")


async def unseen(name: str) -> Findings:
    """A model behind litellm, which alone knows where that is."""
    yield skipped(name, "litellm asks it; only --live tells whether that works")


async def embedded(name: str) -> Findings:
    """Whether what the built-in model is made of is installed."""
    weights = packaged_gguf()
    if weights is None or importlib.util.find_spec("xllamacpp") is None:
        yield problem(name, "the built-in model is not installed", "`make setup` installs it")
    else:
        yield ok(name, f"its weights are there ({weights.stat().st_size // 1_000_000} MB); --live starts it")


async def absent(spec: ModelSpec, missing: str) -> Findings:
    """A configured model that nothing switches on."""
    yield skipped(spec.name, f"level {int(spec.level)} is not used: no {missing}")


def explain(name: str, error: ModelError, endpoint: Endpoint | None) -> Finding:
    """What a model's error means, and what to do. The provider's own words are not shown."""
    if endpoint is None:
        return problem(name, f"the built-in model does not answer ({error.kind})", "see model/server.log in `home`")
    match error.kind:
        case ErrorClass.AUTH:
            return _refused_key(name, endpoint, error.detail)
        case ErrorClass.NOT_FOUND:
            return _unknown(name, endpoint)
        case ErrorClass.RATE_LIMIT:
            return _busy(name, endpoint)
        case ErrorClass.OVERLOADED | ErrorClass.SERVER:
            return warning(name, f"{endpoint.host} is unwell ({error.kind})", _WAIT)
        case ErrorClass.TIMEOUT | ErrorClass.CONNECTION:
            return problem(name, f"{endpoint.host} gave no answer ({error.kind})", f"check {endpoint.base_name}")
    return problem(name, f"{endpoint.host} did not answer the question ({error.kind})", "check `model` in config.yaml")


_WAIT = "nothing to do: others answer meanwhile; try again later"


def _refused_key(name: str, endpoint: Endpoint, detail: str) -> Finding:
    status = next((word for word in detail.split() if word.isdigit()), "")
    key = endpoint.key_name or "the request"
    if status in ("400", "402", "429"):
        return problem(name, f"no credit is left for {key} ({status})", f"buy some at {endpoint.host}'s billing page")
    if status == "403":
        mend = "give it the right, or make another key; some hosts refuse whole countries"
        return problem(name, f"{key} may not use {endpoint.model} (403)", mend)
    found = f"{key} was refused ({status})" if status else f"{key} was refused"
    return problem(name, found, f"copy it anew into {key}, without spaces or quotes")


def _unknown(name: str, endpoint: Endpoint) -> Finding:
    mend = f"`ollama pull {endpoint.model}`" if endpoint.provider == "ollama" else "name another `model` in config.yaml"
    return problem(name, f"{endpoint.host} does not know {endpoint.model}, or not for this key", mend)


def _busy(name: str, endpoint: Endpoint) -> Finding:
    return warning(name, f"{endpoint.host} asks to wait (429)", "wait, or ask there for a higher limit")


def _listed(name: str, endpoint: Endpoint, ids: list[str]) -> Finding:
    if endpoint.model in ids or any(_is(endpoint.model, known) for known in ids):
        accepted = f"{endpoint.key_name} is accepted, " if endpoint.key_name else ""
        return ok(name, f"{accepted}{endpoint.host} has the model; --live asks it")
    if endpoint.provider == "ollama":
        return _unknown(name, endpoint)
    if not ids:
        return ok(name, f"{endpoint.host} answers; --live asks the model")
    return warning(
        name,
        f"{endpoint.host} answers, but {endpoint.model} is not among its {len(ids)} models",
        "`robbie doctor --live` asks it; or name another `model` in config.yaml",
    )


def _is(model: str, known: str) -> bool:
    """Whether a listed name is the model's, with its date or tag."""
    return known.startswith((f"{model}-20", f"{model}:", f"models/{model}"))


def _status(name: str, endpoint: Endpoint, status: int) -> Finding:
    if status in (401, 403):
        return _refused_key(name, endpoint, str(status))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _busy(name, endpoint)
    if status >= 500:
        return warning(name, f"{endpoint.host} is unwell (HTTP {status})", _WAIT)
    return ok(name, f"{endpoint.host} answers (HTTP {status} to a list of models); --live asks the model")


def _ids(answer: httpx.Response) -> list[str]:
    """The names in a list of models, in the form that OpenAI and Anthropic share."""
    try:
        data = answer.json()
        return [str(item["id"]) for item in data["data"]]
    except (ValueError, KeyError, TypeError):
        return []


def _unreached(name: str, endpoint: Endpoint, error: Exception) -> Finding:
    mend = f"check the network, and {endpoint.base_name} where it is set"
    if isinstance(error, httpx.TimeoutException):
        return problem(name, f"{endpoint.host} does not answer within {_SECONDS:g} s", mend)
    if isinstance(error, UnicodeEncodeError | httpx.LocalProtocolError):
        mend = f"copy it anew into {endpoint.key_name} of .env"
        return problem(name, f"{endpoint.key_name} holds characters that no key has", mend)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | ValueError):
        return problem(name, f"{endpoint.base_name} is no address", "write it as https://host/path")
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return problem(name, f"{endpoint.host} does not prove who it is (TLS)", "check the clock and the proxy")
    if any(isinstance(cause, socket.gaierror) for cause in _causes(error)):
        return problem(name, f"{endpoint.host} is a host that nobody knows", mend)
    return problem(name, f"{endpoint.host} cannot be reached ({type(error).__name__})", mend)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and len(found) < 8:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
