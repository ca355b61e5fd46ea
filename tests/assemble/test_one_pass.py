"""Test that a config is loaded and its session is made without computing anything twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from nncli.assemble import defaults, load_config, session, validate
from nncli.core.builder import Builder
from tests.test_configs import CONFIGS, settings  # noqa: F401  # fixture: small data instead of data that is not shipped


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each mapping is built, defaults are completed, and each check runs."""
    found: Counter[str] = Counter()

    def counted(owner: Any, name: str, key: Any) -> None:
        original = getattr(owner, name)

        def call(*arguments: Any, **keywords: Any) -> Any:
            found[key(*arguments)] += 1
            return original(*arguments, **keywords)

        monkeypatch.setattr(owner, name, call)

    counted(Builder, "make", lambda _, cls, values, path: f"build {'.'.join(map(str, path)) or cls.__name__}")
    counted(load_config, "complete_defaults", lambda *_: "defaults")
    counted(defaults, "fill_initializers", lambda *_: "initializers")
    counted(load_config, "load_data", lambda *_: "data")
    counted(session, "make_executor", lambda *_: "network")

    def counting(check: Any) -> Any:
        def call(context: Any) -> Any:
            found[check.__name__] += 1
            return check(context)

        return call

    monkeypatch.setattr(validate, "CHECKS", tuple(map(counting, validate.CHECKS)))
    return found


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_everything_is_computed_once(config: Path, settings: dict[str, list[str]], counts: Counter[str]) -> None:  # noqa: F811
    loaded = load_config.load_config(str(config), settings.get(config.name, []))
    assert loaded.session().network.layout.size > 0
    del counts["build initializer"]  # built once for every layer with weights
    built = {name: count for name, count in counts.items() if name.startswith("build ")}
    assert {"build Spec", "build data", "build data.train", "build model.0", "build loss"} <= set(built)
    assert set(built.values()) == {1}, {name: count for name, count in built.items() if count > 1}
    assert counts["defaults"] == counts["initializers"] == counts["data"] == counts["network"] == 1
    checks = {name: count for name, count in counts.items() if name.startswith("check_")}
    assert len(checks) == len(validate.CHECKS)
    assert set(checks.values()) == {1}, checks
