"""The signs that many put where the full stop would be, as parts of patterns."""

EMOJI = "\u2600-\u27bf\u2b50\U0001f300-\U0001faff"  # between square brackets
FACE = "[:;=]-?[)D]"
