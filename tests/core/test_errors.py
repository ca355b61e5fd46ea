"""Test the tree of exceptions and their messages."""

from __future__ import annotations

import re

import pytest

from nncli.core import errors
from nncli.core.errors import ConfigError, NncliError, Problem, RunFailedError, UserError


def error_classes():
    return [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, Exception)]


def parse_drawing():
    """Return {class name: name of its base class} as drawn in the docstring of the module."""
    above, branch = {}, ""
    for inner, name in re.findall(r"^(│   |    )?[├└]── (\w+)", errors.__doc__, re.MULTILINE):
        above[name] = branch if inner else "NncliError"
        branch = branch if inner else name
    return above


def test_the_drawn_tree_matches_the_classes():
    found = {cls.__name__: cls.__mro__[1].__name__ for cls in error_classes() if cls is not NncliError}
    assert found == parse_drawing()
    assert len(found) > 5


@pytest.mark.parametrize("cls", error_classes(), ids=lambda cls: cls.__name__)
def test_user_errors_exit_with_2_and_other_errors_with_1(cls):
    assert issubclass(cls, NncliError)
    if cls is not NncliError:
        assert issubclass(cls, UserError) != issubclass(cls, RunFailedError)
    assert cls.exit_code == (2 if issubclass(cls, UserError) else 1)


def test_errors_have_standard_base_classes():
    assert issubclass(ConfigError, ValueError)
    assert issubclass(errors.ShapeError, ValueError)
    assert issubclass(errors.DataError, ValueError)
    assert issubclass(errors.MissingExtraError, ImportError)
    assert issubclass(errors.NonFiniteError, ArithmeticError)
    assert issubclass(errors.SaveError, OSError)


def test_a_problem_shows_place_path_and_message():
    assert str(Problem(("model", 2, "units"), "too few", place="a.yaml:3:5")) == "a.yaml:3:5: model.2.units: too few"
    assert str(Problem(("model", 2, "units"), "too few")) == "model.2.units: too few"
    assert str(Problem((), "too few")) == "too few"


def test_problems_are_sorted_by_place():
    problems = [
        Problem((name,), "wrong", order=order) for name, order in (("c", (9, 1, 0)), ("a", (2, 7, 0)), ("b", (2, 9, 0)))
    ]
    assert str(ConfigError(problems)).splitlines() == ["a: wrong", "b: wrong", "c: wrong"]


@pytest.mark.parametrize(("count", "words"), [(1, "1 problem"), (2, "2 problems")])
def test_the_message_ends_with_the_number_of_problems(count, words):
    error = ConfigError([Problem(("a",), "wrong")] * count, "digits.yaml")
    assert str(error).splitlines()[-1] == f"{words} in digits.yaml; nothing was run"
