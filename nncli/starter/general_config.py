"""The general starter config: it uses a built-in dataset and shows most settings."""

GENERAL_CONFIG = """\
# A network that classifies handwritten digits, and most of what a config can contain. Change it and check it:
#   nncli check FILE                       every mistake, with its line
#   nncli list                             all layers, losses, optimizers and so on
#   nncli schema > nncli.schema.json       for completion in editors: then begin this file with the comment
#                                          yaml-language-server: $schema=nncli.schema.json
name: first
seed: 0                                        # seed of all random numbers; the same seed gives the same results

data:
  train: {dataset: digits}                     # a built-in dataset; replace it by your own, for example:
  # train: {path: houses.csv, targets: price}                a table; text columns are one-hot encoded
  # train: {path: images/}                                   one sub-folder of images per class
  # train: {inputs: x.npy, targets: y.npy}                   arrays
  validation: {fraction: 0.1, stratify: true}  # measured after every epoch; selects the best weights
  test: {fraction: 0.1, stratify: true}        # measured once, with the best weights
  scale_inputs: {type: divide, by: 16}         # or standard, minmax, none; fitted on the training rows only

model:                                         # layers in order; the first layer takes the inputs
  - {type: dense, units: 64}                   # for images also conv2d, max_pool2d
  - relu                                       # or leaky_relu, gelu, silu and more: nncli list activations
  - {type: dropout, rate: 0.2}
  - {type: dense, units: 10}                   # one unit per class; for numbers, one per target and no activation
  - softmax

loss: cross_entropy                            # for two classes and one sigmoid unit, binary_cross_entropy; for
                                               # numbers, mean_squared_error with data.scale_targets: standard
optimizer: {type: adam, learning_rate: 1e-3}   # or sgd
metrics: [accuracy]                            # for numbers: rmse, mae, r2

training:
  epochs: 20
  batch_size: 32
  early_stopping: {patience: 5}                # stop after this many epochs without a better val_loss
"""
