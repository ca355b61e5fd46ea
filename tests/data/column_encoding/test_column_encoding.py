"""Numbers, booleans, categories and blank cells of a table are encoded alike in training and in prediction."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nncli.core.errors import DataError
from nncli.data.preprocessing import Preprocessing
from tests.data.make_sources import F64, fitted, rows, source


class Fitted:
    """The preprocessing of a table, fitted to the rows of one CSV text and applied to the rows of others."""

    def __init__(self, folder, text, **keys):
        self.folder = folder
        self.keys = {"targets": "y", **keys}
        self.train = self.read(text, "train.csv")
        self.preprocessing = fitted(self.train, rules=self.source("train.csv").column_rules)
        self.columns = {column.name: column for column in self.preprocessing.columns}
        self.features = self.preprocessing.feature_names

    def source(self, name):
        return source(path=self.folder / name, **self.keys)

    def read(self, text, name="later.csv", targets=True):
        (self.folder / name).write_text(text)
        texts = [name for name, column in self.__dict__.get("columns", {}).items() if column.kind == "category"]
        return self.source(name).read_like(texts, targets=targets)

    def encode_training_rows(self):
        return self.preprocessing.inputs(self.train, F64).tolist()

    def encode(self, text):
        """Encode other rows, without targets."""
        return self.preprocessing.inputs(self.read(text, targets=False), F64).tolist()

    def restored(self):
        """Return the preprocessing restored from JSON, as from a checkpoint."""
        return Preprocessing.restore(json.loads(json.dumps(self.preprocessing.state())))

    def error_for(self, text):
        """Return the error message for other rows."""
        with pytest.raises(DataError) as caught:
            self.encode(text)
        return str(caught.value).replace(f"{self.folder}/", "")


@pytest.fixture
def fit(tmp_path):
    def make(text, **keys):
        return Fitted(tmp_path, text, **keys)

    return make


@pytest.fixture
def refused(tmp_path):
    """Return a function that fits the preprocessing to a CSV text and returns the error message."""

    def message(text, **keys):
        with pytest.raises(DataError) as caught:
            Fitted(tmp_path, text, **keys)
        assert "\n" not in str(caught.value)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return message


def lines(header, *cells):
    """Return the text of a table with one input column and the target y."""
    return f"{header},y\n" + "".join(f"{cell},{index}\n" for index, cell in enumerate(cells, 1))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", ""], "number"),
        (["1", "0", "1"], "number"),
        (["007", "12"], "number"),
        (["1e3", "-0", "+4"], "number"),
        (["true", "false", "true"], "boolean"),
        (["TRUE", "False", ""], "boolean"),
        (["true", "true"], "boolean"),
        (["oslo", "rome"], "category"),
        (["yes", "no"], "category"),
        (["true", "false", "perhaps"], "category"),
        (["a1", "2", "b3"], "category"),
    ],
)
def test_the_kind_of_a_column_depends_on_its_cells(fit, cells, kind):
    assert fit(lines("u", *cells)).columns["u"].kind == kind


def test_booleans_in_any_case_are_encoded_as_one_and_zero(fit):
    found = fit(lines("u", "true", "FALSE", "True", "tRuE"))
    assert found.features == ("u",)
    assert found.encode_training_rows() == [[1], [0], [1], [1]]
    assert found.encode("u\nfalse\n1\n0\nTRUE\n") == [[0], [1], [0], [1]]
    assert found.encode("u\n1\n0\n") == [[1], [0]]
    assert found.error_for("u\ntrue\nno\n") == "later.csv:3: column 'u': expected true or false; got 'no'"


def test_blank_booleans_are_imputed_like_numbers(fit):
    text = lines("u", "true", "false", "", "true", "true")
    assert fit(text, missing="median").encode_training_rows()[2] == [1]
    assert fit(text, missing="mean").encode_training_rows()[2] == [0.75]
    found = fit(text, missing={"constant": 0.25}, missing_indicator=True)
    assert found.features == ("u", "u (missing)")
    assert found.encode_training_rows() == [[1, 0], [0, 0], [0.25, 1], [1, 0], [1, 0]]


@pytest.mark.parametrize(
    "cells",
    [
        ["2026-11-25", "2026-11-26"],
        ["2026/11/25 08:00", ""],
        ["2026-11-25T08:00:00Z", "2026-11-26T08:00:00Z"],
        ["25.11.2026", "1.2.2026"],
        ["11/25/26", "1/2/26"],
        ["08:15", "9:30"],
        ["25 Nov 2026", "3 May 2026"],
    ],
)
def test_dates_are_refused_with_advice(refused, fit, cells):
    message = refused(lines("when", *cells))
    assert message.startswith(
        f"train.csv:2: column 'when': dates and times such as {cells[0]!r} are not numbers; derive "
    )
    assert message.endswith("or leave the column out with inputs:, or treat it as text with categories: [when]")
    assert fit(lines("when", *cells), categories=["when"]).columns["when"].kind == "category"


@pytest.mark.parametrize("cell", ["12%", "$5", "€ 3.50", '"1,5"', '"1.234,5"', '"1,234.5"', "1\u00a0000", "5 %"])
def test_formatted_numbers_are_refused_with_advice(refused, cell):
    message = refused(lines("price", cell, "7", cell, "8.5"))
    bare = cell.strip('"')
    assert message.startswith(
        f"train.csv:2: column 'price': expected plain numbers such as 1234.5; got {bare!r}; write "
    )
    assert "decimal commas" in message
    assert "categories: [price]" in message


@pytest.mark.parametrize("text", ["NA", "n/a", "?", "-", "null", "NaN", "None", ".", "#N/A"])
def test_words_for_missing_values_among_numbers_are_refused_with_advice(refused, fit, text):
    table = lines("u", "1", "3", text, text)
    message = refused(table)
    assert message.startswith(f"train.csv:4: column 'u': expected a finite number as in the other rows; got {text!r}; ")
    assert message.endswith(f"blanks: [{text!r}] if it means a missing value")
    assert fit(table, blanks=[text]).encode_training_rows() == [[1], [3], [2], [2]]


@pytest.mark.parametrize("blank", ["-999", "0", "999"])
def test_a_number_may_mean_blank(fit, blank):
    found = fit(lines("u", "1", blank, " 3", f'"{blank}"', f" {blank} ", f"{blank}.5"), blanks=[blank])
    numbers = [row[0] for row in found.encode_training_rows()]
    assert numbers[1] == numbers[3] == numbers[4] == found.columns["u"].fill
    assert [numbers[0], numbers[2], numbers[5]] == [1, 3, float(f"{blank}.5")]


def test_blanks_of_a_text_column_are_a_category_of_their_own(fit):
    found = fit(lines("city", "NA", "oslo", "", "rome"), blanks=["NA"])
    assert found.features == ("city=(blank)", "city=oslo", "city=rome")
    assert found.encode_training_rows() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert found.encode("city\nNA\nrome\n") == [[1, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("missing", "fill"), [("median", 2), ("mean", 4), ({"constant": -1}, -1), ({"constant": 0}, 0)]
)
def test_imputed_values_come_from_the_training_rows_even_if_none_are_blank(fit, missing, fill):
    for cells in (["1", "2", "9"], ["1", "2", "9", ""]):
        found = fit(lines("u", *cells), missing=missing)
        assert found.features == ("u",)
        assert found.encode("u,v\n100,x\n,x\n") == [[100], [fill]]
        assert f"column 'u': 1 blank cells filled with {fill}" in found.preprocessing.notes


def test_the_error_for_a_blank_cell_names_its_line_in_training_and_prediction(fit, refused):
    assert refused(lines("u", "1", "", "3"), missing="error").startswith("train.csv:3: column 'u': the cell is blank")
    found = fit(lines("u", "1", "2"), missing="error")
    assert found.error_for("u,v\n1,x\n2,x\n,x\n").startswith(
        "later.csv:4: column 'u': the cell is blank; fill it, or write missing"
    )


def test_an_indicator_column_marks_blank_cells(fit):
    found = fit("u,v,city,y\n1,5,a,0\n,6,,0\n3,7,a,0\n", missing_indicator=True)
    assert found.features == ("u", "u (missing)", "v", "city=(blank)", "city=a")
    assert found.encode_training_rows() == [[1, 0, 5, 0, 1], [2, 1, 6, 1, 0], [3, 0, 7, 0, 1]]
    assert found.encode("u,v,city\n,,a\n4,8,a\n") == [[2, 1, 6, 0, 1], [4, 0, 8, 0, 1]]
    assert "column 'v': 1 blank cells filled with 6" in found.preprocessing.notes


def test_no_indicator_column_without_blanks_in_training(fit):
    found = fit(lines("u", "1", "2", "3"), missing_indicator=True)
    assert found.features == ("u",)
    assert found.encode("u\n\n5\n") == [[5]], "a blank line is not a row"
    assert found.encode("u,v\n,x\n5,x\n") == [[2], [5]]


def test_categories_that_look_like_numbers_stay_text_in_prediction(fit):
    found = fit("zip,u,y\n007,1,0\n7,1,0\n12,2,0\n", categories=["zip"])
    assert found.features == ("zip=007", "zip=12", "zip=7", "u")
    assert found.encode("zip,u\n7,1\n007,2\n12,3\n") == [[0, 0, 1, 1], [1, 0, 0, 2], [0, 1, 0, 3]]
    assert found.encode("zip,u\n12,1\n7.0,2\n") == [[0, 1, 0, 1], [0, 0, 0, 2]], "the texts 7.0 and 7 differ"


def test_a_text_column_stays_text_if_a_later_file_has_numbers_in_it(fit):
    found = fit(lines("code", "a", "01", "1", "b"))
    assert found.features == ("code=01", "code=1", "code=a", "code=b")
    assert found.encode("code\n01\n1\n") == [[1, 0, 0, 0], [0, 1, 0, 0]]


def test_categories_must_be_columns(refused):
    assert "no column 'zap'; did you mean 'zip'? Known: zip, y" in refused(lines("zip", "1", "2"), categories=["zap"])


def test_unseen_categories_are_zeros_with_a_note(fit):
    found = fit(lines("city", "oslo", "rome", "oslo"))
    assert found.encode("city\nbonn\nrome\nbern\n") == [[0, 0], [0, 1], [0, 0]]
    note = "column 'city': 2 values not seen in training, such as 'bonn', are encoded as zeros"
    assert found.preprocessing.notes == [note]
    assert found.encode("city,v\n,1\n") == [[0, 0]], "a blank cell is encoded as zeros if no training cell was blank"


def test_the_error_for_an_unseen_category_names_line_column_and_value(fit):
    found = fit(lines("city", "oslo", "rome"), unseen="error")
    assert found.encode("city\nrome\n") == [[0, 1]]
    message = "later.csv:3: column 'city': 'bonn' was not seen in training (unseen: error)"
    assert found.error_for("city\nrome\nbonn\nbern\n") == message
    assert found.error_for("city,v\n,1\n").startswith("later.csv:2: column 'city': '(blank)' was not seen")


@pytest.mark.parametrize("cell", ["x", "nan", "inf", "-inf", "12%", "1_000", "true"])
def test_the_error_for_text_in_a_numeric_column_names_line_column_and_value(fit, cell):
    message = fit(lines("u", "1", "2")).error_for(f"u,v\n1,a\n\n3,b\n{cell},c\n")
    assert message == f"later.csv:5: column 'u': expected a finite number; got {cell!r}"


def test_constant_columns_are_noted(fit):
    found = fit("u,v,city,y\n5,1,a,0\n5,2,a,0\n,3,a,0\n")
    assert "columns that are constant in the training rows: u, city=a" in found.preprocessing.notes
    assert not any("v" in note.split(": ")[-1].split(", ") for note in found.preprocessing.notes)


@pytest.mark.parametrize("keys", [{}, {"missing": {"constant": 0}}, {"missing": "error"}, {"missing_indicator": True}])
def test_an_entirely_blank_column_is_refused(refused, keys):
    message = refused("u,v,y\n,1,0\n ,2,0\n", **keys)
    assert message == "train.csv: column 'u' is blank throughout; leave it out with inputs:"
    assert refused("u,v,y\nNA,1,0\n,2,0\n", blanks=["NA"]).startswith("train.csv: column 'u' is blank throughout")


def test_a_blank_column_may_be_left_out(fit):
    assert fit("u,v,y\n,1,0\n,2,0\n", inputs=["v"]).encode_training_rows() == [[1], [2]]


def test_the_preprocessing_is_fitted_only_to_the_selected_rows(fit):
    found = fit(lines("u", "1", "2", "3", "40"))
    preprocessing = fitted(found.train.take(np.array([2, 0])))
    assert preprocessing.columns[0].fill == 2
    mixed = fit(lines("city", "oslo", "rome", "bonn"))
    assert fitted(mixed.train.take(np.array([0, 2]))).feature_names == ("city=bonn", "city=oslo")


@pytest.mark.parametrize("missing", ["median", "mean", {"constant": 0.1}])
@pytest.mark.parametrize("indicator", [False, True])
def test_the_state_round_trips_through_json_bit_for_bit(fit, missing, indicator):
    random = np.random.default_rng(3)
    rows = [
        f"{number!r},{flag},{city},{code},{index}"
        for index, (number, flag, city, code) in enumerate(
            zip(
                random.normal(size=31).tolist(),
                random.choice(["true", "false", ""], 31),
                random.choice(["été", 'say "hi"', ""], 31),
                random.choice(["007", "7"], 31),
                strict=True,
            )
        )
    ]
    text = "\n".join(["u,flag,city,code,y", *(row.replace('say "hi"', '"say ""hi"""') for row in rows), ",true,x,7,0"])
    found = fit(text + "\n", missing=missing, missing_indicator=indicator, categories=["code"])
    restored = found.restored()
    assert restored == found.preprocessing
    before, after = found.preprocessing.inputs(found.train, F64), restored.inputs(found.train, F64)
    assert before.tobytes() == after.tobytes()
    assert restored.state() == found.preprocessing.state()


