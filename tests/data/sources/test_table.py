"""Sources of tables: the accepted formats, and the errors for refused tables."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from nncli.core.errors import DataError
from tests.data.make_sources import fitted, rows, source

F64 = np.dtype(np.float64)


def written(folder, text, name="a.csv"):
    """Write a text to a file, gzipped if its name ends in .gz, and return the path of the file."""
    content = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return folder / name


def features(folder, text, name="a.csv", **keys):
    """Return (feature names, encoded values, notes) of the inputs; the target is y."""
    found = rows(path=written(folder, text, name), targets="y", **keys)
    preprocessing = fitted(found, rules=source(path=folder / name, targets="y", **keys).column_rules)
    return preprocessing.feature_names, preprocessing.inputs(found, F64).tolist(), preprocessing.notes


def refused(folder, text, name="a.csv", **keys):
    """Return the error message for a table."""
    with pytest.raises(DataError) as caught:
        features(folder, text, name, **keys)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "u,v,y\n1,2,3\n4,5,6\n"),
        ("a.csv.gz", "u,v,y\n1,2,3\n4,5,6\n"),
        ("a.tsv", "u\tv\ty\n1\t2\t3\n4\t5\t6\n"),
        ("a.tsv.gz", "u\tv\ty\n1\t2\t3\n4\t5\t6\n"),
        ("a.csv", "u;v;y\n1;2;3\n4;5;6\n"),
        ("a.csv", "u\tv\ty\n1\t2\t3\n4\t5\t6\n"),
        ("a.csv", "u,v,y\r\n1,2,3\r\n4,5,6\r\n"),
        ("a.csv", "u,v,y\n1,2,3\n4,5,6"),
        ("a.csv", "\ufeffu,v,y\n1,2,3\n4,5,6\n"),
        ("a.csv", '"u","v","y"\n"1","2","3"\n"4","5","6"\n'),
        ("a.csv", " u , v , y \n 1 , 2 , 3 \n4,5,6\n"),
        ("a.csv", "u,v,y\n1,2,3\n\n4,5,6\n\n"),
        ("a.csv", "u,v,y\n1e0,2.0,3\n+4,5,6\n"),
    ],
)
def test_all_formats_of_a_table_give_the_same_rows(tmp_path, name, text):
    found = rows(path=written(tmp_path, text, name), targets="y")
    assert found.targets.tolist() == [3, 6]
    assert found.target_names == ("y",)
    names, numbers, _ = features(tmp_path, text, name)
    assert (names, numbers) == (("u", "v"), [[1, 2], [4, 5]])


def test_the_target_may_be_any_column_and_inputs_may_be_selected(tmp_path):
    text = "y,u,v,w\n1,2,3,4\n5,6,7,8\n"
    assert features(tmp_path, text)[:2] == (("u", "v", "w"), [[2, 3, 4], [6, 7, 8]])
    assert features(tmp_path, text, inputs=["w", "u"])[:2] == (("w", "u"), [[4, 2], [8, 6]])


def test_several_targets_keep_the_order_of_the_config(tmp_path):
    path = written(tmp_path, "a,b,c\n1,2,3\n4,5,6\n")
    found = rows(path=path, targets=["c", "a"])
    assert found.target_names == ("c", "a")
    assert fitted(found).targets(found).tolist() == [[3, 1], [6, 4]]
    assert fitted(found).feature_names == ("b",)


def test_text_is_one_hot_encoded_in_text_order(tmp_path):
    names, numbers, _ = features(tmp_path, "city,n,y\nrome,1,0\noslo,2,0\n,3,0\nrome,4,0\n")
    assert names == ("city=(blank)", "city=oslo", "city=rome", "n")
    assert numbers == [[0, 0, 1, 1], [0, 1, 0, 2], [1, 0, 0, 3], [0, 0, 1, 4]]


def test_a_category_not_seen_in_training_becomes_zeros_with_a_note(tmp_path):
    train = rows(path=written(tmp_path, "city,y\nrome,1\noslo,2\n"), targets="y")
    later = rows(path=written(tmp_path, "city,y\nrome,1\nbonn,2\n", "b.csv"), targets="y")
    preprocessing = fitted(train)
    assert preprocessing.inputs(later, F64).tolist() == [[0, 1], [0, 0]]
    assert any("'bonn'" in note and "'city'" in note for note in preprocessing.notes)


@pytest.mark.parametrize(
    ("missing", "fill"), [("median", 3), ("mean", 5), ({"constant": -1}, -1), ({"constant": 0.5}, 0.5)]
)
def test_blank_number_cells_are_imputed(tmp_path, missing, fill):
    _, numbers, notes = features(tmp_path, "u,v,y\n1,1,0\n,1,0\n3,2,0\n11,3,0\n", missing=missing)
    assert [row[0] for row in numbers] == [1, fill, 3, 11]
    assert any("'u'" in note and "1 blank" in note for note in notes), "a note gives the number of imputed cells"


def test_blank_number_cells_can_be_an_error(tmp_path):
    text = "u,v,y\n1,1,0\n2,,0\n"
    assert refused(tmp_path, text, missing="error").startswith("a.csv:3: column 'v': the cell is blank")


def test_the_imputed_value_is_fitted_to_the_training_rows(tmp_path):
    train = rows(path=written(tmp_path, "u,y\n1,0\n2,0\n3,0\n"), targets="y")
    later = rows(path=written(tmp_path, "u,y\n100,0\n,0\n", "b.csv"), targets="y")
    assert fitted(train).inputs(later, F64).tolist() == [[100], [2]]


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-inf", "NA", "n/a", "?", "1,5", "12 km"])
def test_a_cell_of_text_among_numbers_is_refused(tmp_path, cell):
    lines = [f"{index},{index},0" for index in range(1, 31)]
    lines[20] = f'"{cell}",21,0'
    text = "\n".join(["u,v,y", *lines]) + "\n"
    assert refused(tmp_path, text).startswith("a.csv:22: column 'u': expected a finite number")
    assert repr(cell) in refused(tmp_path, text)


def test_lines_are_counted_as_an_editor_does(tmp_path):
    text = 'name,u,y\n"two\nlines",1,0\n\nx,inf,0\n'
    assert refused(tmp_path, text, inputs=["u"]).startswith("a.csv:5: column 'u'")


@pytest.mark.parametrize("value", ["nan", "inf", "x"])
def test_a_target_that_is_not_a_number_is_refused(tmp_path, value):
    found = rows(path=written(tmp_path, f"u,y\n1,2\n3,{value}\n"), targets="y")
    with pytest.raises(DataError) as caught:
        fitted(found)
    assert f"a.csv:3: target 'y': expected a number; got '{value}'" in str(caught.value)


def test_a_blank_target_is_refused(tmp_path):
    assert refused(tmp_path, "u,y\n1,2\n3,\n").startswith("a.csv:3: column 'y': the target is blank")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.csv:1: expected a header line with column names; got an empty one"),
        ("u,y\n", "a.csv: no rows below the header"),
        ("1,2\n3,4\n", "a.csv:1: expected a header line with column names; got numbers: 1, 2"),
        ("u,u,y\n1,2,3\n", "a.csv:1: two columns are named 'u'; rename one"),
        ("u,,y\n1,2,3\n", "a.csv:1: column 2 has no name; give it one"),
        ("u,v,y\n1,2,3\n1,2\n", "a.csv:3: 2 cells, but the header has 3 columns"),
        ("u,v,y\n1,2,3\n\n1,2,3,4\n", "a.csv:4: 4 cells, but the header has 3 columns"),
        ('u,y\n"a,1\n', "a.csv:"),
        ("u,v,y\n,1,0\n,2,0\n", "a.csv: column 'u' is blank throughout"),
        (b"u,y\n\xff,1\n", "a.csv: not UTF-8 text"),
        ("u,z\n1,2\n", "a.csv: no column 'y'"),
    ],
)
def test_invalid_tables_are_refused(tmp_path, text, message):
    assert refused(tmp_path, text).startswith(message)


def test_a_missing_column_suggests_the_nearest_name(tmp_path):
    assert "no column 'rums'; did you mean 'rooms'? Known: rooms, y" in refused(
        tmp_path, "rooms,y\n1,2\n", inputs=["rums"]
    )


def test_too_many_different_texts_are_refused(tmp_path):
    text = "id,y\n" + "".join(f"name{index},1\n" for index in range(1001))
    assert refused(tmp_path, text).startswith("a.csv: column 'id': 1001 different texts")


@pytest.mark.parametrize("damage", ["cut", "flip", "plain"])
def test_a_damaged_gzip_file_is_refused(tmp_path, damage):
    content = gzip.compress(("u,y\n" + "".join(f"{i},{i * i}\n" for i in range(5000))).encode())
    half = len(content) // 2
    flipped = content[:20] + bytes(255 - byte for byte in content[20:40]) + content[40:]
    (tmp_path / "a.csv.gz").write_bytes({"cut": content[:half], "flip": flipped, "plain": b"u,y\n1,2\n"}[damage])
    with pytest.raises(DataError, match="not a valid gzip file"):
        rows(path=tmp_path / "a.csv.gz", targets="y")


def test_columns_are_found_by_name_when_predicting(tmp_path):
    train = rows(path=written(tmp_path, "u,city,v,y\n1,rome,2,3\n4,oslo,5,6\n"), targets="y")
    other = written(tmp_path, "id,v,u,city\n9,20,10,oslo\n", "b.csv")
    preprocessing = fitted(train)
    later = rows(path=other, with_targets=False)
    assert preprocessing.inputs(later, F64).tolist() == [[10, 1, 0, 20]]
    assert preprocessing.notes == ["columns not used in training are ignored: id"]


def test_a_missing_column_is_refused_when_predicting(tmp_path):
    train = rows(path=written(tmp_path, "rooms,age,y\n1,2,3\n4,5,6\n"), targets="y")
    later = rows(path=written(tmp_path, "room,age\n1,2\n", "b.csv"), with_targets=False)
    with pytest.raises(DataError, match=r"b\.csv: no column 'rooms'; did you mean 'room'\?"):
        fitted(train).inputs(later, F64)


def test_all_missing_columns_are_named_when_predicting(tmp_path):
    train = rows(path=written(tmp_path, "rooms,age,y\n1,2,3\n4,5,6\n"), targets="y")
    later = rows(path=written(tmp_path, "size,price\n1,2\n", "b.csv"), with_targets=False)
    with pytest.raises(DataError) as caught:
        fitted(train).inputs(later, F64)
    assert "'rooms'" in str(caught.value)
    assert "'age'" in str(caught.value)


def test_text_in_a_numeric_column_is_refused_when_predicting(tmp_path):
    train = rows(path=written(tmp_path, "u,y\n1,3\n4,6\n"), targets="y")
    later = rows(path=written(tmp_path, "u\n1\nbig\n", "b.csv"), with_targets=False)
    with pytest.raises(DataError, match=r"b\.csv:3: column 'u': expected a finite number; got 'big'"):
        fitted(train).inputs(later, F64)


def test_a_model_of_a_table_accepts_arrays(tmp_path):
    train = rows(path=written(tmp_path, "u,v,y\n1,2,3\n4,5,6\n"), targets="y")
    np.save(tmp_path / "x.npy", [[7.0, 8.0]])
    np.save(tmp_path / "wide.npy", [[7.0, 8.0, 9.0]])
    preprocessing = fitted(train)
    given = rows(inputs=str(tmp_path / "x.npy"), with_targets=False)
    assert preprocessing.inputs(given, F64).tolist() == [[7, 8]]
    with pytest.raises(Exception, match=r"wide\.npy: the model takes rows of the shape \(2,\); got \(3,\)"):
        preprocessing.inputs(rows(inputs=str(tmp_path / "wide.npy"), with_targets=False), F64)
