"""How the index is packed to take little room on disk: vectors into six bits a dimension, texts and terms by zlib.

Four dimensions share three bytes. Each vector is scaled so that its largest component is 31 or -31; what is read back
is normalised, so the scale need not be stored. Of multilingual-e5-small, that moves the cosines of questions and
sentences of XQuAD by .0008 (standard deviation), at most by .004. Texts and terms come down to half their size, and are
read back in 27 microseconds an article and 7 a chunk.

A chunk's own vector is kept as a sketch as well, in four bits a dimension: enough to tell which of many thousand chunks
are worth a look at their sentences.
"""

import zlib
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.errors import IndexDamagedError

# Of the ids that stand beside vectors, one each.
VECTOR_ID_TYPE = "<i8"
VECTOR_ID_BYTES = np.dtype(VECTOR_ID_TYPE).itemsize

LARGEST = 31
# Components are stored as 1 to 63; 0 fills up the last three bytes.
_MIDDLE = 32
_PADDING = 0
# Of a sketch.
_SKETCH_LARGEST = 7
_SKETCH_MIDDLE = 8


def quantise(vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Vectors (n, d) as rows (n, ceil(d / 4) * 3) of bytes; a zero vector stays zero."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    scale = np.divide(LARGEST, largest, out=np.zeros_like(largest), where=largest > 0)
    codes = (np.rint(vectors * scale) + _MIDDLE).astype(np.uint8)
    padded = np.pad(codes, ((0, 0), (0, -codes.shape[1] % 4)), constant_values=_PADDING)
    first, second, third, fourth = np.moveaxis(padded.reshape(len(codes), padded.shape[1] // 4, 4), -1, 0)
    packed = (first << 2 | second >> 4, second << 4 | third >> 2, third << 6 | fourth)
    return np.stack(packed, axis=-1).reshape(len(codes), padded.shape[1] // 4 * 3)


def unit_vectors(rows: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The unit vectors (n, d) behind quantised ones; a zero vector stays zero."""
    first, second, third = np.moveaxis(rows.reshape(len(rows), rows.shape[1] // 3, 3), -1, 0)
    unpacked = (first >> 2, (first & 3) << 4 | second >> 4, (second & 15) << 2 | third >> 6, third & 63)
    codes = np.stack(unpacked, axis=-1).reshape(len(rows), rows.shape[1] // 3 * 4)
    dimensions = codes.shape[1] - np.count_nonzero(codes[:1, -3:] == _PADDING)
    return normalised(codes[:, :dimensions].astype(np.float32) - _MIDDLE)


def sketch(codes: bytes, sentences: int) -> bytes:
    """The mean of a chunk's sentence vectors, which `codes` are, in 4 bits a dimension; also a function of SQL."""
    rows = np.frombuffer(codes, dtype=np.uint8).reshape(sentences, -1)
    mean = unit_vectors(rows).mean(axis=0)
    largest = float(np.abs(mean).max(initial=0)) or 1.0
    levels = (np.rint(mean * (_SKETCH_LARGEST / largest)) + _SKETCH_MIDDLE).astype(np.uint8)
    pairs = np.pad(levels, (0, len(levels) % 2), constant_values=_SKETCH_MIDDLE).reshape(-1, 2)
    return bytes(pairs[:, 0] << 4 | pairs[:, 1])


def sketched(rows: NDArray[np.uint8], dimensions: int) -> NDArray[np.float32]:
    """The unit vectors (n, dimensions) that sketches (n, bytes) stand for."""
    levels = np.stack([rows >> 4, rows & 15], axis=-1).reshape(len(rows), -1)
    return normalised(levels[:, :dimensions].astype(np.float32) - _SKETCH_MIDDLE)


def normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors (..., d) at length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


class PackedText:
    """A text that is unpacked when it is wanted, and then once.

    Args:
        packed: as `pack_text` makes it.
    """

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    @cached_property
    def text(self) -> str:
        """The text.

        Raises:
            IndexDamagedError: it is not what was packed.
        """
        return unpack_text(self._packed)


def pack_text(text: str) -> bytes:
    """A text, or terms joined by spaces."""
    return zlib.compress(text.encode())


def unpack_text(packed: bytes) -> str:
    """What was packed; also a function of SQL.

    Raises:
        IndexDamagedError: it is not what was packed.
    """
    try:
        return zlib.decompress(packed).decode()
    except zlib.error as error:
        message = f"A text in the index is damaged: {error}."
        raise IndexDamagedError(message) from error
