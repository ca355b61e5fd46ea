"""Advice for keys that other libraries use for optimizers and schedules, see `core.foreign_names`."""

from __future__ import annotations

SCHEDULE = "write the schedule as the learning rate, as in learning_rate: {type: cosine, initial: 1e-3}"
PENALTY = "write training.penalty: {l2: ...} with half of this value, which gives the same result as PyTorch"
FINAL = dict.fromkeys(("min_lr", "eta_min", "end_learning_rate", "final_lr", "end_lr"), "it is final here")
FACTOR = dict.fromkeys(("gamma", "decay_rate", "decay"), "it is factor here")

FOREIGN_KEYS: dict[str, dict[str, str]] = {
    "Optimizer": {
        **dict.fromkeys(("schedule", "scheduler", "lr_schedule", "lr_scheduler", "learning_rate_schedule"), SCHEDULE),
        **dict.fromkeys(("warmup", "warmup_steps"), f"{SCHEDULE}; a schedule has the key warmup_steps"),
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
        "weight_decay": f"{PENALTY}, or use adamw, which has weight_decay",
    },
    "SGD": {"weight_decay": PENALTY},
    "RMSprop": dict.fromkeys(("alpha", "rho", "beta2"), "write decay, the decay of the running averages"),
    "Adam": {"betas": "write beta1 and beta2"},
    "AdamW": {"decay": "write weight_decay"},
    "Schedule": {
        **dict.fromkeys(("lr", "base_lr", "learning_rate", "initial_learning_rate"), "it is initial here"),
        **dict.fromkeys(("warmup", "warmup_iters", "num_warmup_steps"), "it is warmup_steps here"),
        "warmup_epochs": "write warmup_steps; nncli check says how many steps an epoch has",
        **dict.fromkeys(("last_epoch", "verbose", "name"), "it is not available; drop it"),
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
        "milestones": "it is not available; every_epochs or every_steps set a period",
    },
    "OneCycle": {
        **dict.fromkeys(("max_lr", "lr_max", "maximal_learning_rate", "lr", "learning_rate"), "it is maximum here"),
        "pct_start": "it is rise here",
        "div_factor": "give initial, which is maximum / div_factor",
        "final_div_factor": "give final, which is initial / final_div_factor",
        "anneal_strategy": "it is always a cosine; drop it",
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
        "mode": "drop it; every metric knows whether higher is better",
    },
}
