"""Write `cases/sequences.npz`: results of PyTorch's LSTM, GRU and embedding.

nncli itself does not need PyTorch. Run this in a separate environment:

    pip install torch==2.13.0
    python -m tests.reference.make_sequences

The same version on the same machine writes the same bytes.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)
from torch.func import functional_call

from tests.reference.case_file import Cases

CASES = Cases("sequences", seed=31)
draw = CASES.draw


def lstm(x: torch.Tensor, weight: Any, recurrent_weight: Any, bias: Any) -> torch.Tensor:
    """Return the hidden state after every step; the second of PyTorch's two biases is zero."""
    named = {"weight_ih_l0": weight.T, "weight_hh_l0": recurrent_weight.T, "bias_ih_l0": bias}
    module = torch.nn.LSTM(x.shape[2], len(recurrent_weight), batch_first=True, dtype=torch.float64)
    return functional_call(module, named | {"bias_hh_l0": torch.zeros_like(bias)}, (x,))[0]


def gru(x: torch.Tensor, weight: Any, recurrent_weight: Any, bias: Any, recurrent_bias: Any) -> torch.Tensor:
    """Return the hidden state after every step; PyTorch's second bias is zero for the two gates."""
    units = len(recurrent_weight)
    second = torch.cat((torch.zeros(2 * units, dtype=bias.dtype), recurrent_bias))
    named = {"weight_ih_l0": weight.T, "weight_hh_l0": recurrent_weight.T, "bias_ih_l0": bias, "bias_hh_l0": second}
    module = torch.nn.GRU(x.shape[2], units, batch_first=True, dtype=torch.float64)
    return functional_call(module, named, (x,))[0]


def add_recurrent() -> None:
    """Add layers that return the last state or all states, including a single step and reversed sequences."""
    for kind, gates, function in (("lstm", 4, lstm), ("gru", 3, gru)):
        for steps, sequences, backwards in ((6, False, False), (6, True, False), (1, False, False), (5, True, True)):
            config = {"type": kind, "units": 3, "return_sequences": sequences, "reverse": backwards}
            parameters = {
                "weight": draw(2, gates * 3),
                "recurrent_weight": draw(3, gates * 3),
                "bias": draw(gates * 3),
                **({"recurrent_bias": draw(3)} if kind == "gru" else {}),
            }

            def run(
                x: torch.Tensor,
                function: Any = function,
                sequences: bool = sequences,
                backwards: bool = backwards,
                **p: Any,
            ) -> torch.Tensor:
                h = function(x.flip(1), **p).flip(1) if backwards else function(x, **p)
                return h if sequences else h[:, -1]

            CASES.layer(config, draw(4, steps, 2), parameters, run)


def add_embeddings() -> None:
    """Add embeddings of few and many entries; some entries occur often and some never."""
    for entries, below in ((6, 6), (90, 30)):
        x = CASES.random.integers(0, below, (5, 7))
        CASES.layer({"type": "embedding", "entries": entries, "units": 3}, x, {"weight": draw(entries, 3)}, F.embedding)


def main() -> None:
    """Write the file."""
    add_recurrent()
    add_embeddings()
    CASES.write()


if __name__ == "__main__":
    main()
