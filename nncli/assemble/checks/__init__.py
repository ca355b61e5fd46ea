"""The checks that `validate` runs on a draft and its data, one file per subject."""
