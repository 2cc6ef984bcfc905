"""Reading what a platform sent: as a model, or with a word on what is wrong with it."""

from __future__ import annotations

from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from core.rendering.clean import Json, clean_json

Model = TypeVar("Model", bound=BaseModel)


class MalformedEvent(ValueError):
    """Not what the platform documents. Another delivery would be the same, so it is logged and left."""


def parse(model: type[Model], data: object) -> Model:
    """Read JSON as a model, made storable. Raises MalformedEvent, which names fields and tells no content."""
    try:
        return model.model_validate(clean_json(cast(Json, data)))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedEvent(f"{model.__name__.strip('_')}: {where}: {first['type']}") from None
