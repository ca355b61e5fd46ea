"""Restore a trainer from a checkpoint."""

from __future__ import annotations

from nncli.core.errors import CheckpointError
from nncli.core.types import Array
from nncli.core.untrusted_files import summarize_error
from nncli.lifecycle.trainer_state_check import check_state
from nncli.runs import checkpoint
from nncli.runs.checkpoint_meta import Meta
from nncli.training.trainer import Trainer


def restore_trainer(path: str, trainer: Trainer, meta: Meta, arrays: dict[str, Array]) -> None:
    """Restore a trainer from a checkpoint whose weights are in the network already.

    If the checkpoint has averaged weights, they are replaced by the weights that training continues with.

    Raises:
        CheckpointError: if the state does not fit this trainer.
    """
    check_trainer(path, trainer, meta, arrays)
    trainer.restore(meta["trainer"], _state_arrays(arrays))


def check_trainer(path: str, trainer: Trainer, meta: Meta, arrays: dict[str, Array]) -> None:
    """Check that a trainer can be restored from a checkpoint; change nothing.

    Raises:
        CheckpointError: if the trainer cannot be restored.
    """
    try:
        check_state(trainer, meta["trainer"], _state_arrays(arrays))
    except (LookupError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: its state does not fit the model ({summarize_error(error)})") from None


def _state_arrays(arrays: dict[str, Array]) -> dict[str, Array]:
    prefix = checkpoint.STATE
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
