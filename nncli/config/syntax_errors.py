"""What PyYAML says of a text that is no YAML, in the words of the person who wrote it."""

from __future__ import annotations

import re

import yaml

from nncli.config.document import Document, Mark
from nncli.core.errors import Problem
from nncli.core.text_format import truncate

_BARE_REFERENCE = re.compile(r"""[\[{,:]\s*\$\{""")
_TOKENS = re.compile(r"""[{}\[\]]|(?<=\s)#[^\n]*|'(?:[^'\n]|'')*'|["](?:[^"\\\n]|\\.)*["]""")
_BARE_VALUE = re.compile(r"\s*(?:-\s+)?(?:(\w+):\s+)?([\w.]+)\s*(?:\s#.*)?")
_NO_SPACE_AFTER_DASH = re.compile(r"\s*-[^\s-]")
_NO_SPACE_AFTER_COLON = re.compile(r"\s*\w+:\S")


def explain_syntax_error(error: yaml.YAMLError, document: Document) -> Problem:
    """The fault with its place.

    Args:
        error: as PyYAML raised it.
        document: the text.
    """
    position = getattr(error, "position", None)
    if position is not None:  # a character that no YAML may hold
        before = document.text[:position]
        mark = Mark(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
        code = getattr(error, "character", 0)
        return document.at(mark, Problem((), f"a character that YAML does not allow (code {code}); delete it"))
    mark, message = _told(error, document)
    return document.at(mark, Problem((), message))


def _told(error: yaml.YAMLError, document: Document) -> tuple[Mark, str]:
    problem, context = getattr(error, "problem", None) or "not YAML", getattr(error, "context", None) or ""
    here, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if here is None:
        return Mark(1, 1), f"not YAML: {' '.join(str(error).split())}"
    at = Mark(here.line + 1, here.column + 1)
    line = document.lines[here.line] if here.line < len(document.lines) else ""
    before = Mark(opened.line + 1, opened.column + 1) if opened is not None else at
    if "'\\t' that cannot start" in problem:
        return at, "a tab character; use spaces"
    if "flow" in context and _BARE_REFERENCE.search(line):
        return at, 'between braces or brackets a reference needs quotes: "${section.key}"'
    begun_before = opened is not None and here.line > opened.line
    if "flow" in context and (begun_before or not line[here.column :].strip()):
        return _unclosed(document, here.index)
    if "quoted scalar" in context and "end of stream" in problem:
        return before, "this quote is not closed"
    if problem.startswith("expected <block end>, but found"):
        return at, _after_a_block(problem, line)
    if "could not find expected ':'" in problem:
        bare = document.lines[before.line - 1] if before.line <= len(document.lines) else ""
        missing = _NO_SPACE_AFTER_COLON.match(bare) is not None
        return before, "a space is missing after the colon" if missing else "expected KEY: VALUE"
    if "mapping values are not allowed here" in problem:
        if _NO_SPACE_AFTER_DASH.match(line):
            return Mark(at.line, line.index("-") + 1), "a space is missing after the dash"
        return at, _below(document, here.line) or "a colon inside of a value; put the value in quotes"
    if "that cannot start any token" in problem:
        return at, f"a value cannot begin with {line[here.column : here.column + 1]!r}; put it in quotes"
    if "expected a single document" in context:
        return at, "a second document begins here; a config is a single one"
    return at, f"{problem}: {truncate(line.strip())}" if line.strip() else problem


def _below(document: Document, line: int) -> str:
    """What is wrong where keys stand below a value that has none, or nothing."""
    current, before = document.lines[line], document.lines[line - 1] if line else ""
    deeper = len(current) - len(current.lstrip()) > len(before) - len(before.lstrip())
    found = _BARE_VALUE.fullmatch(before)
    if not found or not deeper:
        return ""
    if found[1] == "type":
        return "the indentation does not fit the line above"
    return f"{found[2]!r} above has its value already; to give it keys write {{type: {found[2]}, ...}}"


def _unclosed(document: Document, end: int) -> tuple[Mark, str]:
    """The innermost brace or bracket that is open at a position of the text."""
    opened: list[int] = []
    comment = ""
    for found in _TOKENS.finditer(document.text, 0, end):
        if found[0] in ("{", "["):
            opened.append(found.start())
        elif found[0] in ("}", "]") and opened:
            opened.pop()
        elif found[0].lstrip().startswith("#") and opened:
            comment = "; what follows # is a comment"
    at = opened[-1] if opened else max(end - 1, 0)
    closing = "}" if document.text[at : at + 1] == "{" else "]"
    line = document.text.count("\n", 0, at)
    mark = Mark(line + 1, at - (document.text.rfind("\n", 0, at) + 1) + 1)
    return mark, f"this {document.text[at : at + 1]} is not closed; expected {closing} behind what is inside{comment}"


def _after_a_block(problem: str, line: str) -> str:
    """What is wrong where a value is followed by something that does not go on with it."""
    if "'<block" in problem or "'-'" in problem or "'?'" in problem or "'<scalar>'" in problem:
        quoted = "'<scalar>'" in problem and line.count("'") + line.count('"') > 1
        doubled = "; within single quotes a quote is written twice: ''"
        return f"text behind a closing quote{doubled}" if quoted else "the indentation does not fit the lines above"
    found = problem.rpartition("found ")[2]
    return f"{found} does not belong here; delete it, or put the whole value in quotes"
