"""The API's own documentation as a page of ours: nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi.responses import HTMLResponse, Response

from adapters.web.transcript import ENV


def docs_page(schema: Mapping[str, Any], path: str) -> Response:  # Any: an OpenAPI document
    """All that the schema tells of each address."""
    html = ENV.get_template("api.html").render(
        title=schema["info"]["title"], about=schema["info"]["description"], path=path, routes=list(_routes(schema))
    )
    return HTMLResponse(html)


def _routes(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:  # Any: as above
    for address, methods in schema["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            yield {
                "address": address,
                "method": method.upper(),
                "summary": told.get("summary", ""),
                "tag": told["tags"][0],
                "parameters": told.get("parameters", []),
                "fields": list(_fields(schema, body)),
            }


def _fields(schema: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:  # Any: as above
    name = body.get("$ref", "").rpartition("/")[2]
    model = schema.get("components", {}).get("schemas", {}).get(name, {})
    for field, told in model.get("properties", {}).items():
        kinds = [one.get("type", "") for one in told.get("anyOf", [told])]
        values = [str(value) for value in told.get("enum", [])]
        yield {
            "name": field,
            "kind": " or ".join(filter(None, kinds)) or "text",
            "required": field in model.get("required", []),
            "values": values,
        }
