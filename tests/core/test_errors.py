"""The error tree and how its messages read."""

from __future__ import annotations

import re

import pytest

from nncli.core import errors
from nncli.core.errors import ConfigError, NncliError, Problem, RunFailedError, UserError


def tree():
    return [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, Exception)]


def drawn():
    """{class name: name of the class above it} as the module's docstring draws them."""
    above, branch = {}, ""
    for inner, name in re.findall(r"^(│   |    )?[├└]── (\w+)", errors.__doc__, re.MULTILINE):
        above[name] = branch if inner else "NncliError"
        branch = branch if inner else name
    return above


def test_the_tree_that_is_drawn_is_the_tree_that_is():
    found = {cls.__name__: cls.__mro__[1].__name__ for cls in tree() if cls is not NncliError}
    assert found == drawn()
    assert len(found) > 5


@pytest.mark.parametrize("cls", tree(), ids=lambda cls: cls.__name__)
def test_the_users_errors_exit_with_2_and_the_others_with_1(cls):
    assert issubclass(cls, NncliError)
    if cls is not NncliError:
        assert issubclass(cls, UserError) != issubclass(cls, RunFailedError)
    assert cls.exit_code == (2 if issubclass(cls, UserError) else 1)


def test_python_users_can_catch_what_they_know():
    assert issubclass(ConfigError, ValueError)
    assert issubclass(errors.ShapeError, ValueError)
    assert issubclass(errors.DataError, ValueError)
    assert issubclass(errors.MissingExtraError, ImportError)
    assert issubclass(errors.NonFiniteError, ArithmeticError)
    assert issubclass(errors.SaveError, OSError)


def test_a_problem_is_place_path_and_message():
    assert str(Problem(("model", 2, "units"), "too few", place="a.yaml:3:5")) == "a.yaml:3:5: model.2.units: too few"
    assert str(Problem(("model", 2, "units"), "too few")) == "model.2.units: too few"
    assert str(Problem((), "too few")) == "too few"


def test_problems_are_sorted_by_where_they_stand():
    problems = [
        Problem((name,), "wrong", order=order) for name, order in (("c", (9, 1, 0)), ("a", (2, 7, 0)), ("b", (2, 9, 0)))
    ]
    assert str(ConfigError(problems)).splitlines() == ["a: wrong", "b: wrong", "c: wrong"]


@pytest.mark.parametrize(("count", "words"), [(1, "1 problem"), (2, "2 problems")])
def test_the_problems_of_a_file_are_counted(count, words):
    error = ConfigError([Problem(("a",), "wrong")] * count, "digits.yaml")
    assert str(error).splitlines()[-1] == f"{words} in digits.yaml; nothing was run"
