"""Recognise text that is not a category: dates, formatted numbers, booleans and words for a missing value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from nncli.data.tables.number_parsing import parse_number

MIN_MATCHING_SHARE = 0.9  # a column matches a pattern if at least this share of its texts match
DATE = re.compile(
    r"\d{4}[-/.]\d\d?[-/.]\d\d?([T ].*)?"  # 2026-11-25, 2026/11/25 08:00
    r"|\d\d?[./-]\d\d?[./-](\d{4}|\d{2})( .*)?"  # 25.11.2026, 11/25/26
    r"|\d\d?:\d\d(:\d\d(\.\d+)?)?"  # 08:15
    r"|\d\d?[ -][A-Za-z]{3,9}\.?[ -]\d{2,4}|[A-Za-z]{3,9}\.? \d\d?,? \d{4}"  # 25 Nov 2026, November 25, 2026
)
NUMBER_FORMATTING = re.compile(r"[\s%$€£¥,'\u00a0\u202f]")
MISSING_WORDS = ("na", "n/a", "nan", "null", "none", "nil", "missing", "?", "-", "--", ".", "#n/a")
NON_FINITE_WORDS = (*MISSING_WORDS, "inf", "-inf", "+inf", "infinity", "-infinity")
BOOLEANS = ("true", "false")


def are_dates(texts: Collection[str]) -> bool:
    """Whether texts are dates or times."""
    return _most_match(texts, lambda text: DATE.fullmatch(text) is not None)


def are_formatted_numbers(texts: Collection[str]) -> bool:
    """Whether texts are numbers, many of them with signs and separators such as 12%, $5 or 1,5."""
    plain = sum(parse_number(text) is not None for text in texts)
    if plain >= MIN_MATCHING_SHARE * len(texts):
        return False
    return _most_match(texts, lambda text: parse_number(NUMBER_FORMATTING.sub("", text)) is not None)


def are_booleans(texts: Collection[str]) -> bool:
    """Whether all texts are true or false."""
    return len(texts) > 0 and all(text.lower() in BOOLEANS for text in texts)


def _most_match(texts: Collection[str], matches: Callable[[str], bool]) -> bool:
    return len(texts) > 0 and sum(map(matches, texts)) >= MIN_MATCHING_SHARE * len(texts)
