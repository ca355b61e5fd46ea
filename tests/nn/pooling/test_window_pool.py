"""Fields of the pooling layers that have a window."""

from __future__ import annotations

import pytest

from nncli.core.errors import ConfigError, ShapeError
from nncli.nn.layers import AvgPool1D, AvgPool2D, MaxPool1D, MaxPool2D

POOLS_1D = pytest.mark.parametrize("cls", [MaxPool1D, AvgPool1D], ids=lambda cls: cls.type_name)
POOLS_2D = pytest.mark.parametrize("cls", [MaxPool2D, AvgPool2D], ids=lambda cls: cls.type_name)


@POOLS_2D
def test_the_default_stride_is_the_pool_size(cls):
    assert cls().output_shape((8, 9, 3)) == (4, 4, 3)
    assert cls(pool_size=3).output_shape((8, 9, 3)) == (2, 3, 3)
    assert cls(pool_size=(2, 3)).output_shape((8, 9, 3)) == (4, 3, 3)
    assert cls(pool_size=3, stride=1).output_shape((8, 9, 3)) == (6, 7, 3)
    assert cls(pool_size=3, stride=(1, 2), padding=1).output_shape((8, 9, 3)) == (8, 5, 3)
    assert cls(pool_size=3, padding="same").output_shape((8, 9, 3)) == (3, 3, 3)


@POOLS_2D
@pytest.mark.parametrize(("pool_size", "padding"), [(2, 2), (2, 5), ((3, 2), (2, 2)), ((2, 3), 2), (1, (0, 1))])
def test_padding_must_be_smaller_than_a_window(cls, pool_size, padding):
    with pytest.raises(ConfigError) as caught:
        cls(pool_size=pool_size, padding=padding)
    (problem,) = caught.value.problems
    assert problem.dotted == f"{cls.type_name}.padding"
    assert problem.message == f"expected less than the pool_size {pool_size}; got {padding}"


@POOLS_2D
@pytest.mark.parametrize("fields", [{"pool_size": 0}, {"stride": 0}, {"pool_size": (2, 0)}, {"padding": -1}])
def test_fields_out_of_range_are_refused(cls, fields):
    with pytest.raises(ConfigError, match=f"{cls.type_name}.{next(iter(fields))}: expected "):
        cls(**fields)


@POOLS_1D
def test_1d_pools_refuse_images_and_pairs_as_pool_size(cls):
    assert cls().output_shape((9, 3)) == (4, 3)
    assert cls(pool_size=3, stride=1, padding=1).output_shape((9, 3)) == (9, 3)
    assert cls(pool_size=4, padding="same").output_shape((9, 3)) == (3, 3)
    with pytest.raises(ShapeError, match=r"^wants \(length, channels\)$"):
        cls().output_shape((9, 3, 1))
    with pytest.raises(ConfigError, match=f"{cls.type_name}.pool_size: expected a whole number of at least 1; got "):
        cls(pool_size=(1, 2))
    with pytest.raises(ConfigError, match=f"{cls.type_name}.padding: expected less than the pool_size 2; got 2"):
        cls(padding=2)
