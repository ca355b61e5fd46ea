"""Explain the syntax errors of PyYAML in terms of what the user wrote."""

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
    """Return the problem behind a syntax error, with its position.

    Args:
        error: the error that PyYAML raised.
        document: the document that was being read.
    """
    position = getattr(error, "position", None)
    if position is not None:  # a character that YAML forbids
        before = document.text[:position]
        mark = Mark(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
        code = getattr(error, "character", 0)
        return document.locate_at(mark, Problem((), f"a character that YAML does not allow (code {code}); delete it"))
    mark, message = _explain(error, document)
    return document.locate_at(mark, Problem((), message))


def _explain(error: yaml.YAMLError, document: Document) -> tuple[Mark, str]:
    """Return the position and message of a syntax error; PyYAML's errors have no codes, so their text is matched."""
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
        return at, _explain_after_value(problem, line)
    if "could not find expected ':'" in problem:
        bare = document.lines[before.line - 1] if before.line <= len(document.lines) else ""
        missing = _NO_SPACE_AFTER_COLON.match(bare) is not None
        return before, "a space is missing after the colon" if missing else "expected KEY: VALUE"
    if "mapping values are not allowed here" in problem:
        if _NO_SPACE_AFTER_DASH.match(line):
            return Mark(at.line, line.index("-") + 1), "a space is missing after the dash"
        return at, _explain_nested_keys(document, here.line) or "a colon inside a value; put the value in quotes"
    if "that cannot start any token" in problem:
        return at, f"a value cannot begin with {line[here.column : here.column + 1]!r}; put it in quotes"
    if "expected a single document" in context:
        return at, "a second document begins here; a config is a single document"
    return at, f"{problem}: {truncate(line.strip())}" if line.strip() else problem


def _explain_nested_keys(document: Document, line: int) -> str:
    """Explain keys that are indented below a scalar; return "" if that is not the problem."""
    current, before = document.lines[line], document.lines[line - 1] if line else ""
    deeper = len(current) - len(current.lstrip()) > len(before) - len(before.lstrip())
    found = _BARE_VALUE.fullmatch(before)
    if not found or not deeper:
        return ""
    if found[1] == "type":
        return "the indentation does not fit the line above"
    return f"{found[2]!r} above is a complete value; to give it keys, write {{type: {found[2]}, ...}}"


def _unclosed(document: Document, end: int) -> tuple[Mark, str]:
    """Find the innermost brace or bracket that is open at a position of the text, and explain it."""
    opened: list[int] = []
    comment = ""
    for found in _TOKENS.finditer(document.text, 0, end):
        if found[0] in ("{", "["):
            opened.append(found.start())
        elif found[0] in ("}", "]") and opened:
            opened.pop()
        elif found[0].lstrip().startswith("#") and opened:
            comment = "; the text after # is a comment"
    at = opened[-1] if opened else max(end - 1, 0)
    closing = "}" if document.text[at : at + 1] == "{" else "]"
    line = document.text.count("\n", 0, at)
    mark = Mark(line + 1, at - (document.text.rfind("\n", 0, at) + 1) + 1)
    return mark, f"this {document.text[at : at + 1]} is not closed; expected {closing} after its contents{comment}"


def _explain_after_value(problem: str, line: str) -> str:
    """Explain text that follows a complete value."""
    if "'<block" in problem or "'-'" in problem or "'?'" in problem or "'<scalar>'" in problem:
        quoted = "'<scalar>'" in problem and line.count("'") + line.count('"') > 1
        doubled = "; within single quotes a quote is written twice: ''"
        return f"text after a closing quote{doubled}" if quoted else "the indentation does not fit the lines above"
    found = problem.rpartition("found ")[2]
    return f"{found} does not belong here; delete it, or put the whole value in quotes"
