"""Read the saved results of a run, to compare them with a repetition."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from nncli.assemble.session import Session
from nncli.core.errors import RunError
from nncli.core.types import Array
from nncli.lifecycle.checkpoint_spec import checkpoint_spec
from nncli.lifecycle.checkpoint_weights import check_weights
from nncli.lifecycle.config_changes import config_changes, config_identity
from nncli.lifecycle.restore_trainer import check_trainer
from nncli.runs import checkpoint
from nncli.runs.checkpoint_meta import Meta
from nncli.runs.directory import RunDirectory
from nncli.runs.run_files import BEST, LAST, RESOLVED, TEST
from nncli.training.events import Record


@dataclass(frozen=True)
class SavedResults:
    """The results that a run has saved.

    Args:
        last: meta.json and arrays of last.npz.
        best: meta.json and arrays of best.npz; None if there is no best.npz.
        rows: the rows of metrics.csv by epoch.
        test: the values of test.json; None if there is no test.json.
        finished: whether the run is finished.
    """

    last: tuple[Meta, dict[str, Array]]
    best: tuple[Meta, dict[str, Array]] | None
    rows: dict[int, Record]
    test: dict[str, Any] | None
    finished: bool

    @classmethod
    def read(cls, run: RunDirectory, session: Session) -> SavedResults:
        """Read the results of a run.

        Args:
            run: the run directory.
            session: a session of the run's resolved config.

        Raises:
            RunError: if resolved.yaml is not the config of the checkpoint.
            CheckpointError: if a checkpoint is missing or damaged, or does not fit the session.
        """
        path = run.checkpoint(LAST)
        before = config_identity(checkpoint_spec(path, checkpoint.read_meta(path)))
        if different := config_changes(before, config_identity(session.spec), same_data=True):
            raise RunError(f"{run.file(RESOLVED)}: not the config that {path} was trained with: {'; '.join(different)}")
        layout = session.network.layout
        last = checkpoint.load(path, check_meta=lambda meta: check_weights(path, layout, meta["arrays"]))
        check_trainer(path, session.trainer(), *last)
        best = run.checkpoint(BEST)
        return cls(
            last,
            checkpoint.load(best) if os.path.exists(best) else None,
            {int(row["epoch"]): row for row in run.metrics.rows()},
            run.read_json(TEST) if os.path.exists(run.file(TEST)) else None,
            run.state == "finished",
        )
