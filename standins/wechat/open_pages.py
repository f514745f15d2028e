"""open.weixin.qq.com: the OAuth page, which remembers which simulated person this browser is.

`/sim/open/ID?url=…` is the chat's in-app browser: it notes the person in a cookie and goes to the address.
`/connect/oauth2/authorize` then sends that person back with a code; a browser that is nobody yet is asked.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from standins.wechat.options import LOOPBACK
from standins.wechat.people import Person
from standins.wechat.world import World

COOKIE = "kaimen_standin_person"
_STATE_LIMIT_BYTES = 128
_SCOPES = {"snsapi_base", "snsapi_userinfo"}
_PERSON = re.compile(r"[a-z0-9-]{1,32}")


def routes(world: World) -> Blueprint:
    pages = Blueprint("open_pages", __name__)

    @pages.get("/connect/oauth2/authorize")
    def authorize() -> AnyResponse:
        problem = _problem(world)
        if problem:
            page = render_template("authorize_error.html", problem=problem)
            return Response(page, status=400)
        chosen = request.args.get("standin_person") or request.cookies.get(COOKIE, "")
        person = world.people.find(chosen)
        if person is None:
            return Response(_chooser(world))
        return _as_person(_sent_back(world, person), person)

    @pages.get("/sim/open/<person_id>")
    def open_link(person_id: str) -> AnyResponse:
        url = request.args.get("url", "")
        person = world.people.find(person_id)
        if person is None or urlsplit(url).scheme not in {"http", "https"}:
            page = render_template("authorize_error.html", problem="无法打开此链接 · This link cannot be opened")
            return Response(page, status=400)
        response = _as_person(url, person)
        if request.cookies.get(COOKIE) != person.id:
            _forget(response, world.options.page_cookies)
        return response

    return pages


def _problem(world: World) -> str:
    """What WeChat would say is wrong with the link, empty when all is well."""
    get = request.args.get
    if get("appid") != world.options.oa_appid:
        return "appid 参数错误 · wrong appid"
    if get("response_type") != "code" or get("scope") not in _SCOPES:
        return "response_type 或 scope 参数错误 · wrong response_type or scope"
    if len(get("state", "").encode()) > _STATE_LIMIT_BYTES:
        return "state 过长 · state is longer than 128 bytes"
    target = urlsplit(get("redirect_uri", ""))
    allowed = LOOPBACK | {urlsplit(world.callback_url).hostname}
    if target.scheme not in {"http", "https"} or target.hostname not in allowed:
        return "redirect_uri 域名与后台配置不一致 (10003) · redirect_uri is not of the configured domain"
    return ""


def _sent_back(world: World, person: Person) -> str:
    parts = urlsplit(request.args["redirect_uri"])
    code = world.codes.issue("oauth", person.id)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code)]
    query.append(("state", request.args.get("state", "")))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), parts.fragment))


def _as_person(url: str, person: Person) -> AnyResponse:
    response = redirect(url)
    response.set_cookie(COOKIE, person.id, httponly=True, samesite="Lax")
    return response


def _forget(response: AnyResponse, cookies: tuple[str, ...]) -> None:
    """Sign the browser out of the product's pages; cookies are per host, whatever the port."""
    for cookie in cookies:
        name, _, path = cookie.partition("@")
        response.delete_cookie(name, path=path or "/")


def _chooser(world: World) -> str:
    asked = [(name, value) for name, value in request.args.items() if name != "standin_person"]
    links = [
        (one, f"{request.path}?{urlencode([*asked, ('standin_person', one.id)])}")
        for one in world.people.all()
        if _PERSON.fullmatch(one.id)
    ]
    return render_template("authorize.html", links=links, account=world.options.account_name)
