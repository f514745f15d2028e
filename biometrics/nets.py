"""Running a network file: OpenVINO where it is installed, else LiteRT (``.tflite``) or ONNX Runtime (``.onnx``).

OpenVINO computes the same in half the processor time; the other two run where it has no build (a small gate
computer), and give the same outputs. TensorFlow is never imported. Each call runs on one thread: throughput comes
from several probes at once, not from splitting one, so that two cores serve two gates evenly.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float32]

_FIRST_USE = threading.Lock()
"""OpenVINO's binding sets up static values in its first call; two threads in it wait for each other for ever."""


class Net(Protocol):
    """One network file, safe to share between threads."""

    def run(self, value: Tensor) -> Sequence[Tensor]:
        """Outputs in the file's order for one input of the file's fixed shape, float32."""
        ...


def open_net(path: Path, rows: int = 1) -> Net:
    """The network in a ``.tflite`` or ``.onnx`` file, on the fastest runtime that is installed.

    Args:
        rows: how often the file's shape, made for one, lies in one input; the outputs' values follow one another.
    """
    if find_spec("openvino") is not None:
        return OpenVinoNet(path, rows)
    one: Net = LiteRtNet(path) if path.suffix == ".tflite" else OnnxNet(path)
    return one if rows == 1 else OneByOne(one)


class OpenVinoNet:
    """Either kind of file on OpenVINO; float32 on every processor, so that scores do not depend on the machine."""

    def __init__(self, path: Path, rows: int = 1) -> None:
        core = _openvino_core()
        model = core.read_model(str(path))
        if rows > 1:
            model.reshape([rows, *list(model.inputs[0].shape)[1:]])
        options = {
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,  # two workers pinned to one core would wait for each other
        }
        self._compiled = core.compile_model(model, "CPU", options)
        self._local = threading.local()
        with _FIRST_USE:
            self.run(np.zeros(tuple(self._compiled.inputs[0].shape), np.float32))

    def run(self, value: Tensor) -> Sequence[Tensor]:
        """See `Net.run`."""
        request = getattr(self._local, "request", None)
        if request is None:
            request = self._local.request = self._compiled.create_infer_request()
        given = np.ascontiguousarray(value, np.float32)
        return list(request.infer({0: given}, share_inputs=True, share_outputs=False).values())


class OneByOne:
    """Several rows on a runtime that takes the file's own shape alone."""

    def __init__(self, net: Net) -> None:
        self._net = net

    def run(self, value: Tensor) -> Sequence[Tensor]:
        """See `Net.run`."""
        outputs = zip(*(self._net.run(value[n : n + 1]) for n in range(len(value))), strict=True)
        return [np.concatenate(rows) for rows in outputs]


class LiteRtNet:
    """One ``.tflite`` file. An interpreter is not safe to share, so each thread has its own."""

    def __init__(self, path: Path) -> None:
        self._content = path.read_bytes()
        self._local = threading.local()

    def run(self, value: Tensor) -> Sequence[Tensor]:
        """See `Net.run`."""
        interpreter = self._interpreter()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], value)
        interpreter.invoke()
        return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]

    def _interpreter(self) -> Any:
        existing = getattr(self._local, "interpreter", None)
        if existing is not None:
            return existing
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - loaded only where it is the runtime

        made = Interpreter(model_content=self._content, num_threads=1)
        made.allocate_tensors()
        self._local.interpreter = made
        return made


class OnnxNet:
    """One ``.onnx`` file on ONNX Runtime."""

    def __init__(self, path: Path) -> None:
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - as above

        options = SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # the arena keeps the largest buffers ever used; without it the process stays within its budget
        options.enable_cpu_mem_arena = False
        self._session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, value: Tensor) -> Sequence[Tensor]:
        """See `Net.run`."""
        return [np.asarray(output, dtype=np.float32) for output in self._session.run(None, {self._input: value})]


@cache
def _openvino_core() -> Any:
    from openvino import Core  # noqa: PLC0415 - as above

    return Core()
