"""Test that commands reject invalid data: one message with a position, exit code 2, no traceback, no file written."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from tests.workflows import tiny


class Canary:
    """An object that creates a folder when it is unpickled."""

    def __reduce__(self):
        return (os.mkdir, ("unpickled",))


def snapshot():
    """Return the content of every file and folder below the working directory."""
    found = {}
    for folder, folders, files in os.walk("."):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            found[path] = Path(path).read_bytes() if os.path.isfile(path) and os.access(path, os.R_OK) else None
    return found


def table(text, name="a.csv"):
    """Return a function that writes a table, compressed if its name ends in .gz."""

    def write():
        content = text if isinstance(text, bytes) else text.encode()
        Path(name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    return write


def cut(path, write, share=0.6):
    """Return a function that writes a file and truncates it."""

    def short():
        write()
        content = Path(path).read_bytes()
        Path(path).write_bytes(content[: int(len(content) * share)])

    return short


def npz(**arrays):
    """Return a function that writes a.npz."""
    return lambda: np.savez("a.npz", **arrays)


def pair(x, y=(1.0, 2.0, 3.0)):
    """Return a function that writes x.npy and y.npy."""

    def write():
        np.save("x.npy", x, allow_pickle=True)
        np.save("y.npy", np.array(y))

    return write


def raw_pickle():
    """Write x.npy as a plain pickle file, and a valid y.npy."""
    Path("x.npy").write_bytes(pickle.dumps(Canary()))
    np.save("y.npy", np.arange(3.0))


def idx(rows=3, stored=3):
    """Return a function that writes idx files; the header says `rows` images, but the file stores `stored` images."""

    def write():
        Path("x-idx3-ubyte").write_bytes(struct.pack(">HBB3I", 0, 8, 3, rows, 2, 2) + bytes(range(4 * stored)))
        Path("y-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, 3) + bytes([1, 0, 1]))

    return write


def images(*sizes, cut_at=None):
    """Return a function that writes a folder of two classes with one image per (height, width)."""

    def write():
        image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
        for index, size in enumerate(sizes):
            path = Path(f"images/{'ab'[index % 2]}/{index}.png")
            path.parent.mkdir(parents=True, exist_ok=True)
            image.fromarray(np.random.default_rng(index).integers(0, 255, size).astype(np.uint8)).save(path)
            if index == cut_at:
                path.write_bytes(path.read_bytes()[:60])

    return write


def folder(name="a.csv"):
    return lambda: os.mkdir(name)


def loop(name="a.csv"):
    """Return a function that creates a symbolic link that points to itself."""
    return lambda: os.symlink(name, name)


def unreadable(name="a.csv"):
    """Return a function that writes a table without read permission."""

    def write():
        if os.geteuid() == 0:
            pytest.skip("the superuser may read everything")
        table("u,y\n1,2\n3,4\n")()
        os.chmod(name, 0)

    return write


CSV = {"path": "a.csv", "targets": "y"}
NPY = {"inputs": "x.npy", "targets": "y.npy"}
IDX = {"inputs": "x-idx3-ubyte", "targets": "y-idx1-ubyte"}
WEIGHTED = {**CSV, "weights": "w"}
GOOD = np.arange(6.0).reshape(3, 2)
OBJECTS = np.array([[Canary(), 1], [2, 3], [4, 5]], dtype=object)
NAN, INFINITE = np.array([[1, 2], [3, np.nan], [5, 6]]), np.array([[1, 2], [3, 4], [-np.inf, 6]])

NUMBERS = {  # training data of a regression: (function that writes the files, source, message)
    "ragged rows": (table("u,y\n1,2\n3,4,5\n"), CSV, "a.csv:3: 3 cells, but the header has 2 columns"),
    "a short row": (table("u,v,y\n1,2,3\n\n4,5\n"), CSV, "a.csv:4: 2 cells, but the header has 3 columns"),
    "text among numbers": (
        table("u,y\n" + "1,2\n" * 20 + "x,2\n"),
        CSV,
        "a.csv:22: column 'u': expected a finite number as in the other rows; got 'x'",
    ),
    "nan as an input": (table("u,y\n1,2\nnan,3\n"), CSV, "a.csv:3: column 'u': expected a finite number"),
    "text as a target": (table("u,y\n1,2\n2,x\n"), CSV, "a.csv:3: target 'y': expected a number; got 'x'"),
    "a blank target": (table("u,y\n1,2\n2,\n"), CSV, "a.csv:3: column 'y': the target is blank"),
    "a blank column": (table("u,v,y\n1,,2\n2,,3\n"), CSV, "a.csv: column 'v' is blank throughout"),
    "no rows": (table("u,y\n"), CSV, "a.csv: no rows below the header"),
    "an empty file": (table(""), CSV, "a.csv:1: expected a header line"),
    "no such target": (
        table("rooms,price\n1,2\n"),
        {**CSV, "targets": "prize"},
        "a.csv: no column 'prize'; did you mean 'price'?",
    ),
    "only the target": (table("y\n1\n2\n"), CSV, "a.csv: no column is left to learn from"),
    "two columns of the same name": (table("u,u,y\n1,2,3\n"), CSV, "a.csv:1: two columns are named 'u'"),
    "not UTF-8": (table(b"u,y\n1,2\n" + b"\xe9,3\n"), CSV, "a.csv: not UTF-8 text (byte 0xe9"),
    "an open quote": (table('u,y\n1,2\n"3,4\n'), CSV, "a.csv:3: unexpected end of data"),
    "dates": (table("u,y\n2026-01-02,2\n"), CSV, "a.csv:2: column 'u': dates and times such as '2026-01-02'"),
    "percentages": (table("u,y\n12%,2\n13%,2\n"), CSV, "a.csv:2: column 'u': expected plain numbers"),
    "gzip cut short": (
        cut("a.csv.gz", table("u,y\n" + "".join(f"{n * n},{n}\n" for n in range(999)), "a.csv.gz")),
        {**CSV, "path": "a.csv.gz"},
        "a.csv.gz: not a valid gzip file",
    ),
    "a folder": (folder(), CSV, "a.csv: cannot be read (Is a directory)"),
    "a loop of links": (loop(), CSV, "a.csv: cannot be read (Too many levels of symbolic links)"),
    "unreadable": (unreadable(), CSV, "a.csv: cannot be read (Permission denied)"),
    "no file": (lambda: None, CSV, "no such file or folder: a.csv"),
    "negative weight": (
        table("u,w,y\n1,1,2\n2,-1,2\n3,1,4\n"),
        WEIGHTED,
        "a.csv:3: weight: expected a number of at least 0; got -1",
    ),
    "nan as a weight": (table("u,w,y\n1,1,2\n2,nan,2\n"), WEIGHTED, "a.csv:3: column 'w': expected a finite number"),
    "a blank weight": (
        table("u,w,y\n1,1,2\n2,,2\n"),
        WEIGHTED,
        "a.csv:3: column 'w': the weight is blank; fill it or drop the row",
    ),
    "all weights 0": (table("u,w,y\n1,0,2\n2,0,2\n"), WEIGHTED, "a.csv: all weights are 0"),
    "nan in npy": (pair(NAN), NPY, "x.npy: row 1, column 1 (counted from 0): expected a finite number; got nan"),
    "nan in npz": (npz(x=NAN, y=[1, 2, 3]), {"path": "a.npz"}, "a.npz:x: row 1, column 1 (counted from 0)"),
    "infinity in npy": (pair(INFINITE), NPY, "x.npy: row 2, column 0 (counted from 0): expected a finite number"),
    "infinity in npz": (npz(x=INFINITE, y=[1, 2, 3]), {"path": "a.npz"}, "a.npz:x: row 2, column 0"),
    "nan as a target": (pair(GOOD, [1, np.nan, 2]), NPY, "y.npy: row 1 (counted from 0): target: expected a finite"),
    "objects in npy": (pair(OBJECTS), NPY, "x.npy: not a valid .npy file of numbers or text (it holds Python objects"),
    "objects in npz": (
        npz(x=OBJECTS, y=[1, 2, 3]),
        {"path": "a.npz"},
        "a.npz: not a valid .npz file of numbers or text (it holds Python objects",
    ),
    "objects as targets": (
        lambda: (np.save("x.npy", GOOD), np.save("y.npy", OBJECTS, allow_pickle=True)),
        NPY,
        "y.npy: not a valid .npy file",
    ),
    "a pickle named npy": (raw_pickle, NPY, "x.npy: not a valid .npy file of numbers or text (it holds Python objects"),
    "a table named npy": (
        lambda: (Path("x.npy").write_text("u,y\n1,2\n"), np.save("y.npy", [1.0])),
        NPY,
        "x.npy: not a valid .npy file",
    ),
    "npy cut short": (cut("x.npy", pair(GOOD)), NPY, "x.npy: not a valid .npy file"),
    "an empty npy": (cut("x.npy", pair(GOOD), 0), NPY, "x.npy: not a valid .npy file"),
    "npz cut short": (cut("a.npz", npz(x=GOOD, y=[1, 2, 3])), {"path": "a.npz"}, "a.npz: not a valid .npz file"),
    "an empty npz": (cut("a.npz", npz(x=GOOD), 0), {"path": "a.npz"}, "a.npz: not a valid .npz file"),
    "fewer targets": (pair(GOOD, [1.0, 2.0]), NPY, "y.npy: 2 rows, but x.npy has 3"),
    "a folder named npy": (lambda: (folder("x.npy")(), np.save("y.npy", [1.0])), NPY, "x.npy: cannot be read"),
    "a folder named npz": (folder("a.npz"), {"path": "a.npz"}, "a.npz: cannot be read"),
    "a loop named npz": (loop("a.npz"), {"path": "a.npz"}, "a.npz: cannot be read (Too many levels"),
}

LABELS = {  # training data of a classifier: (function that writes the files, source, message)
    "a blank label": (table("u,y\n1,a\n2,\n3,b\n"), CSV, "a.csv:3: column 'y': the target is blank"),
    "labels of mixed types": (
        table("u,y\n1,1\n2,0\n3,maybe\n"),
        CSV,
        "a.csv:4: the label 'maybe' is text, but '1' is a number",
    ),
    "measurements as labels": (table("u,y\n1,1.5\n2,0\n"), CSV, "targets 'y': class labels are text or whole numbers"),
    "one label": (table("u,y\n1,a\n2,a\n3,a\n"), CSV, "a"),
    "nan as a label": (pair(GOOD, [1, np.nan, 2]), NPY, "y.npy: row 1 (counted from 0): expected a label; got nan"),
    "idx cut short": (idx(stored=2), IDX, "x-idx3-ubyte: its header says (3, 2, 2), but it holds 8 bytes of data"),
    "a vast idx": (idx(rows=2**32 - 1), IDX, "x-idx3-ubyte: its header says (4294967295, 2, 2), but it holds 12"),
    "no idx": (cut("x-idx3-ubyte", idx(), 0), IDX, "x-idx3-ubyte: not an idx file"),
    "idx without its sizes": (cut("x-idx3-ubyte", idx(), 0.3), IDX, "x-idx3-ubyte: not an idx file (its header is cut"),
    "a folder named idx": (lambda: (idx()(), os.remove("x-idx3-ubyte"), folder("x-idx3-ubyte")()), IDX, "x-idx3-ubyte"),
    "images of mixed sizes": (
        images((4, 4), (4, 4), (4, 5), (4, 4)),
        {"path": "images"},
        "images/a/2.png: 4x5 pixels, but images/a/0.png has 4x4",
    ),
    "images of mixed modes": (
        images((4, 4), (4, 4), (4, 4, 3), (4, 4)),
        {"path": "images"},
        "images/a/2.png: in colour, but the previous images are grey",
    ),
    "an image cut short": (images((9, 9), (9, 9), cut_at=1), {"path": "images"}, "images/b/1.png: not a valid image"),
    "a folder without images": (folder("images"), {"path": "images"}, "images: expected one sub-folder of images"),
    "a loop of folders": (loop("images"), {"path": "images"}, "images"),
}


def config(values, source, **data):
    """Write bad.yaml, a config that trains on a source."""
    values["data"] = {"train": source, **data}
    values["model"] = [{"type": "dense", "units": 1}] + (["sigmoid"] if "binary" in values["loss"] else [])
    Path("bad.yaml").write_text(json.dumps(values, indent=1))


def assert_rejected(found, before, message):
    """Assert that training failed with one message that has a position, and that no file changed."""
    assert (found.code, found.out) == (2, ""), found.err
    message_line, count = found.err.splitlines()
    assert count == "1 problem in bad.yaml; nothing was run"
    place, line, column, path, rest = message_line.split(":", 4)
    assert (place, path[:11]) == ("bad.yaml", " data.train")
    assert int(line) > 1
    assert int(column) > 1
    assert message in rest.replace(f"{os.getcwd()}/", "")
    assert len(rest.replace(os.getcwd(), "")) < 400
    assert snapshot() == before
    assert not os.path.exists("unpickled")


@pytest.mark.parametrize("name", NUMBERS)
def test_invalid_regression_data_is_rejected(nncli, name):
    write, source, message = NUMBERS[name]
    write()
    config(tiny.regression(metrics=[]), source)
    before = snapshot()
    assert_rejected(nncli("train", "bad.yaml"), before, message)


@pytest.mark.parametrize("name", LABELS)
def test_invalid_classification_data_is_rejected(nncli, name):
    write, source, message = LABELS[name]
    write()
    config(tiny.classifier(metrics=[]), source)
    before = snapshot()
    assert_rejected(nncli("train", "bad.yaml"), before, message)


@pytest.mark.parametrize("key", ["validation", "test"])
def test_stratified_split_of_a_class_with_one_row_is_rejected(nncli, key):
    table("u,y\n" + "1,a\n2,b\n" * 5 + "3,c\n")()
    values = tiny.classifier(metrics=[], loss="cross_entropy")
    config(values, CSV, **{key: {"fraction": 0.2, "stratify": True}})
    values["model"] = [{"type": "dense", "units": 3}, "softmax"]
    Path("bad.yaml").write_text(json.dumps(values, indent=1))
    before = snapshot()
    found = nncli("train", "bad.yaml")
    assert found.code == 2
    assert (
        f"data.{key}: the class 'c' has a single row, which cannot be on both sides of a stratified split" in found.err
    )
    assert found.err.endswith("1 problem in bad.yaml; nothing was run\n")
    assert snapshot() == before


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", [name for name, case in NUMBERS.items() if case[1] is NPY and "target" not in name])
def test_large_arrays_are_rejected_with_the_same_message(nncli, monkeypatch, name, large):
    monkeypatch.setattr("nncli.data.sources.arrays.MIN_PREVIEW_BYTES", 0 if large else 1 << 40)
    write, source, message = NUMBERS[name]
    write()
    config(tiny.regression(metrics=[]), source)
    before = snapshot()
    assert_rejected(nncli("train", "bad.yaml"), before, message)


# (run, function that writes the files, INPUT, message); "tiny" takes columns a and b, "bars" takes 8x8 images
INPUTS = {
    "ragged rows": ("tiny", table("a,b\n1,2\n3\n"), "a.csv", "a.csv:3: 1 cells, but the header has 2 columns"),
    "text among numbers": ("tiny", table("a,b\n1,2\n3,x\n"), "a.csv", "a.csv:3: column 'b': expected a finite number"),
    "no rows": ("tiny", table("a,b\n"), "a.csv", "a.csv: no rows below the header"),
    "an empty file": ("tiny", table(""), "a.csv", "a.csv:1: expected a header line"),
    "not UTF-8": ("tiny", table(b"a,b\n1,\xe9\n"), "a.csv", "a.csv: not UTF-8 text"),
    "no column": ("tiny", table("a,side\n1,left\n"), "a.csv", "a.csv: no column 'b'"),
    "too large": ("tiny", table("a,b\n" + "1,2\n" * 400 + "1e300,2\n"), "a.csv", "a.csv:402: a value is too large"),
    "a folder": ("tiny", folder(), "a.csv", "a.csv: cannot be read (Is a directory)"),
    "a loop of links": ("tiny", loop(), "a.csv", "a.csv"),
    "unreadable": ("tiny", unreadable(), "a.csv", "a.csv: cannot be read (Permission denied)"),
    "gzip cut short": ("tiny", cut("a.csv.gz", table("a,b\n1,2\n3,4\n", "a.csv.gz")), "a.csv.gz", "not a valid gzip"),
    "nan in npy": ("tiny", pair(NAN), "x.npy", "x.npy: row 1, column 1 (counted from 0)"),
    "infinity in npz": ("tiny", npz(x=INFINITE), "a.npz", "a.npz:x: row 2, column 0 (counted from 0)"),
    "objects in npy": ("tiny", pair(OBJECTS), "x.npy", "x.npy: not a valid .npy file of numbers or text"),
    "objects in npz": ("bars", npz(x=OBJECTS), "a.npz", "a.npz: not a valid .npz file of numbers or text"),
    "a pickle": ("tiny", raw_pickle, "x.npy", "x.npy: not a valid .npy file of numbers or text"),
    "npy cut short": ("tiny", cut("x.npy", pair(GOOD)), "x.npy", "x.npy: not a valid .npy file"),
    "npz cut short": ("bars", cut("a.npz", npz(x=np.zeros((3, 8, 8)))), "a.npz", "a.npz: not a valid .npz file"),
    "idx cut short": ("bars", idx(stored=2), "x-idx3-ubyte", "x-idx3-ubyte: its header says (3, 2, 2)"),
    "another shape": ("bars", idx(), "x-idx3-ubyte", "x-idx3-ubyte: the model takes rows of the shape (8, 8, 1); got"),
    "an image cut short": ("bars", images((9, 9), cut_at=0), "images/a", "images/a/0.png: not a valid image"),
    "mixed images": ("bars", images((8, 8), (8, 8), (8, 9)), "images", "images/a/2.png: 8x9 pixels"),
    "no images": ("bars", folder("images"), "images", "images: no images; looked for .png"),
}


@pytest.mark.parametrize("output", [None, "new.csv", "old.npy", "old.json"])
@pytest.mark.parametrize("name", INPUTS)
def test_failed_prediction_writes_nothing_and_keeps_older_files(nncli, runs, name, output):
    run, write, source, message = INPUTS[name]
    write()
    for ending in ("csv", "npy", "json"):
        Path(f"old.{ending}").write_text("older predictions")
    before = snapshot()
    found = nncli("predict", runs[run], source, *(["--output", output] if output else []))
    assert found.code == 2
    assert message in found.err
    assert len(found.err.splitlines()) == 1
    assert snapshot() == before
    assert name == "too large" or found.out == "", "only the case 'too large' may print rows before it fails"


@pytest.mark.parametrize("name", [name for name, case in INPUTS.items() if name not in ("no images",)])
def test_invalid_input_is_rejected_by_evaluate(nncli, runs, name):
    run, write, source, _ = INPUTS[name]
    write()
    labels = {"tiny": "left", "bars": "flat"}[run]
    if source == "a.csv" and os.path.isfile(source) and b"side" not in Path(source).read_bytes():
        header, *lines = Path(source).read_bytes().splitlines() or [b""]
        Path(source).write_bytes(b"\n".join([b"side," + header, *(b"left," + line for line in lines)]))
    np.save("labels.npy", np.array([labels] * 3))
    targets = {"npy": ["--targets", "labels.npy"], "yte": ["--targets", "y-idx1-ubyte"]}.get(source[-3:], [])
    before = snapshot()
    found = nncli("evaluate", runs[run], source, *targets)
    assert (found.code, found.out) == (2, "")
    assert len(found.err.splitlines()) == 1
    assert source.split("/")[0] in found.err
    assert snapshot() == before
    assert not os.path.exists("unpickled")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,side\n1,2,left\n3,4,\n", "a.csv:3: column 'side': the target is blank"),
        ("a,b,side\n1,2,left\n3,4,up\n", "a.csv:3: the label 'up' is not one of the classes left, right"),
        ("a,b,sides\n1,2,left\n", "a.csv: no column 'side'; did you mean 'sides'?"),
        ("a,b\n1,2\n", "a.csv: no column 'side'"),
    ],
)
def test_invalid_labels_are_rejected_by_evaluate(nncli, runs, text, message):
    table(text)()
    before = snapshot()
    found = nncli("evaluate", runs["tiny"], "a.csv")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(message)
    assert len(found.err.splitlines()) == 1
    assert snapshot() == before