def test_text_among_booleans_is_reported(tmp_path):
    cells = ["True", "false"] * 20
    cells[7] = "maybe"
    (tmp_path / "a.csv").write_text("u,y\n" + "".join(f"{cell},1\n" for cell in cells))
    with pytest.raises(
        DataError, match=r"a\.csv:9: column 'u': expected true or false .*; got 'maybe'; .*blanks: \['maybe'\]"
    ):
        fitted(rows(path=tmp_path / "a.csv", targets="y"))


@pytest.mark.parametrize("limit", [0, 1 << 60], ids=["with Arrow", "without Arrow"])
def test_numbers_that_look_like_codes_are_noted(tmp_path, monkeypatch, limit):
    monkeypatch.setattr("nncli.data.tables.read_table.MIN_ARROW_BYTES", limit)
    (tmp_path / "a.csv").write_text("zip,u,v,y\n00123,0.5,0,1\n10456,-0.25,10,2\n")
    found = fitted(rows(path=tmp_path / "a.csv", targets="y"))
    assert [note for note in found.notes if "007" in note] == [
        "columns zip hold numbers such as 007 and are taken as numbers; if they are codes, write categories: [zip]"
    ]
    assert not fitted(rows(path=tmp_path / "a.csv", targets="y", inputs=["u", "v"])).notes


def test_selected_rows_keep_their_row_numbers(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="the extra tables is not installed")
    from pyarrow import parquet

    parquet.write_table(pa.table({"u": ["1", "x", "3"], "y": [1.0, 2.0, 3.0]}), tmp_path / "a.parquet")
    found = rows(path=tmp_path / "a.parquet", targets="y")
    assert found.take(np.array([1])).inputs.place(0).endswith("a.parquet: row 1 (counted from 0)")
