"""Training that stops at any step and resumes ends with the same bits, for all layers, optimizers and schedules."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nncli.data.batches import Dataset
from tests.contracts.table import LAYER_ROWS, OPTIMIZER_ROWS, SCHEDULE_ROWS, name_of
from tests.contracts.values import inputs
from tests.training.make import numbers, trainer_of

LAYERS = [cases[0] for cases in LAYER_ROWS.values()]
RULES = [case.config for cases in OPTIMIZER_ROWS.values() for case in cases]
RULES += [
    {"type": "adam", "learning_rate": cases[-1].config}
    for name, cases in SCHEDULE_ROWS.items()
    if name != "reduce_on_plateau"  # the tests of the trainer cover it
]


def rows_for(case):
    """Return a dataset of eight input rows for a layer, with random targets."""
    return Dataset(inputs(case, 8, np.float32), numbers(8, dtype="float32").targets)


def assert_same_after_any_stop(make):
    """Assert that stopping after any event and resuming in a new trainer gives the bits of an uninterrupted run."""
    whole = make()
    ends = list(whole.run())
    expected = (whole.executor.network.vector.tobytes(), {n: a.tobytes() for n, a in whole.arrays().items()})
    for stop in range(1, len(ends)):
        first, second = make(), make()
        for event, _ in zip(first.run(), range(stop), strict=False):
            assert event is not None
        state = json.loads(json.dumps(first.state()))
        arrays = {name: array.copy() for name, array in first.arrays().items()}
        second.executor.network.vector[:] = first.executor.network.vector
        second.restore(state, arrays)
        list(second.run())
        found = (second.executor.network.vector.tobytes(), {n: a.tobytes() for n, a in second.arrays().items()})
        assert found == expected, f"after {stop} events"


@pytest.mark.parametrize("case", LAYERS, ids=name_of)
def test_resuming_with_every_layer_gives_the_same_bits(case):
    layers, rows = [case.config, {"type": "dense", "units": 1}], rows_for(case)
    assert_same_after_any_stop(lambda: trainer_of(layers, rows, batch_size=4, epochs=2))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_resuming_with_every_optimizer_and_schedule_gives_the_same_bits(rule):
    assert_same_after_any_stop(lambda: trainer_of(optimizer=rule, batch_size=4, epochs=2))
