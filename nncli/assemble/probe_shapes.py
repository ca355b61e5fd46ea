"""Ask a layer what it does with rows of given shapes, whatever the data are."""

from __future__ import annotations

from nncli.core.errors import ShapeError
from nncli.core.fields import is_foreign
from nncli.core.types import Shape
from nncli.nn.layer import Layer

# rows of several shapes, to find out what of a layer's output depends on its input
PROBES: tuple[Shape, ...] = ((60,), (61,), (64, 64, 3), (72, 80, 4), (300, 310, 5))
IMAGES: tuple[Shape, ...] = ((400, 410, 12), (401, 411, 16))
SEQUENCES: tuple[Shape, ...] = ((400, 12), (401, 16))


def accepts(layer: Layer, shape: Shape) -> bool:
    """Whether a layer accepts rows of that shape."""
    try:
        layer.output_shape(shape)
    except ShapeError:
        return False
    except Exception:  # of a user's own layer, for a shape that it may never get
        if not is_foreign(type(layer)):
            raise
        return False
    return True


def constant_output_shape(layer: Layer) -> Shape | None:
    """The output shape of a layer, where it does not depend on the input; otherwise None."""
    shapes = [layer.output_shape(probe) for probe in PROBES if accepts(layer, probe)]
    return shapes[0] if len(shapes) > 1 and len(set(shapes)) == 1 else None


def decides_size(layer: Layer) -> bool:
    """Whether a layer has weights and changes the shape, unlike a normalisation layer."""
    if layer.children():
        return any(decides_size(item) for item in layer.children().values())
    accepted = (probe for probe in PROBES if accepts(layer, probe))
    return any(layer.output_shape(probe) != probe and layer.parameters(probe) for probe in accepted)
