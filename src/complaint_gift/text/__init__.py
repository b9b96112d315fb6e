"""Reading a text: plain text from HTML, the new part of a mail, sentences, words, quotations and marks."""

from complaint_gift.text.folding import fold
from complaint_gift.text.history import new_part
from complaint_gift.text.html import html_to_plain
from complaint_gift.text.lemmas import is_cyrillic, lemmas
from complaint_gift.text.tokens import Text
from complaint_gift.text.words import Word, words_of

__all__ = ["Text", "Word", "fold", "html_to_plain", "is_cyrillic", "lemmas", "new_part", "words_of"]
