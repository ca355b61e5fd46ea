"""Find out what a layer does by trying rows of several shapes, independently of the data."""

from __future__ import annotations

from nncli.core.errors import ShapeError
from nncli.core.fields import is_user_defined
from nncli.core.types import Shape
from nncli.nn.layer import Layer

# each entry is the shape of one row; its unusual sizes are unlikely to equal a size in a layer
PROBES: tuple[Shape, ...] = ((60,), (61,), (64, 64, 3), (72, 80, 4), (300, 310, 5))
IMAGES: tuple[Shape, ...] = ((400, 410, 12), (401, 411, 16))
SEQUENCES: tuple[Shape, ...] = ((400, 12), (401, 16))


def accepts(layer: Layer, shape: Shape) -> bool:
    """Return whether a layer accepts rows of a shape."""
    try:
        layer.output_shape(shape)
    except ShapeError:
        return False
    except Exception:  # a plugin layer may raise anything for a shape that it does not expect
        if not is_user_defined(type(layer)):
            raise
        return False
    return True


def constant_output_shape(layer: Layer) -> Shape | None:
    """Return the output shape of a layer if it is the same for every input shape, otherwise None."""
    shapes = [layer.output_shape(probe) for probe in PROBES if accepts(layer, probe)]
    return shapes[0] if len(shapes) > 1 and len(set(shapes)) == 1 else None


def sets_output_size(layer: Layer) -> bool:
    """Return whether a layer has weights and changes the shape, such as a dense layer but not a normalization layer."""
    if layer.children():
        return any(sets_output_size(item) for item in layer.children().values())
    accepted = (probe for probe in PROBES if accepts(layer, probe))
    return any(layer.output_shape(probe) != probe and layer.parameters(probe) for probe in accepted)
