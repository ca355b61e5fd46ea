"""Write `cases/normalization.npz`: layer and group normalization computed by PyTorch.

nncli itself does not need PyTorch. Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_normalization

The same versions on the same machine write the same bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)

from tests.reference.case_file import Cases

CASES = Cases("normalization", seed=31)
draw = CASES.draw


def parameters(shape: tuple[int, ...], config: dict[str, Any]) -> dict[str, np.ndarray]:
    """Draw scale and shift, unless the config turns them off."""
    return {name: draw(*shape) for name in ("scale", "shift") if config.get(name, True)}


def add_layer_norms() -> None:
    """Add layer norms over the last axis and over all axes, of flat rows, sequences and images."""
    for fields, shape in (
        ({}, (6,)),
        ({"scale": False, "epsilon": 0.1}, (4, 3)),
        ({"shift": False}, (3, 2, 5)),
        ({"axes": "all"}, (3, 2, 4)),
        ({"axes": "all", "scale": False, "shift": False}, (4, 3)),
    ):
        config = {"type": "layer_norm", **fields}
        together = shape if config.get("axes") == "all" else shape[-1:]

        def layer_norm(x: Any, scale: Any = None, shift: Any = None, over: Any = together, c: Any = config) -> Any:
            return F.layer_norm(x, over, scale, shift, c.get("epsilon", 1e-5))

        CASES.layer(config, 3 * draw(4, *shape) + 2, parameters(together, config), layer_norm)


def add_group_norms() -> None:
    """Add group norms of flat rows, sequences and images, with up to one group per channel (instance norm)."""
    for groups, fields, shape in (
        (2, {}, (6,)),
        (1, {"scale": False}, (5, 4)),
        (3, {"epsilon": 0.1}, (3, 4, 6)),
        (2, {"shift": False}, (7, 7, 4)),
        (4, {}, (3, 2, 4)),
    ):
        config = {"type": "group_norm", "groups": groups, **fields}

        def group_norm(x: Any, scale: Any = None, shift: Any = None, n: int = groups, c: Any = config) -> Any:
            first = x.movedim(-1, 1)
            scale = torch.ones(x.shape[-1], dtype=x.dtype) if scale is None else scale  # no gradient
            if n == x.shape[-1]:
                return F.instance_norm(first, None, None, scale, shift).movedim(1, -1)
            return F.group_norm(first, n, scale, shift, c.get("epsilon", 1e-5)).movedim(1, -1)

        CASES.layer(config, 3 * draw(3, *shape) + 2, parameters(shape[-1:], config), group_norm)


def main() -> None:
    """Write the file."""
    add_layer_norms()
    add_group_norms()
    CASES.write()


if __name__ == "__main__":
    main()
