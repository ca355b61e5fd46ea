"""Turn a config into a session that is ready to train.

`load_config` does it in this order: `build_document` builds the spec, `complete_defaults` fills in the defaults that
depend on other settings, `load_data` reads the data and fits the preprocessing, `validate` runs every check, and
`make_session` creates the network and the datasets.
"""
