"""A message cut into passages: a few sentences each, as long as one look of the encoder."""

from complaint_gift.learned.sentences import split

LONGEST = 350
MOST = 6


def passages(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of at most six passages of whole sentences; the first ones and the last one are kept."""
    found: list[tuple[int, int]] = []
    for start, end in split(text):
        if found and end - found[-1][0] <= LONGEST:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found if len(found) <= MOST else [*found[: MOST - 1], found[-1]])
