"""The life of a run: start, train, stop, resume, extend, finish, repair and repeat it.

A run is a session (data, model, loss and optimizer, ready to train), its trainer and its run directory. The commands
train, resume and repro and `nncli.Model` all call the functions of this package; without a run directory the same
functions train and write nothing.

States, as status.json names them:

    (empty directory) --start_run--> running --finish_run--> finished --resume_run, more epochs--> running
                                       |  ^
                        signal, error  |  |  resume_run
                                       v  |
                                stopped, failed, or still "running" after a kill

1. `start_run.start_run` locks the directory and checks that no run began there.
2. `run_description.write_description` writes config.yaml, resolved.yaml, environment.json with the fingerprints of the
   data files and finally status.json. A run that is killed before status.json exists starts from the beginning.
3. `training_run.train_session` passes every event of the trainer to train.log and the listener. It writes a row of
   metrics.csv after every epoch and last.npz when a checkpoint is due (`checkpointing.save_last_checkpoint`); best.npz
   and epoch-E-step-S.npz are hard links to the same file (`checkpointing.link_checkpoints`).
4. `finish_run.finish_run` measures the test rows with the weights of best.npz, writes test.json and sets the state
   finished.

What interrupts this sequence:

- SIGINT, SIGTERM or SIGHUP: `stop_signals.StopSignals` records the first signal -> the running step ends -> last.npz is
  saved -> state stopped -> `StoppedError` -> exit code 130, 143 or 129. A second signal ends the process immediately.
- A loss or gradient that is not finite: `NonFiniteError` -> state failed, the last checkpoint stays -> exit code 1.
- A file that cannot be written: `SaveError` -> state failed, if that can be written -> exit code 1
  (`run_failure.explain_save_errors` adds the command that resumes).
- A kill or a power cut: every file is complete, either its old or its new version, so the run resumes from last.npz.

What continues a run:

- `resume_run.resume_run` restores last.npz and continues training; the results are bit for bit those of a run without
  interruption. `run_identity.check_same_run` raises an error if data, plugins or settings have changed. More
  `training.epochs` are allowed; they extend the run. Rows of metrics.csv after the checkpoint are dropped, because
  their epochs are trained again.
- `repair_run` finds damaged or missing checkpoints and names the command that replaces them.
- `repeat_run.repeat_run` trains the same session again in memory and compares every bit.

Other packages use `predictor.load_predictor`, which loads the model of a checkpoint; `run_events`, the events that a
listener receives; `log_lines`, which formats events; and `plugin_files`, which loads a user's own classes.
"""
