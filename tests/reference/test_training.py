"""Compare training with PyTorch: penalties, accumulated gradients and averaged weights."""

from __future__ import annotations

import numpy as np

from nncli.config.spec import Training
from nncli.core.builder import Builder
from nncli.data.batches import Dataset
from nncli.training.events import StepEnded
from tests.reference.test_reference import agree, for_cases_of
from tests.training.make import trainer_of

LAYERS = ({"type": "dense", "units": 4}, "tanh", {"type": "dense", "units": 2})


@for_cases_of("training")
def test_every_step_matches_pytorch(case, arrays):
    settings = Builder().make(Training, case["settings"], ())
    averaging = settings.weight_averaging
    trainer = trainer_of(
        LAYERS,
        Dataset(arrays["x"], arrays["y"], arrays["weights"]),
        optimizer=case["optimizer"],
        shuffle=False,
        epochs=100,
        penalty=settings.penalty,
        decay=None if averaging is None else averaging.decay,
        batches_per_step=settings.batches_per_step,
    )
    network = trainer.executor.network
    for name, array in network.named().items():
        array[...] = arrays[f"start/{name}"]
    steps = (event for event in trainer.run() if isinstance(event, StepEnded))
    for step, event in zip(range(len(arrays["losses"])), steps, strict=False):
        if event.step_in_epoch == 1:
            before, rows = 0.0, 0.0
        divisor = trainer.running_metrics.divisor
        agree((event.loss * divisor - before) / (divisor - rows), arrays["losses"][step], 1e-11)
        before, rows = event.loss * divisor, divisor
        for name, array in network.named().items():
            agree(array, arrays[f"path/{name}"][step], 1e-11)
        if averaging is not None:
            for name, array in network.layout.named(trainer.prediction_parameters).items():
                agree(array, arrays[f"average/{name}"][step], 1e-11)
    assert np.ptp(arrays["path/0.dense.weight"], axis=0).max() > 0.05, "the weights change"
