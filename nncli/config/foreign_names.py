"""Keys that users of other libraries may write in the wrong section, and where they belong."""

from __future__ import annotations

CLASS_WEIGHT = "it belongs under training, as training.class_weight"
CLIPPING = ("clipnorm", "gradient_clip_val", "gradient_clip_norm", "grad_clip", "max_grad_norm", "global_clipnorm")
GROUPS = "it belongs to the source, as data.train.groups"
VALIDATION = "write data.validation: {fraction: 0.2}"
OPTIMIZER_KEYS = {
    **dict.fromkeys(("lr", "learning_rate"), "it belongs to the optimizer, as optimizer.learning_rate"),
    **dict.fromkeys(
        ("schedule", "scheduler", "lr_schedule", "lr_scheduler", "learning_rate_schedule", "warmup", "warmup_steps"),
        "a schedule is written as optimizer.learning_rate, such as {type: cosine, initial: 1e-3}",
    ),
    **dict.fromkeys(("momentum", "betas"), "it belongs to the optimizer, beside its type"),
    "weight_decay": "write {type: adamw, weight_decay: 1e-2} as optimizer, or training.penalty: {l2: 1e-4}",
}
LOSS_KEYS = {
    "label_smoothing": "it belongs to the loss, as in {type: cross_entropy, label_smoothing: 0.1}",
    **dict.fromkeys(
        ("positive_weight", "pos_weight"),
        "it belongs to the loss, as in {type: binary_cross_entropy, positive_weight: 3}",
    ),
}

FOREIGN_KEYS: dict[str, dict[str, str]] = {
    "Spec": {
        **dict.fromkeys(CLIPPING, "it is called training.clip_norm here"),
        "class_weights": CLASS_WEIGHT,
        "validation_split": VALIDATION,
        **OPTIMIZER_KEYS,
        **LOSS_KEYS,
    },
    "Data": {
        "class_weight": CLASS_WEIGHT,
        "class_weights": CLASS_WEIGHT,
        "weights": "it belongs to the source, as data.train.weights",
        "groups": GROUPS,
        "validation_split": "write validation: {fraction: 0.2}",
    },
    "Fraction": dict.fromkeys(("group", "groups", "group_by"), GROUPS),
    "Training": {
        **dict.fromkeys(
            ("accumulate_grad_batches", "gradient_accumulation_steps", "gradient_accumulation", "accumulation_steps"),
            "it is called batches_per_step here",
        ),
        **dict.fromkeys(
            ("ema", "use_ema", "ema_decay", "ema_momentum", "swa", "use_swa"), "write weight_averaging: {decay: 0.999}"
        ),
        **dict.fromkeys(CLIPPING, "it is called clip_norm here"),
        **dict.fromkeys(
            ("seed", "dtype", "data", "model", "loss", "optimizer", "metrics"),
            "it belongs at the top level, beside training",
        ),
        "validation_split": VALIDATION,
        **OPTIMIZER_KEYS,
        **LOSS_KEYS,
    },
    "Penalty": {"type": "write l1 or l2, or both"},
}
