"""What texts look like that are no categories: dates, and numbers with signs in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from nncli.data.tables.numbers import number_of

MOST = 0.9  # the share of texts from which on all are taken to be of that kind
DATE = re.compile(
    r"\d{4}[-/.]\d\d?[-/.]\d\d?([T ].*)?"  # 2026-11-25, 2026/11/25 08:00
    r"|\d\d?[./-]\d\d?[./-](\d{4}|\d{2})( .*)?"  # 25.11.2026, 11/25/26
    r"|\d\d?:\d\d(:\d\d(\.\d+)?)?"  # 08:15
    r"|\d\d?[ -][A-Za-z]{3,9}\.?[ -]\d{2,4}|[A-Za-z]{3,9}\.? \d\d?,? \d{4}"  # 25 Nov 2026, November 25, 2026
)
SIGNS = re.compile(r"[\s%$€£¥,'\u00a0\u202f]")
NO_VALUE = ("na", "n/a", "nan", "null", "none", "nil", "missing", "?", "-", "--", ".", "#n/a")
NO_NUMBER = (*NO_VALUE, "inf", "-inf", "+inf", "infinity", "-infinity")
TRUTH = ("true", "false")


def are_dates(texts: Collection[str]) -> bool:
    """Whether texts are dates or times."""
    return _most(texts, lambda text: DATE.fullmatch(text) is not None)


def are_decorated(texts: Collection[str]) -> bool:
    """Whether texts are numbers, more than a few with signs that are no part of a number, such as 12%, $5 or 1,5."""
    plain = sum(number_of(text) is not None for text in texts)
    return _most(texts, lambda text: number_of(SIGNS.sub("", text)) is not None) and plain < MOST * len(texts)


def are_truths(texts: Collection[str]) -> bool:
    """Whether texts are true and false."""
    return len(texts) > 0 and all(text.lower() in TRUTH for text in texts)


def _most(texts: Collection[str], kind: Callable[[str], bool]) -> bool:
    return len(texts) > 0 and sum(map(kind, texts)) >= MOST * len(texts)
