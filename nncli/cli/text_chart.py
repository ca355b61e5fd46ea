"""Draw a curve as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from nncli.cli.console import can_encode

ROWS, MAX_COLUMNS, MIN_COLUMNS = 8, 60, 10
BLOCKS = " ▁▂▃▄▅▆▇█"  # characters that are filled to 0 to 8 eighths of their height
ASCII_BLOCKS = "    #####"  # the same for terminals without block characters
FRAME, ASCII_FRAME = ("┤", "│", "└", "─"), ("|", "|", "+", "-")  # tick, side, corner, bottom


def draw_chart(values: Sequence[float], end: int, unit: str, width: int) -> list[str]:
    """Return the lines of a chart of the area below a curve, from 0 to its highest value.

    Args:
        values: values at equal intervals, each at least 0 and not all 0.
        end: the last number on the horizontal axis, which starts at 0.
        unit: unit of the horizontal axis.
        width: maximum length of a line in characters.
    """
    blocks, frame = (BLOCKS, FRAME) if can_encode(BLOCKS + "".join(FRAME)) else (ASCII_BLOCKS, ASCII_FRAME)
    tick, side, corner, bottom = frame
    highest = max(values)
    labels = {0: f"{highest:.4g}", ROWS // 2: f"{highest / 2:.4g}", ROWS: "0"}
    margin = max(map(len, labels.values())) + 1
    columns = max(min(MAX_COLUMNS, width - margin - len(f" | {unit}")), MIN_COLUMNS)
    sampled = [*(values[index * len(values) // columns] for index in range(columns - 1)), values[-1]]
    heights = [round(value / highest * 8 * ROWS) for value in sampled]  # in eighths of a row
    lines = []
    for row in range(ROWS):
        floor = 8 * (ROWS - 1 - row)
        cells = "".join(blocks[min(max(height - floor, 0), 8)] for height in heights)
        lines.append(f"{labels.get(row, ''):>{margin}} {tick if row in labels else side}{cells}".rstrip())
    lines.append(f"{labels[ROWS]:>{margin}} {corner}{bottom * columns}")
    return [*lines, " " * (margin + 2) + _label_axis(end, unit, columns)]


def _label_axis(end: int, unit: str, columns: int) -> str:
    """Return the labels below the horizontal axis: 0, the middle if there is space for it, and the end."""
    middle, last = f"{end // 2:,}" if end % 2 == 0 else f"{end / 2:,}", f"{end:,}"
    space = columns - 1 - len(last)
    return f"0{middle if len(middle) < space - 1 else '':^{max(space, 1)}}{last} {unit}"
