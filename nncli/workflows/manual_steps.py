"""Call forward, backward and update yourself, for a custom training loop as in PyTorch."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from nncli.assemble.session import Session
from nncli.config.draft import Draft
from nncli.config.spec import Spec
from nncli.core.errors import UserError
from nncli.core.types import Array, Shape
from nncli.data.sources.memory import rows_in_memory
from nncli.nn.input_check import input_check
from nncli.nn.layer import Backward
from nncli.nn.network import Pass
from nncli.optim.schedule import Schedule
from nncli.training.trainer import Trainer
from nncli.workflows.model_session import session_for_shape


class ManualSteps:
    """The part of `Model` that computes single passes and single steps of the optimizer.

    Args:
        spec: the spec of the model.
    """

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._session: Session | None = None
        self._trainer: Trainer | None = None
        self._pass: tuple[Pass, list[Backward]] | None = None
        self._has_gradients = False  # whether `backward` was called after the last `forward`
        self._output_shape: Shape = ()

    def forward(self, inputs: Any, *, training: bool = False) -> Array:
        """Return the output of the last layer, activation included, for raw inputs.

        Before the first training the inputs are not scaled, and their shape becomes the input shape of the model.

        Args:
            inputs: as for `train`.
            training: whether to compute in training mode, in which layers such as dropout are active.
        """
        rows = rows_in_memory(inputs, None)
        if self._session is None:
            self._session = session_for_shape(Draft(self._spec), rows.row_shape)
        session, network = self._session, self._session.network
        given = session.preprocessing.inputs(rows, network.dtype, input_check(network.model))
        if np.may_share_memory(given, cast("Array", rows.inputs)):  # the user may change the array before `backward`
            given = given.copy()
        bound = Pass(network, len(network.model.layers), input_gradient=True)
        bound.pass_state.training, bound.pass_state.seed = training, self._spec.seed
        bound.pass_state.step = 0 if self._trainer is None else self._trainer.step
        with np.errstate(all="ignore"):
            output, backwards = bound.forward(given)
        self._pass, self._output_shape, self._has_gradients = (bound, backwards), output.shape, False
        return output

    def backward(self, output_gradient: Any) -> Array | None:
        """Return the gradient of the preprocessed inputs, given the gradient of the output of the last `forward`.

        Afterwards `gradients` has the gradients of all parameters, without the gradient of a penalty. The gradient of
        the inputs is None if the first layer takes whole numbers.

        Args:
            output_gradient: gradient of the loss with respect to the output of `forward`, of the same shape.

        Raises:
            UserError: if `forward` was not called, or the gradient has another shape.
        """
        if self._pass is None:
            raise UserError("backward: call forward first")
        bound, backwards = self._pass
        gradient = np.array(output_gradient, dtype=self._spec.dtype)
        if gradient.shape != self._output_shape:
            raise UserError(f"backward: expected a gradient of the shape {self._output_shape}; got {gradient.shape}")
        self._has_gradients = True
        return bound.backward(gradient, backwards)

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradients of the last `backward`, by parameter name, such as 0.dense.weight.

        Raises:
            UserError: if `forward` and `backward` were not called.
        """
        if self._pass is None or not self._has_gradients:
            raise UserError("gradients: call forward and backward first")
        return self._built.network.layout.named(self._pass[0].gradient)

    @property
    def weights(self) -> dict[str, Array]:
        """The parameters by name, as views: writing to a view changes the model."""
        return self._built.network.named()

    def update(self) -> None:
        """Update the parameters by one optimizer step with the gradients of the last `backward`.

        The learning rate schedule counts these steps like the steps of `train`.

        Raises:
            UserError: if `forward` and `backward` were not called, or the learning rate schedule counts epochs but
                the number of steps per epoch is unknown, because `train` was not called.
        """
        if self._pass is None or not self._has_gradients:
            raise UserError("update: call forward and backward first")
        trainer = self._trainer = self._trainer or self._built.trainer()
        rate = trainer.driver.rule.learning_rate
        if isinstance(rate, Schedule) and not rate.by_steps and not trainer.steps_per_epoch:
            raise UserError(
                f"update: the schedule {rate.type_name} counts epochs, but a loop of update has no epochs; "
                "give its length or period in steps, or use another schedule"
            )
        trainer.apply(self._pass[0].gradient, trainer.learning_rate)
        trainer.step += 1

    @property
    def _built(self) -> Session:
        """The session.

        Raises:
            UserError: if there is no session yet.
        """
        if self._session is None:
            raise UserError("the model does not know its inputs yet: train it, or call forward once")
        return self._session
