"""A control panel of another author (the pure-Python package `osdp`), run by an environment of its own.

Both it and libosdp install a module named `osdp`, so this file is never imported by the tests: it is started with
the other environment's Python. Arguments: serial port, master key in hexadecimal. One JSON object a line is written
for what the reader says; a line `open` on the standard input switches output 0 on for two seconds.
"""

from __future__ import annotations

import json
import logging
import sys
import time

import osdp

ADDRESS = 0
LONGEST = 30.0


def tell(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


class Panel(osdp.ControlPanel):
    def on_raw_card_data_reply_received(self, address: int, raw_card_data: osdp.RawCardData) -> None:
        tell(card=raw_card_data.data.hex(), bits=raw_card_data.bit_count)

    def on_keypad_data_reply_received(self, address: int, keypad_data: osdp.KeypadData) -> None:
        tell(keys=keypad_data.data.hex())


def main() -> None:
    logging.getLogger("osdp").setLevel(logging.CRITICAL)
    port, key = sys.argv[1], bytes.fromhex(sys.argv[2])
    panel = Panel(key)
    bus = panel.start_connection(osdp.SerialPortOsdpConnection(port, 9600))
    panel.add_device(bus, ADDRESS, use_crc=True, use_secure_channel=True)
    device = panel._buses[bus]._configured_devices[ADDRESS]
    until = time.monotonic() + LONGEST
    # The package calls nobody when the channel is secure; its own flag is all there is to look at.
    while not device.is_security_established and time.monotonic() < until:
        time.sleep(0.05)
    tell(secure=device.is_security_established, cuid=(device.cuid or b"").hex())
    for line in sys.stdin:
        if line.strip() != "open":
            break
        on = osdp.OutputControl(0, osdp.OutputControlCode.TemporaryStateOnResumePermanentState, 20)
        tell(opened=bool(panel.output_control(bus, ADDRESS, osdp.OutputControls([on]))))
    panel.shutdown()


if __name__ == "__main__":
    main()
