"""Write `cases/activations.npz`: activations computed by PyTorch, for inputs near zero and far from zero.

nncli itself does not need PyTorch. Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_activations

The same versions on the same machine write the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)

from tests.reference.case_file import Cases

FAR = np.array(((-100, -10, -3.5, 0), (100, 10, 3.5, -1.5), (-30, 30, -3, 3)))
FUNCTIONS: tuple[tuple[dict[str, Any], Callable[[torch.Tensor], torch.Tensor]], ...] = (
    ({"type": "leaky_relu"}, F.leaky_relu),
    ({"type": "leaky_relu", "slope": 0.3}, lambda x: F.leaky_relu(x, 0.3)),
    ({"type": "leaky_relu", "slope": 0}, lambda x: F.leaky_relu(x, 0.0)),
    ({"type": "elu"}, F.elu),
    ({"type": "elu", "alpha": 2.5}, lambda x: F.elu(x, 2.5)),
    ({"type": "elu", "alpha": 0.2}, lambda x: F.elu(x, 0.2)),
    ({"type": "selu"}, F.selu),
    ({"type": "gelu"}, F.gelu),
    ({"type": "gelu", "approximate": "tanh"}, lambda x: F.gelu(x, approximate="tanh")),
    ({"type": "silu"}, F.silu),
    ({"type": "softplus"}, lambda x: F.softplus(x, threshold=700.0)),  # above the threshold, PyTorch returns x itself
    ({"type": "hard_swish"}, F.hardswish),
    ({"type": "mish"}, F.mish),
)


def main() -> None:
    """Write the file."""
    cases = Cases("activations", seed=30)
    for config, function in FUNCTIONS:
        cases.layer(config, np.concatenate((cases.draw(3, 4), 3 * cases.draw(2, 4), FAR)), {}, function)
    cases.write()


if __name__ == "__main__":
    main()
