"""Aligned tables and bars for a terminal."""

from collections.abc import Sequence

EIGHTHS = " ▏▎▍▌▋▊▉█"
BAR_CHARACTERS = 40


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """The first `left` columns start where they start, the others end together."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def bar(value: float, most: float, characters: int = BAR_CHARACTERS) -> str:
    """In eighths of a character; what is there at all is seen."""
    eighths = max(1, round(value / most * characters * 8))
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")
