"""Every layer has the same outputs, bit for bit, after its parameters are saved and loaded."""

from __future__ import annotations

import numpy as np
import pytest

from nncli.lifecycle.checkpoint_weights import set_weights
from nncli.nn.network import Network, Pass
from nncli.runs import checkpoint
from tests.contracts.bound import Bound
from tests.contracts.table import LAYER_ROWS, name_of
from tests.contracts.values import inputs
from tests.long import marked

CASES = marked(case for cases in LAYER_ROWS.values() for case in cases)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_saving_and_loading_gives_the_same_bits(case, tmp_path):
    for dtype in (np.float32, np.float64):
        x = inputs(case, 3, dtype)
        before = Bound(case, dtype)
        path = str(tmp_path / f"{np.dtype(dtype)}.npz")
        checkpoint.save(path, before.network.named(), {}, {})

        network = Network(before.network.model, case.input_shape, np.dtype(dtype), seed=99)
        set_weights(path, network, checkpoint.load(path)[1])
        after = Pass(network, 1)
        for field in ("training", "seed", "step", "first_row"):
            setattr(after.pass_state, field, getattr(before.run.pass_state, field))
        assert network.vector.tobytes() == before.network.vector.tobytes()
        assert after.output(x).tobytes() == before.forward(x).tobytes()
