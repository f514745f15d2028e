"""Running a network file: LiteRT for ``.tflite``, ONNX Runtime for ``.onnx``; TensorFlow is never imported.

Both run on one thread a call: throughput comes from several probes at once, not from splitting one, so that
two cores serve two gates evenly.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions

Tensor = NDArray[np.float32]


class LiteRtNet:
    """One ``.tflite`` file. An interpreter is not safe to share, so each thread has its own."""

    def __init__(self, path: Path) -> None:
        self._content = path.read_bytes()
        self._local = threading.local()

    def run(self, value: Tensor) -> Sequence[Tensor]:
        """Outputs in the file's order for one input of the file's fixed shape, float32."""
        interpreter = self._interpreter()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], value)
        interpreter.invoke()
        return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]

    def _interpreter(self) -> Interpreter:
        existing = getattr(self._local, "interpreter", None)
        if existing is not None:
            return existing
        made = Interpreter(model_content=self._content, num_threads=1)
        made.allocate_tensors()
        self._local.interpreter = made
        return made


class OnnxNet:
    """One ``.onnx`` file with one input and one output that matters; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        options = SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # the arena keeps the largest buffers ever used; without it the process stays within its budget
        options.enable_cpu_mem_arena = False
        self._session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, value: Tensor) -> Tensor:
        """First output for one input of the file's fixed shape, float32."""
        outputs = self._session.run(None, {self._input: value})
        return np.asarray(outputs[0], dtype=np.float32)
