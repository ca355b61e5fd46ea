"""Write docs/reference/ from the registered classes and the command line: python -m tests.tools.write_reference.

With --check it writes nothing, prints the pages that are out of date, and exits with 1 if there are any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from nncli.cli.app import command_line
from nncli.workflows.listing import Entry, entries_by_kind

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
HEADER = "<!-- written by python -m tests.tools.write_reference; change the docstrings, not this page -->"
ABOUT = {
    "layers": "Layers are the items of the list `model`, in order. A layer without required keys can be written as its "
    "bare name: `flatten` means `{type: flatten}`. Shapes leave out the batch axis; `*` stands for any number of axes.",
    "activations": "Like layers, activations are items of the list `model`, but they have no parameters. They keep the "
    "shape.",
    "initializers": "An initializer sets the initial weights. Layers with weights have the key `initializer`, such as "
    "`{type: dense, units: 64, initializer: he}`. Without this key, the activation that follows decides: `he` before "
    "relu-like activations, `lecun` before selu, otherwise `xavier`; `nncli check --resolved` shows which.",
    "losses": "A config has one `loss`: a bare name, or a mapping with keys, such as "
    "`loss: {type: huber, delta: 2.0}`.",
    "metrics": "`metrics` is a list, such as `metrics: [accuracy, {type: f1, average: macro}]`. `nncli evaluate "
    "--metric NAME` measures further metrics afterwards.",
    "optimizers": "A config has one `optimizer`: a bare name, or a mapping with keys, such as "
    "`optimizer: {type: adam, learning_rate: 1e-3}`. Its `learning_rate` is a number or a [schedule](schedules.md).",
    "schedules": "A schedule takes the place of the number in `optimizer.learning_rate`, such as "
    "`learning_rate: {type: cosine, initial: 1e-3}`. `nncli check` draws a chart of the rates.",
    "scalers": "A scaler is the value of `data.scale_inputs` or `data.scale_targets`. It is fitted on the training "
    "rows and stored in the checkpoint.",
    "sources": "A source is the value of `data.train`, `data.validation` or `data.test`. Its type follows from its "
    "keys and from the ending of its file; if these do not determine it, name it with `type`.",
    "datasets": "These datasets are part of the package: `data: {train: {dataset: digits}}`.",
    "settings": "The sections of a config. `config` is the whole file; `training.early_stopping` is described under "
    "`early_stopping`, and so on.",
    "commands": "Every command takes `-h` or `--help`. `nncli --debug COMMAND ...` shows the traceback of an error. "
    "Exit codes: 0 done; 2 something the user can fix (config, data, arguments, a bad file); 1 the run failed "
    "(numbers not finite, disk full); 130 and 143 stopped by Ctrl-C and SIGTERM, with the state saved.",
}


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    found = {f"{kind}.md": _page(kind, map(_entry, entries)) for kind, entries in entries_by_kind().items()}
    found["commands.md"] = _page("commands", _commands())
    listing = "\n".join(f"- [{kind.capitalize()}]({kind}.md)" for kind in (name.removesuffix(".md") for name in found))
    about = (
        "Everything that a config can name, with every key, and the options of every command. `nncli list` prints the "
        "same in a terminal: `nncli list layers`, `nncli list conv2d`."
    )
    return {"index.md": f"# Reference\n\n{HEADER}\n\n{about}\n\n{listing}\n", **found}


def _page(kind: str, parts: Iterable[str]) -> str:
    sections = list(parts)
    names = [section.partition("\n")[0].removeprefix("## ") for section in sections]
    contents = ", ".join(f"[{name}](#{name.replace(' ', '-')})" for name in names)
    return "\n\n".join([f"# {kind.capitalize()}", HEADER, ABOUT[kind], contents, *sections]) + "\n"


def _entry(entry: Entry) -> str:
    if entry.text:  # a dataset's own page, with its headings one level lower
        return re.sub(r"^#", "##", entry.text.strip(), flags=re.MULTILINE)
    docstring = entry.docstring
    parts = [f"## {entry.name}"]
    if entry.aliases:
        parts.append(f"Also {', '.join(f'`{alias}`' for alias in entry.aliases)}.")
    parts.append(_escaped(docstring.summary))
    parts += map(_paragraph, filter(None, docstring.body.split("\n\n")))
    if entry.fields:
        rows = [
            (
                f"`{field.name}`",
                field.expected,
                f"`{field.default_text}`" if field.default_text else "required",
                field.text,
            )
            for field in entry.fields
        ]
        parts.append(_table(("key", "expected", "default", "meaning"), rows))
    for title in ("Shape", "Reference"):
        if title in docstring.sections:
            parts.append(f"{title}: {_escaped(docstring.sections[title])}")
    if entry.example:
        parts.append(f"In a config: `{entry.example}`")
    return "\n\n".join(parts)


def _paragraph(text: str) -> str:
    """Return a paragraph of a docstring: as a text block if it has a formula, otherwise as prose."""
    if any(line.startswith(" ") or " = " in line or " <- " in line for line in text.splitlines()):
        return f"```text\n{text}\n```"
    return _escaped(" ".join(text.split()))


def _commands() -> Iterator[str]:
    group: Any = typer.main.get_command(command_line([]))
    for name, command in group.commands.items():
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        options = [param for param in command.params if param not in arguments and "--help" not in param.opts]
        usage = " ".join([f"nncli {name}", *(_metavar(param) for param in arguments), "[OPTIONS]"])
        rows = [(f"`{_metavar(param).strip('[]')}`", param.help) for param in arguments]
        rows += [(_option(param), _with_default(param)) for param in options]
        summary = _escaped(" ".join(command.help.split()))
        yield "\n\n".join([f"## nncli {name}", f"`{usage}`", summary, _table(("argument or option", "meaning"), rows)])


def _metavar(param: Any) -> str:
    name = param.metavar.strip("[]")
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    names = sorted(param.opts, key=len, reverse=True)
    return ", ".join(f"`{name}`" if param.is_flag else f"`{name} {param.metavar}`" for name in names)


def _with_default(param: Any) -> str:
    shown = not param.is_flag and param.default is not None
    return f"{param.help} Default {param.default}." if shown else str(param.help)


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [" | ".join(cell.replace("|", r"\|") if "`" in cell else _escaped(cell) for cell in row) for row in rows]
    body = "\n".join(f"| {line} |".replace("|  |", "| |") for line in lines)
    return f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}\n{body}"


def _escaped(text: str) -> str:
    """Escape the characters that Markdown interprets, except between backquotes."""
    pieces = text.split("`")
    for index in range(0, len(pieces), 2):
        for character in "\\*_<|[]":
            pieces[index] = pieces[index].replace(character, f"\\{character}")
    return "`".join(pieces)


def main() -> None:
    """Write the pages, or check whether they are up to date."""
    generated = pages()
    existing = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    stale = sorted(name for name in generated.keys() | existing.keys() if generated.get(name) != existing.get(name))
    if "--check" in sys.argv:
        print("\n".join(stale))
        sys.exit(1 if stale else 0)
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in generated:
            (REFERENCE / name).write_text(generated[name], encoding="utf-8")
        else:
            (REFERENCE / name).unlink()


if __name__ == "__main__":
    main()
