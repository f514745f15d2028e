"""What large pictures leave behind in the face process."""

from __future__ import annotations

import subprocess
import sys

from tests.biometrics.faces import ROOT

LARGE = """
import io, threading
from pathlib import Path
from PIL import Image
from adapters.face.memory import give_back_memory
from biometrics.picture import decode
assert give_back_memory()
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
def png(wide, high):
    out = io.BytesIO()
    noise = Image.effect_noise((wide // 8, high // 8), 50)
    noise.resize((wide, high)).convert("RGB").save(out, "PNG", compress_level=1)
    return out.getvalue()
files = [png(1900 + 97 * n, 1500 + 89 * n) for n in range(12)]
decode(files[0])
before = resident()
def work():
    for data in files:
        assert not isinstance(decode(data), str)
workers = [threading.Thread(target=work) for _ in range(2)]
for worker in workers: worker.start()
for worker in workers: worker.join()
print(resident() - before)
"""


def test_the_pixels_of_large_pictures_go_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, cwd=ROOT, check=True)
    assert float(done.stdout) < 30  # megabytes; ninety were kept before
