"""Keys of other libraries for optimizers and schedules, and what to write here instead."""

from __future__ import annotations

SCHEDULE = "a schedule stands in the place of the rate, as in learning_rate: {type: cosine, initial: 1e-3}"
FINAL = dict.fromkeys(("min_lr", "eta_min", "end_learning_rate", "final_lr", "end_lr"), "it is final here")
FACTOR = dict.fromkeys(("gamma", "decay_rate", "decay"), "it is factor here")

FOREIGN_KEYS: dict[str, dict[str, str]] = {
    "Optimizer": {
        **dict.fromkeys(("schedule", "scheduler", "lr_schedule", "lr_scheduler", "learning_rate_schedule"), SCHEDULE),
        **dict.fromkeys(("warmup", "warmup_steps"), f"{SCHEDULE}; there it is warmup_steps"),
        **dict.fromkeys(("decay", "lr_decay"), SCHEDULE),
        **dict.fromkeys(
            (
                "clip_norm",
                "clipnorm",
                "global_clipnorm",
                "max_norm",
                "max_grad_norm",
                "grad_clip",
                "gradient_clip_val",
            ),
            "it belongs under training, as training.clip_norm",
        ),
        "weight_decay": "write training.penalty: {l2: half of it}, which is PyTorch's, or type: adamw, which has one",
    },
    "SGD": {"weight_decay": "write training.penalty: {l2: half of it}, which is PyTorch's"},
    "RMSprop": dict.fromkeys(("alpha", "rho", "beta2"), "the share of the mean square that is kept is called decay"),
    "Adam": {"betas": "write beta1 and beta2"},
    "AdamW": {"decay": "the share that a step takes off a weight is weight_decay"},
    "Schedule": {
        **dict.fromkeys(("lr", "base_lr", "learning_rate", "initial_learning_rate"), "it is initial here"),
        **dict.fromkeys(("warmup", "warmup_iters", "num_warmup_steps"), "it is warmup_steps here"),
        "warmup_epochs": "give warmup_steps; an epoch has as many steps as nncli check says",
        **dict.fromkeys(("last_epoch", "verbose", "name"), "there is no such thing here; drop it"),
    },
    "Timed": {
        **FINAL,
        "T_max": "it is epochs or steps here; without them the schedule goes over the whole run",
        **dict.fromkeys(("total_steps", "total_iters", "decay_steps", "num_training_steps"), "it is steps here"),
    },
    "Periodic": {
        **FACTOR,
        **dict.fromkeys(
            ("step_size", "decay_steps", "period", "every", "epochs", "steps", "T_max"),
            "it is every_epochs or every_steps here",
        ),
        "milestones": "there is no such thing here; every_epochs or every_steps give a period",
    },
    "OneCycle": {
        **dict.fromkeys(("max_lr", "lr_max", "maximal_learning_rate", "lr", "learning_rate"), "it is maximum here"),
        "pct_start": "it is rise here",
        "div_factor": "give initial, which is maximum / div_factor",
        "final_div_factor": "give final, which is initial / final_div_factor",
        "anneal_strategy": "it is a cosine always; drop it",
        **dict.fromkeys(
            ("momentum", "cycle_momentum", "base_momentum", "max_momentum"),
            "momentum is not cycled here; it is a key of the optimizer",
        ),
    },
    "ReduceOnPlateau": {
        **FACTOR,
        **FINAL,
        **dict.fromkeys(("threshold", "epsilon", "eps"), "it is min_delta here"),
        "threshold_mode": "min_delta is absolute; drop it",
        "mode": "whether more or less is better is known of every measure; drop it",
    },
}
