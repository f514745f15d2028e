"""The OpenAPI 3.1 document, made from the same models that check the requests."""

from __future__ import annotations

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from miniapp_api.callers import PUBLIC
from miniapp_api.problems import Problem

SECURITY = "bearer"
_SCHEMES: dict[str, Any] = {SECURITY: {"type": "http", "scheme": "bearer"}}
_METHODS = frozenset({"get", "post", "put", "delete", "patch"})


def document(api: APIBlueprint) -> dict[str, Any]:
    """The document of a blueprint whose routes are all added."""
    collector = OpenAPI(
        __name__,
        info=Info(title="Kaimen phone API", version="1", description="Errors carry words for people, zh and en."),
        security_schemes=_SCHEMES,
        validation_error_status=400,
        validation_error_model=Problem,
        doc_ui=False,
    )
    collector.paths.update(api.paths)
    collector.components_schemas.update(api.components_schemas)
    made: dict[str, Any] = collector.api_doc
    for path in made["paths"].values():
        for method, operation in path.items():
            if method in _METHODS and operation["operationId"] not in PUBLIC:
                operation["security"] = [{SECURITY: []}]
    return made
