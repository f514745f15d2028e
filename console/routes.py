"""The one decorator of the console: no view exists without saying which staff roles may use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import cast

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from access.domain.staff import StaffRole
from console.present import require

View = Callable[..., ResponseReturnValue]
EVERY_ROLE = frozenset(StaffRole)
NORMAL_BODY = 256 * 1024
"""Largest form, bytes; a view that takes pictures says more."""

OPERATIONS = StaffRole.OPERATIONS
SECURITY = StaffRole.SECURITY
AUDIT = StaffRole.AUDIT
PLATFORM = StaffRole.PLATFORM


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the console.

    Attributes:
        roles: who may use it; empty only for signing in.
        max_body: largest request body, bytes.
        keeps_awake: a request keeps the session from going idle; not one that a page sends by itself.
    """

    rule: str
    endpoint: str
    methods: tuple[str, ...]
    view: View
    roles: frozenset[StaffRole]
    max_body: int
    keeps_awake: bool = True


class Routes:
    """The addresses of one subject."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._found: list[Route] = []

    def allow(
        self,
        rule: str,
        *roles: StaffRole,
        methods: tuple[str, ...] = ("GET",),
        max_body: int = NORMAL_BODY,
        keeps_awake: bool = True,
    ) -> Callable[[View], View]:
        """Offer a view to staff who hold one of `roles`."""
        if not roles:
            raise ValueError("a route names the roles that may use it")
        return self._add(rule, frozenset(roles), methods, max_body, keeps_awake)

    def open_to_all(self, rule: str, methods: tuple[str, ...]) -> Callable[[View], View]:
        """Offer a view to whoever is not signed in yet."""
        return self._add(rule, frozenset(), methods, NORMAL_BODY)

    def register(self, blueprint: Blueprint) -> None:
        for route in self._found:
            blueprint.add_url_rule(route.rule, route.endpoint, _guarded(route), methods=list(route.methods))

    def _add(
        self,
        rule: str,
        roles: frozenset[StaffRole],
        methods: tuple[str, ...],
        max_body: int,
        keeps_awake: bool = True,
    ) -> Callable[[View], View]:
        def keep(view: View) -> View:
            endpoint = f"{self._subject}_{view.__name__}"
            self._found.append(Route(rule, endpoint, methods, view, roles, max_body, keeps_awake))
            return view

        return keep


def _guarded(route: Route) -> View:
    @wraps(route.view)
    def guarded(**values: str) -> ResponseReturnValue:
        request.max_content_length = route.max_body
        request.max_form_memory_size = NORMAL_BODY
        if route.roles:
            require(route.roles, keeps_awake=route.keeps_awake)
        cast(CSRFProtect, current_app.extensions["csrf"]).protect()
        return route.view(**values)

    return guarded
