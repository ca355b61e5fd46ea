"""A curve as a few lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from nncli.cli.console import can_encode

ROWS, COLUMNS, FEWEST_COLUMNS = 8, 60, 10
BLOCKS = " ▁▂▃▄▅▆▇█"  # from nothing to the whole of a character, in eighths
PLAIN = "    #####"  # the same without blocks
FRAME, PLAIN_FRAME = ("┤", "│", "└", "─"), ("|", "|", "+", "-")  # beside a number, beside none, the corner, below


def chart(values: Sequence[float], end: int, unit: str, width: int) -> list[str]:
    """The lines of a chart of what is below a curve, from 0 to its highest value.

    Args:
        values: at even distances, not negative, and not all of them 0.
        end: what the axis below reaches to, from 0.
        unit: of that.
        width: how long a line may be.
    """
    blocks, frame = (BLOCKS, FRAME) if can_encode(BLOCKS + "".join(FRAME)) else (PLAIN, PLAIN_FRAME)
    tick, side, corner, below = frame
    highest = max(values)
    names = {0: f"{highest:.4g}", ROWS // 2: f"{highest / 2:.4g}", ROWS: "0"}
    margin = max(map(len, names.values())) + 1
    columns = max(min(COLUMNS, width - margin - len(f" | {unit}")), FEWEST_COLUMNS)
    seen = [*(values[index * len(values) // columns] for index in range(columns - 1)), values[-1]]
    heights = [round(value / highest * 8 * ROWS) for value in seen]  # in eighths
    lines = []
    for row in range(ROWS):
        floor = 8 * (ROWS - 1 - row)
        cells = "".join(blocks[min(max(height - floor, 0), 8)] for height in heights)
        lines.append(f"{names.get(row, ''):>{margin}} {tick if row in names else side}{cells}".rstrip())
    lines.append(f"{names[ROWS]:>{margin}} {corner}{below * columns}")
    middle, right = f"{end // 2:,}" if end % 2 == 0 else f"{end / 2:,}", f"{end:,} {unit}"
    room = columns - 1 - len(f"{end:,}")
    return [*lines, f"{' ' * (margin + 2)}0{middle if len(middle) < room - 1 else '':^{max(room, 1)}}{right}"]
