"""Writes the reference tables of README.md from what is registered: python -m tests.tools.write_reference."""

from __future__ import annotations

import re
from pathlib import Path

from nncli.workflows.listing import Entry, kinds

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- made by python -m tests.tools.write_reference -->\n", "<!-- end -->\n"


def reference() -> str:
    """A table for every kind."""
    parts = []
    for kind, entries in kinds().items():
        if kind != "datasets":
            rows = "\n".join(_row(entry) for entry in entries)
            parts.append(f"**{kind.capitalize()}**\n\n| name | keys | what it is |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _row(entry: Entry) -> str:
    names = ", ".join(f"`{name}`" for name in (entry.name, *entry.aliases))
    keys = ", ".join(
        f"`{item.name}`" if item.required else f"`{item.name}: {item.default_text}`" for item in entry.fields
    )
    summary = entry.summary.replace("|", r"\|")
    return f"| {names} | {keys} | {summary} |".replace("  ", " ")


def with_reference(text: str) -> str:
    """The text with its tables made anew."""
    assert BEGIN in text
    tables = f"{BEGIN}\n{reference()}\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: tables, text, flags=re.DOTALL)


if __name__ == "__main__":
    README.write_text(with_reference(README.read_text(encoding="utf-8")), encoding="utf-8")
