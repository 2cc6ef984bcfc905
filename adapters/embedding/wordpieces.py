"""Texts as the word pieces that BERT's models read."""

from __future__ import annotations

from importlib.resources import files

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

MOST_PIECES = 256
"""What the model was trained to read at once; the rest of a longer text is left out."""

_MOST_CHARACTERS = 10_000  # more than so many pieces ever come to in a language
_VOCABULARY = "vocabulary.txt"


class WordPieces:
    """BERT's vocabulary, without case and accents. What looks like one of its special pieces is text like any other."""

    def __init__(self) -> None:
        words = files("adapters.embedding").joinpath(_VOCABULARY).read_text(encoding="utf-8").split("\n")[:-1]
        numbers = {word: number for number, word in enumerate(words)}
        self._tokenizer = Tokenizer(WordPiece(numbers, unk_token="[UNK]"))  # noqa: S106 - no password
        self._tokenizer.normalizer = BertNormalizer()
        self._tokenizer.pre_tokenizer = BertPreTokenizer()
        self._tokenizer.post_processor = TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[(mark, numbers[mark]) for mark in ("[CLS]", "[SEP]")]
        )
        self._tokenizer.enable_truncation(MOST_PIECES)

    def of(self, text: str) -> list[int]:
        """The numbers of a text's pieces: at least two, its begin and its end."""
        whole = text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode()  # half a surrogate pair is no character
        return list(self._tokenizer.encode(whole).ids)
