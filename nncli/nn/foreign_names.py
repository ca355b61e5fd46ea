"""Advice for keys and names that other libraries use for layers, losses and metrics, see `core.foreign_names`."""

from __future__ import annotations

FOREIGN_KEYS: dict[str, dict[str, str]] = {
    "Layer": {
        "activation": "an activation is a separate layer; write it as the next layer, such as - relu",
        "kernel_regularizer": "write it under training, as training.penalty, which applies to all layers",
        **dict.fromkeys(("input_shape", "input_dim"), "leave it out; the shape comes from the data"),
    },
    "Dense": {
        "out_features": "it is units here",
        "in_features": "leave it out; the layer takes what comes in",
    },
    "Convolution": {
        "out_channels": "it is filters here",
        "in_channels": "leave it out; the layer takes the channels that come in",
    },
    "Normalization": {
        "eps": "write epsilon",
        **dict.fromkeys(("num_features", "num_channels"), "leave it out; the layer takes the channels that come in"),
        "center": "write shift",
        "bias": "write shift",
        "affine": "write scale and shift",
        "elementwise_affine": "write scale and shift",
    },
    "LayerNorm": dict.fromkeys(("axis", "normalized_shape"), "write axes: last or axes: all"),
    "GroupNorm": {"num_groups": "write groups"},
    "Embedding": {
        **dict.fromkeys(
            ("num_embeddings", "input_dim", "vocabulary_size", "vocab_size", "vocabulary"),
            "write entries, the number of vectors",
        ),
        **dict.fromkeys(("embedding_dim", "output_dim", "dim", "size"), "write units, the length of a vector"),
        **dict.fromkeys(("padding_idx", "mask_zero"), "leave it out; 0 has a trainable vector like every other number"),
        "embeddings_initializer": "write initializer",
    },
    "Recurrent": {
        "activation": "it is always tanh",
        "recurrent_activation": "it is always sigmoid",
        "hidden_size": "write units, the size of the hidden state",
        "input_size": "leave it out; the layer takes what comes in",
        "num_layers": "write several layers one after another, all but the last with return_sequences: true",
        "go_backwards": "write reverse: true",
        **dict.fromkeys(
            ("dropout", "recurrent_dropout"), "dropout is a separate layer; write it before or after this one"
        ),
        "bidirectional": "it is not available; reverse: true processes a sequence from the last step to the first",
        "batch_first": "leave it out; a row is (steps, features), and the batch always comes first",
    },
    "Dropout": {"p": "it is rate here"},
    "Reshape": {"target_shape": "it is shape here"},
    "LeakyReLU": dict.fromkeys(("negative_slope", "alpha"), "write slope"),
    "Linear": dict.fromkeys(
        ("units", "in_features", "out_features", "bias"),
        "linear changes nothing; the layer with weights is dense, such as {type: dense, units: 10}",
    ),
    "Loss": {
        **dict.fromkeys(
            ("class_weight", "class_weights", "weight"), "it belongs under training, as training.class_weight"
        ),
        "reduction": "leave it out; a loss is always the mean",
    },
    "BinaryCrossEntropy": {"pos_weight": "it is called positive_weight"},
    "CrossEntropy": dict.fromkeys(
        ("positive_weight", "pos_weight"), "for several classes, write training.class_weight"
    ),
    "Quantile": dict.fromkeys(("tau", "q", "alpha"), "it is quantile here"),
}

FOREIGN_NAMES: dict[str, dict[str, str]] = {
    "layer": {
        **dict.fromkeys(("Input", "InputLayer"), "leave it out; the shape comes from the data"),
        "Activation": "write the name of the activation, such as - relu",
        **dict.fromkeys(
            ("Linear", "LazyLinear", "fully_connected"),
            "the layer with weights is dense, such as {type: dense, units: 10}; linear changes nothing",
        ),
        "DepthwiseConv2D": "write conv2d with as many groups as there are channels",
        "SeparableConv2D": "write conv2d with as many groups as there are channels, and then one of kernel_size 1",
        **dict.fromkeys(("AdaptiveAvgPool1d", "GlobalAveragePooling1D"), "write global_avg_pool1d"),
        **dict.fromkeys(("AdaptiveAvgPool2d", "GlobalAveragePooling2D"), "write global_avg_pool2d"),
        **dict.fromkeys(("AdaptiveMaxPool1d", "GlobalMaxPooling1D"), "write global_max_pool1d"),
        **dict.fromkeys(("AdaptiveMaxPool2d", "GlobalMaxPooling2D"), "write global_max_pool2d"),
        "BatchNormalization": "write batch_norm",
        **dict.fromkeys(
            ("InstanceNorm", "InstanceNorm1d", "InstanceNorm2d", "InstanceNormalization"),
            "write group_norm with as many groups as there are channels",
        ),
        **dict.fromkeys(("RNN", "SimpleRNN"), "write gru or lstm"),
        "Bidirectional": "it is not available; gru and lstm run forwards, or backwards with reverse: true",
    },
    "loss": {
        **dict.fromkeys(
            ("BCEWithLogits", "binary_cross_entropy_with_logits", "sigmoid_cross_entropy_with_logits"),
            "write binary_cross_entropy, which is computed from the logits if the model ends in sigmoid",
        ),
        **dict.fromkeys(
            ("NLL", "softmax_cross_entropy_with_logits", "cross_entropy_with_logits"),
            "write cross_entropy, which is computed from the logits if the model ends in softmax",
        ),
        "smooth_l1": "write huber with delta: beta; smooth_l1 is huber divided by beta",
        "L1Loss": "write mean_absolute_error",
        "L2Loss": "write mean_squared_error",
    },
    "metric": {
        "hamming_loss": "write accuracy, which is 1 - hamming_loss for multi-label targets",
        **dict.fromkeys(
            ("mse", "mean_squared_error"), "write rmse, its square root; the loss itself is always measured"
        ),
    },
}
