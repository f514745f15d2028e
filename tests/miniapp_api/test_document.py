"""The served document against the code: every route is in it, everything in it exists, nothing breaks."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import just
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from access.queries.phone_words import WORDS
from miniapp_api.callers import PUBLIC
from tests.estate import Place, TestHouse
from tests.miniapp_api.conftest import Phone

ROOT = Path(__file__).resolve().parents[2]
UNLISTED = {"get_document", "unknown"}
EXAMPLES = 12


@pytest.fixture
def served(stranger: Phone) -> dict[str, Any]:
    answer = stranger.ask("GET", "/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def listed(served: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, item in served["paths"].items() for method in item}


def test_it_is_valid_openapi_3_1(served: dict[str, Any]) -> None:
    validate(served)
    assert served["openapi"].startswith("3.1")


def test_every_route_is_listed_and_everything_listed_is_a_route(app: Flask, served: dict[str, Any]) -> None:
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint.removeprefix("api.") not in UNLISTED
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == listed(served)
    assert len(routes) > 25


def test_what_needs_a_token_says_so_and_refuses_without(stranger: Phone, served: dict[str, Any]) -> None:
    for path, item in served["paths"].items():
        for method, operation in item.items():
            needs = operation["operationId"] not in PUBLIC
            assert ("security" in operation) == needs
            concrete = re.sub(r"{\w+}", "0" * 16, path.removeprefix("/api/v1"))
            answer = stranger.ask(method.upper(), concrete)
            assert (answer.status_code == 401) == needs, (method, path)


def test_public_operations_are_a_short_list() -> None:
    assert (
        UNLISTED
        | {
            "sign_in",
            "list_estates",
            "get_estate",
            "get_notice",
            "get_visit",
            "get_retention",
        }
        == PUBLIC
    )


def test_no_host_is_named_in_the_document(served: dict[str, Any]) -> None:
    assert not re.findall(r"https?://", json.dumps(served))


def test_every_error_that_the_phones_services_raise_has_words_of_its_own() -> None:
    rooms = (
        "phone_sign_in",
        "issue_pass",
        "invite_visitor",
        "clean_sample",
        "register",
        "consents",
        "enrol",
        "remote_open",
        "withdraw",
    )
    raised = {
        code
        for name in rooms
        for code in re.findall(
            r"(?:InvalidInput|NotFound|NotPermitted|Conflict|TooOften)\(\s*\"([a-z_.]+)\"",
            (ROOT / "access/services" / f"{name}.py").read_text(encoding="utf-8"),
        )
    }
    assert len(raised) > 25
    assert not raised - set(WORDS) - {"pass.day_key"}


LAST = {"sign_out", "close"}
"""Operations that end the session: asked after all others."""


def operations(app: Flask) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(found) == len(listed(schema.raw_schema))
    return sorted(found, key=lambda operation: operation.definition.raw["operationId"] in LAST)


@pytest.mark.slow
def test_no_generated_request_makes_it_fail(app: Flask, alice: Phone, place: Place, wired: TestHouse) -> None:
    """Good and bad data by schemathesis at real ids: no 5xx, and every answer fits the document."""
    real = {"estate_id": place.estate.id, "access_point_id": place.gate.id}
    answers: Counter[int] = Counter()

    def check(case: Any, good: bool) -> None:
        if good:
            case.path_parameters.update({k: v for k, v in real.items() if k in case.path_parameters})
        answer = case.call(headers={"Authorization": f"Bearer {alice.token}"})
        assert answer.status_code < 500
        case.validate_response(answer, checks=[response_schema_conformance, status_code_conformance])
        answers[answer.status_code] += 1

    bounded = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for operation in operations(app):
        takes = {"parameters", "requestBody"} & operation.definition.raw.keys()
        for mode in GenerationMode if takes else [GenerationMode.POSITIVE]:
            cases = operation.as_strategy(generation_mode=mode)
            bounded(given(case=cases, good=just(mode is GenerationMode.POSITIVE))(check))()
    assert answers[200] > 0
    assert answers[400] > 0
    assert answers.total() > len(operations(app)) * EXAMPLES
