"""Fitted scalings, which are applied to all rows and stored in checkpoints."""

from nncli.data.scaling.affine import Affine as Affine
from nncli.data.scaling.fitted_scaling import Scaling as Scaling
from nncli.data.scaling.stored_scaling import restore_scaling as restore_scaling
from nncli.data.scaling.stored_scaling import scaling_state as scaling_state
