"""What a reader's light and buzzer say of an outcome (IEC 60839-11-5, LED and BUZ commands)."""

from __future__ import annotations

import osdp

from hardware.drivers.osdp.line import Event

_SET_FOR_A_TIME = 2
"""Temporary control code: this state for the timer, then the reader's own again."""
_DEFAULT_TONE = 2
_LIT = 30
"""Three seconds; OSDP counts in tenths."""
_SHORT = 1


def signals(phase: str) -> list[Event]:
    """Commands for a phase of `hardware.drivers.ports.Display`: one beep and green, or three and red."""
    if phase == "granted":
        return [_light(osdp.CommandLEDColor.Green), _beeps(1)]
    if phase == "denied":
        return [_light(osdp.CommandLEDColor.Red), _beeps(3)]
    return []


def _light(colour: int) -> Event:
    return {
        "command": osdp.Command.LED,
        "reader": 0,
        "led_number": 0,
        "control_code": _SET_FOR_A_TIME,
        "on_count": _LIT,
        "off_count": 0,
        "on_color": colour,
        "off_color": osdp.CommandLEDColor.Black,
        "timer_count": _LIT,
        "temporary": True,
    }


def _beeps(count: int) -> Event:
    return {
        "command": osdp.Command.Buzzer,
        "reader": 0,
        "control_code": _DEFAULT_TONE,
        "on_count": _SHORT,
        "off_count": _SHORT,
        "rep_count": count,
    }
