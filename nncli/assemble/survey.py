"""What shows when the parts of a config meet one another and the data: every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from nncli.assemble import checks
from nncli.assemble.endings import check_loss, check_range
from nncli.assemble.first import check_first, input_check
from nncli.assemble.parts import Parts, fit, problem_of, read_parts, unreadable
from nncli.assemble.shapes import check_shapes
from nncli.assemble.targets import as_declared, targets_of
from nncli.config.spec import Data, Training
from nncli.core.builder import FAILED, Partial, failed
from nncli.core.errors import Problem, UserError
from nncli.core.fields import is_foreign, registered_in
from nncli.core.types import Array, FloatDType
from nncli.data.preprocessing import Preprocessing
from nncli.data.preprocessing.network_inputs import NetworkInputs
from nncli.data.rows import Rows
from nncli.data.source import PREVIEW_ROWS
from nncli.data.weights.sample_weights import cast_weights
from nncli.nn.loss import Loss


class Ready(NamedTuple):
    """What the network gets of some rows.

    Args:
        inputs: (n, *input shape).
        targets: (n, ...) class numbers, labels of 0 and 1, or scaled numbers.
        weights: (n,) or None.
    """

    inputs: Array | NetworkInputs
    targets: Array
    weights: Array | None


@dataclass
class Survey:
    """What was found.

    Args:
        problems: with their paths in the config.
        parts: the rows, where the train source could be read.
        preprocessing: fitted to the training rows, where it could be.
        prepared: what the network gets of train, validation and test, where it could be made; of large sources only
            some inputs, where only a glance was asked for.
    """

    problems: list[Problem] = field(default_factory=list)
    parts: Parts | None = None
    preprocessing: Preprocessing | None = None
    prepared: dict[str, Ready] = field(default_factory=dict)

    def whole(self) -> tuple[Parts, Preprocessing]:
        """Rows and preprocessing, which are there where there is no problem."""
        assert self.parts is not None
        assert self.preprocessing is not None
        return self.parts, self.preprocessing

    @property
    def whole_data(self) -> bool:
        """Whether all rows were read, and not only some of a large source."""
        return self.parts is not None and not self.parts.samples


def survey(
    built: dict[str, Any],
    parts: Parts | None = None,
    *,
    glance: bool = False,
    read: Mapping[str, Rows] = MappingProxyType({}),
) -> Survey:
    """Reads the data and checks the parts of a config against them and against one another.

    Args:
        built: the fields of a spec, FAILED or absent where they could not be built.
        parts: the rows, where they do not come from the config's sources.
        glance: of large sources, read the targets and some rows; where these leave a doubt, all rows.
        read: sources that were read whole before, by their names.
    """
    found = Survey(parts=parts)
    loss, model = built.get("loss"), built.get("model")
    layers = list(model) if isinstance(model, list | tuple) else []
    data, known_loss = _readable(built.get("data")), loss if isinstance(loss, Loss) else None
    found.problems += checks.check_fractions(built)
    if data is not None and parts is None and (known_loss is None or found.problems):
        found.problems += unreadable(data)
    elif data is not None and known_loss is not None:
        if parts is None:
            seed, rows = built.get("seed"), PREVIEW_ROWS if glance else None
            number = seed if isinstance(seed, int) else 0
            found.parts = read_parts(data, known_loss, number, found.problems, layers, glance=rows, read=read)
        if found.parts is not None:
            known_loss = found.parts.loss
            if not _prepare(found, found.parts, data, known_loss, layers, _dtype(built)):
                return survey(built, read=found.parts.sources)
    fitted = found.preprocessing or Preprocessing(input_shape=())
    known = len(found.problems)
    found.problems += check_first(layers, None if data is None else data.scale_inputs)
    output = check_shapes(layers, fitted.input_shape or None, found.problems, batch_size=_batch_size(built))
    fit_together = output is not None and len(found.problems) == known and not any(map(failed, layers))
    if fit_together and "train" in found.prepared and _has_foreign(layers):
        from nncli.assemble.rehearsal import ROWS, rehearse  # here, for a quick check of what is nncli's own

        found.problems += rehearse(layers, found.prepared["train"].inputs[:ROWS], _dtype(built))
    classes = None if found.parts is None else found.parts.classes
    if known_loss is not None:
        found.problems += checks.check_classes(classes, None if data is None else data.train)
        found.problems += checks.check_class_weight(built.get("training"), known_loss, classes)
        form = known_loss if "train" in found.prepared else as_declared(known_loss, data)
        found.problems += check_loss(form, layers, output, fitted.target_shape, classes)
        if "train" in found.prepared and known_loss.target_kind == "numbers":
            scaled = fitted.target_scaling is not None
            outside = list(check_range(known_loss, layers, found.prepared["train"].targets, scaled=scaled))
            if outside and found.parts is not None and found.parts.samples:
                return survey(built, read=found.parts.sources)
            found.problems += outside
        found.problems += checks.check_kinds(built, known_loss)
    found.problems += checks.check_metrics(built, known_loss, classes)
    found.problems += checks.check_all_monitors(built, None if parts is None else parts.validation is not None)
    return found


def _readable(data: Any) -> Data | None:
    """The data section, or those of its sources that could be built where something else in it could not."""
    if isinstance(data, Partial):
        names = ("train", "validation", "test")
        sources = {name: data.fields[name] for name in names if not failed(data.fields.get(name, FAILED))}
        return Data(**sources) if "train" in sources else None
    return data if isinstance(data, Data) else None


def _prepare(found: Survey, parts: Parts, data: Data, loss: Loss, layers: list[Any], dtype: FloatDType) -> bool:
    """Fits to the training rows and treats all rows so.

    Returns:
        Whether that settles it: what a sample shows to be wrong is no verdict, nor is a sample without rows.
    """
    known = len(found.problems)
    if all(map(len, parts.samples.values())):
        _fit_and_apply(found, parts, data, loss, layers, dtype)
    return not parts.samples or (found.preprocessing is not None and len(found.problems) == known)


def _fit_and_apply(found: Survey, parts: Parts, data: Data, loss: Loss, layers: list[Any], dtype: FloatDType) -> None:
    try:
        fitted = fit(parts, data, layers)
    except UserError as error:
        found.problems.append(problem_of(data, "train", error))
        return
    found.preprocessing = fitted
    check = input_check(layers) if fitted.input_scaling is None else None
    for name, rows in parts.named.items():
        try:
            readable, before = parts.readable(name), len(fitted.notes)
            inputs = fitted.lazy_inputs(readable, dtype, check).load()
            fitted.notes[before:] = [f"data.{name}: {note}" for note in fitted.notes[before:]]
            if rows.weights is not None:
                cast_weights(rows.weights, dtype)
            found.prepared[name] = Ready(inputs, targets_of(rows, fitted, loss), rows.weights)
        except UserError as error:
            found.problems.append(problem_of(data, name, error))
    if parts.samples:
        fitted.notes.clear()  # what holds for some rows is not said of all


def _batch_size(built: dict[str, Any]) -> int | None:
    training = built.get("training", Training())
    return training.batch_size if isinstance(training, Training) else None


def _dtype(built: dict[str, Any]) -> FloatDType:
    """As the config says, or the default where it does not say it rightly."""
    given = built.get("dtype")
    return np.dtype(given if given in ("float32", "float64") else "float32")


def _has_foreign(layers: list[Any]) -> bool:
    """Whether there is code in them that is not nncli's own."""
    return any(is_foreign(type(thing)) for thing in registered_in(layers))
