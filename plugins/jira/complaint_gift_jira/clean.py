"""Plain text made from markup, and where in the markup each of its letters stood."""

from __future__ import annotations

from dataclasses import dataclass, replace

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """`length` letters of the text from `start` on stand at `offset` of the string that `path` leads to.

    The path of wiki markup is empty: there the whole source is one string.
    """

    start: int
    length: int
    path: Path = ()
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Clean:
    """What a reader sees. Letters that we put between (line breaks, bars of tables) have no piece."""

    text: str = ""
    pieces: tuple[Piece, ...] = ()

    def locate(self, start: int, end: int) -> tuple[Piece, ...]:
        """The parts of the source that text[start:end] was made of, in order."""
        found = []
        for piece in self.pieces:
            first, last = max(start, piece.start), min(end, piece.start + piece.length)
            if first < last:
                found.append(Piece(first, last - first, piece.path, piece.offset + first - piece.start))
        return tuple(found)

    def keep(self, part: str) -> Clean:
        """Only those lines of the text that `part` holds, in their order; self when they are not ours."""
        lines, at = part.split("\n"), 0
        kept: list[tuple[int, int]] = []
        for line in self.text.split("\n"):
            if len(kept) < len(lines) and line == lines[len(kept)]:
                kept.append((at, len(line)))
            at += len(line) + 1
        if len(kept) < len(lines):
            return self
        place = 0
        pieces: list[Piece] = []
        for start, length in kept:
            pieces += [replace(p, start=p.start - start + place) for p in self.locate(start, start + length)]
            place += length + 1
        return Clean(part, tuple(pieces))


class Writer:
    """Collects text; line breaks wait until there is something to put after them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0
        self._breaks = 0
        self._cells = 0
        self._is_new = False

    def copy(self, text: str, path: Path = (), offset: int = 0) -> None:
        """Letters that stand in the source."""
        if not text:
            return
        self._break()
        self._pieces.append(Piece(self._length, len(text), path, offset))
        self._put(tidy(text))

    def say(self, text: str) -> None:
        """Letters of our own."""
        if text:
            self._break()
            self._put(text)

    def block(self, lines: int = 1) -> None:
        """What follows stands on a line of its own; two leave an empty line between."""
        self._breaks = max(self._breaks, lines)

    def line(self) -> None:
        """A break that the author made."""
        self._breaks = min(self._breaks + 1, 2)

    def open_cell(self, *, first: bool) -> None:
        """Inside a cell everything stays on one line."""
        if first:
            self._break()
        else:
            self.say(" | ")
        self._cells, self._is_new = self._cells + 1, True

    def close_cell(self) -> None:
        """The end of the cell."""
        self._cells, self._breaks, self._is_new = self._cells - 1, 0, False

    def done(self) -> Clean:
        """All of it, without space around."""
        text = "".join(self._parts)
        lead, kept = len(text) - len(text.lstrip()), text.strip()
        moved = Clean(text, tuple(self._pieces)).locate(lead, lead + len(kept))
        return Clean(kept, tuple(replace(piece, start=piece.start - lead) for piece in moved))

    def _break(self) -> None:
        if self._breaks and self._parts and not self._is_new:
            self._put(" " if self._cells else "\n" * self._breaks)
        self._breaks, self._is_new = 0, False

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def tidy(text: str) -> str:
    """The same number of letters, none that a database refuses: lone surrogates and NUL become U+FFFD."""
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text).replace(
        "\xa0", " "
    )
