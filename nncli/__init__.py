"""nncli: train neural networks from a YAML file with nothing but NumPy.

From Python, `nncli.Model` trains on arrays; `nncli.train`, `resume`, `repro`, `predict`, `evaluate`, `inspect` and
`check` are the functions behind the commands of the same names. `nncli.layer`, `activation`, `initializer`, `loss`,
`metric`, `optimizer`, `schedule`, `scaler` and `source` are decorators that register a class under a name for configs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nncli.version import __version__

if TYPE_CHECKING:
    from nncli.core.errors import NncliError as NncliError
    from nncli.data.scalers import scaler as scaler
    from nncli.data.source import source as source
    from nncli.nn.activation import activation as activation
    from nncli.nn.initializer import initializer as initializer
    from nncli.nn.layer import layer as layer
    from nncli.nn.loss import loss as loss
    from nncli.nn.metric import metric as metric
    from nncli.optim.optimizer import optimizer as optimizer
    from nncli.optim.schedule import schedule as schedule
    from nncli.workflows.check import check as check
    from nncli.workflows.evaluate import evaluate as evaluate
    from nncli.workflows.inspect import inspect as inspect
    from nncli.workflows.model import Model as Model
    from nncli.workflows.predict import predict as predict
    from nncli.workflows.repro import repro as repro
    from nncli.workflows.resume import resume as resume
    from nncli.workflows.train import train as train

_HOMES = {
    "Model": "nncli.workflows.model",
    "NncliError": "nncli.core.errors",
    "activation": "nncli.nn.activation",
    "check": "nncli.workflows.check",
    "evaluate": "nncli.workflows.evaluate",
    "initializer": "nncli.nn.initializer",
    "inspect": "nncli.workflows.inspect",
    "layer": "nncli.nn.layer",
    "loss": "nncli.nn.loss",
    "metric": "nncli.nn.metric",
    "optimizer": "nncli.optim.optimizer",
    "predict": "nncli.workflows.predict",
    "repro": "nncli.workflows.repro",
    "resume": "nncli.workflows.resume",
    "scaler": "nncli.data.scalers",
    "schedule": "nncli.optim.schedule",
    "source": "nncli.data.source",
    "train": "nncli.workflows.train",
}

__all__ = [
    "Model",
    "NncliError",
    "__version__",
    "activation",
    "check",
    "evaluate",
    "initializer",
    "inspect",
    "layer",
    "loss",
    "metric",
    "optimizer",
    "predict",
    "repro",
    "resume",
    "scaler",
    "schedule",
    "source",
    "train",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import nncli` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'nncli' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
