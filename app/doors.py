"""Which doors the api process has."""

from __future__ import annotations

from flask import Flask

from access.services.house import House
from app.settings import Settings
from bot.callback import bot_blueprint
from bot.gateway import GatewaySettings, Mode
from console.blueprint import console_blueprint
from hardware.server.adms.blueprint import adms_blueprint
from hardware.server.blueprint import gate_blueprint
from miniapp_api.blueprint import api_blueprint
from pages.blueprint import pages_blueprint


def register(app: Flask, house: House, settings: Settings) -> None:
    """Hang every door into the application.

    Browser forms are guarded against forgery by the doors that have forms; machine doors sign their requests.
    """
    app.register_blueprint(api_blueprint(house))
    app.register_blueprint(pages_blueprint(house))
    app.register_blueprint(console_blueprint(house, secure_cookies=settings.is_secure))
    app.register_blueprint(bot_blueprint(house, gateway_settings(settings)))
    app.register_blueprint(gate_blueprint(house))
    if settings.adms:
        app.register_blueprint(adms_blueprint(house))


def gateway_settings(settings: Settings) -> GatewaySettings:
    """What the official account's callback must know."""
    return GatewaySettings(
        token=settings.oa_token.get_secret_value(),
        appid=settings.oa_appid,
        mode=Mode(settings.oa_mode),
        aes_key=settings.oa_aes_key.get_secret_value(),
    )
