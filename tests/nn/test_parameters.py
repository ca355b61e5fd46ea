"""The layout of all parameters in one vector: names, order and views."""

from __future__ import annotations

import numpy as np

from nncli.nn.initializers import He, Zeros
from nncli.nn.layer import ParameterSpec
from nncli.nn.layers.sequential import layers_of
from nncli.nn.network import Network
from nncli.nn.parameters import ParameterLayout

FLOAT = np.dtype(np.float64)
MODEL = [
    {"type": "conv2d", "filters": 2, "kernel_size": [3, 2]},
    "relu",
    {
        "type": "sequential",
        "layers": [
            "flatten",
            {"type": "dense", "units": 3},
            {"type": "sequential", "layers": [{"type": "fc", "units": 1}]},
        ],
    },
]


def network():
    return Network(layers_of(MODEL), (4, 4, 1), FLOAT, 0)


def test_names_consist_of_index_type_and_parameter():
    assert {name: array.shape for name, array in network().named().items()} == {
        "0.conv2d.weight": (3, 2, 1, 2),
        "0.conv2d.bias": (2,),
        "2.sequential.1.dense.weight": (12, 3),
        "2.sequential.1.dense.bias": (3,),
        "2.sequential.2.sequential.0.dense.weight": (3, 1),
        "2.sequential.2.sequential.0.dense.bias": (1,),
    }
    assert list(network().named())[:3] == ["0.conv2d.weight", "0.conv2d.bias", "2.sequential.1.dense.weight"]


def test_parameters_with_weight_decay_come_first():
    layout = network().layout
    assert [slot.name.rpartition(".")[2] for slot in layout.slots] == ["weight"] * 3 + ["bias"] * 3
    assert [slot.stop - slot.start for slot in layout.slots] == [12, 36, 3, 2, 3, 1]
    assert layout.decayed == 51
    assert layout.trainable == layout.size == 57


def test_decayed_parameters_come_first_and_nontrainable_parameters_last():
    tree = {
        "a": {
            "mean": ParameterSpec((2,), Zeros(), trainable=False),
            "scale": ParameterSpec((3,), Zeros(), decayed=False),
        },
        "b": {
            "weight": ParameterSpec((5,), Zeros()),
            "kept": ParameterSpec((7,), Zeros(), trainable=False, decayed=False),
        },
        "c": {},
    }
    layout = ParameterLayout(tree, FLOAT)
    assert [(slot.name, slot.start, slot.stop) for slot in layout.slots] == [
        ("b.weight", 0, 5),
        ("a.scale", 5, 8),
        ("a.mean", 8, 10),
        ("b.kept", 10, 17),
    ]
    assert (layout.decayed, layout.trainable, layout.size) == (5, 8, 17)
    assert list(layout.named(np.zeros(17))) == ["a.mean", "a.scale", "b.weight", "b.kept"]
    assert list(layout.views(np.zeros(17))) == ["a", "b", "c"]


def test_slots_cover_the_vector_without_gaps():
    slots = network().layout.slots
    assert [slot.start for slot in slots] == [0, *(slot.stop for slot in slots[:-1])]


def test_named_arrays_and_the_tree_are_views_of_the_vector():
    made = network()
    made.vector[:] = np.arange(made.vector.size)
    for array in made.named().values():
        assert np.shares_memory(array, made.vector)
    assert made.tree["2.sequential"]["1.dense"]["bias"].base is not None
    made.tree["2.sequential"]["1.dense"]["bias"][:] = -1
    assert (made.vector == -1).sum() == 3
    np.testing.assert_array_equal(made.named()["2.sequential.1.dense.bias"], -1)


def test_kernels_are_stored_in_c_order():
    made = network()
    made.vector[:] = np.arange(made.vector.size)
    np.testing.assert_array_equal(made.named()["0.conv2d.weight"].reshape(-1), np.arange(12))


def test_a_model_may_have_no_parameters():
    layout = ParameterLayout({"0.relu": {}}, FLOAT)
    assert (layout.size, layout.trainable, layout.decayed) == (0, 0, 0)
    assert layout.initial(0).size == 0
    assert layout.views(np.empty(0)) == {"0.relu": {}}


def test_every_array_is_filled_by_its_own_initializer():
    tree = {
        "a": ParameterSpec((500,), He(), fan_in=2),
        "b": ParameterSpec((500,), He(), fan_in=200),
        "c": ParameterSpec((5,), Zeros()),
    }
    named = ParameterLayout(tree, FLOAT).named(ParameterLayout(tree, FLOAT).initial(4))
    assert 0.9 < named["a"].std() < 1.1
    assert 0.09 < named["b"].std() < 0.11
    assert not named["c"].any()


def test_parameters_without_a_seed_are_zero():
    assert not Network(layers_of(MODEL), (4, 4, 1), FLOAT, None).vector.any()
    assert network().vector.any()
