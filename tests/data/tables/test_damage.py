"""Every reader refuses damaged tables with one short line that gives the place of the damage."""

from __future__ import annotations

import gzip
import time

import pytest

from nncli.core.errors import DataError
from nncli.data.tables import line_blocks
from nncli.data.tables.read_options import ReadOptions
from nncli.data.tables.read_table import read_table
from nncli.data.tables.text_column import TextColumn

MANY = "".join(f"{number},{number}.5,x\n" for number in range(60))


@pytest.fixture(params=["without Arrow", "small blocks", "Arrow"])
def reader(request, monkeypatch):
    """Read tables without Arrow, without Arrow in blocks of 32 bytes, or with Arrow."""
    if request.param == "Arrow":
        pytest.importorskip("pyarrow", reason="Arrow is not installed")
    monkeypatch.setattr("nncli.data.tables.read_table.MIN_ARROW_BYTES", 1 if request.param == "Arrow" else 1 << 40)
    if request.param == "small blocks":
        monkeypatch.setattr(line_blocks, "BLOCK_BYTES", 32)


@pytest.fixture
def refused(tmp_path, reader):
    """Return a function that writes a table, reads it, and returns the error message."""

    def message(content, name="a.csv", wanted=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(DataError) as caught:
            read_table(str(path), wanted or ReadOptions())
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) - len(str(tmp_path)) < 250
        return str(caught.value).replace(f"{tmp_path}/", "")

    return message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.csv:1: expected a header line with column names; got an empty one"),
        ("\n", "a.csv:1: expected a header line with column names; got an empty one"),
        (",,\n1,2,3\n", "a.csv:1: expected a header line with column names; got an empty one"),
        ("\ufeff", "a.csv:1: expected a header line with column names; got an empty one"),
        ("u,v", "a.csv: no rows below the header"),
        ("u,v\n", "a.csv: no rows below the header"),
        ("u,v\n\n\r\n", "a.csv: no rows below the header"),
        ("u, u,v\n1,2,3\n", "a.csv:1: two columns are named 'u'; rename one"),
        ("u,,v\n1,2,3\n", "a.csv:1: column 2 has no name; give it one (pandas: to_csv(index=False))"),
        ("u,v,\n1,2,3\n", "a.csv:1: column 3 has no name; give it one (pandas: to_csv(index=False))"),
        ("u|v\n1|2\n", "a.csv:1: the header has a single column, 'u|v'; separate columns by a comma, semicolon or tab"),
        ('"u,v\n1,2\n', "a.csv:2: unexpected end of data"),
        ('"u"x,v\n1,2\n', "a.csv:1: ',' expected after '\"'"),
        (f"u,v,w\n{MANY}1,2\n", "a.csv:62: 2 cells, but the header has 3 columns"),
        (f"u,v,w\n1,2,3,4\n{MANY}", "a.csv:2: 4 cells, but the header has 3 columns"),
        (f"u,v,w\n{MANY}\n\n1\n{MANY}", "a.csv:64: 1 cells, but the header has 3 columns"),
        (f'u,v,w\n{MANY}"two\nlines",1,x\n1,2\n', "a.csv:64: 2 cells, but the header has 3 columns"),
        (f'u,v,w\n{MANY}1,2,"x', "a.csv:62: unexpected end of data"),
        (f'u,v,w\n{MANY}1,2,"x"y\n{MANY}', "a.csv:62: ',' expected after '\"'"),
        (f'u,v,w\n{MANY}1,2,"x" \n', "a.csv:62: ',' expected after '\"'"),
        (
            f'u,v,w\n1,2,x\n1,2,"x\n{MANY}',
            "a.csv:63: unexpected end of data (between the quotes of a row that begins on line 3)",
        ),
    ],
)
def test_a_damaged_text_is_refused_with_its_line(refused, text, message):
    assert refused(text) == message


@pytest.mark.parametrize(
    "content",
    [b"gr\xf6\xdfe,v\n1,2\n", "größe,v\n1,2\n".encode("utf-16"), "größe,v\n1,2\n".encode("latin-1"), b"\xff\n"],
)
def test_a_header_that_is_not_utf8_is_refused(refused, content):
    assert refused(content).startswith("a.csv:1: the header is not UTF-8 text (")
    assert "iconv" in refused(content)


@pytest.mark.parametrize("content", ["u,v\n1,2\n".encode("utf-16-le"), b"u,v\0\n1,2\n", b"\0" * 5000])
def test_a_header_with_a_nul_byte_is_refused(refused, content):
    assert refused(content).startswith("a.csv:1: the header is not UTF-8 text (a NUL byte)")


@pytest.mark.parametrize("bad", [b"\xe9", b"1\xff", b"\xc3", b'"\xe9"'])
@pytest.mark.parametrize("column", [0, 2])
def test_a_body_that_is_not_utf8_is_refused(refused, bad, column):
    cells = [b"1", b"2", b"x"]
    cells[column] = bad
    message = refused(b"u,v,w\n" + MANY.encode() + b",".join(cells) + b"\n" + MANY.encode())
    assert message.startswith("a.csv: not UTF-8 text (byte 0x")
    assert message.endswith("convert it: iconv -f LATIN1 -t UTF-8")


def test_a_nul_byte_makes_a_cell_text(tmp_path, reader):
    (tmp_path / "a.csv").write_bytes(b"u,v\n1,2\n1\x000,3\n")
    table = read_table(str(tmp_path / "a.csv"))
    assert isinstance(table.columns["u"], TextColumn)
    assert table.columns["u"].tolist() == ["1", "1\x000"]


@pytest.mark.parametrize("end", [0, 5, 200, -1])
def test_a_truncated_gzip_file_is_refused(refused, end):
    content = gzip.compress(("u,v,w\n" + "".join(f"{n},{n * n % 977},x\n" for n in range(3000))).encode())
    assert refused(content[:end], "a.csv.gz").startswith(
        "a.csv.gz: not a valid gzip file" if end else "a.csv.gz:1: expected a header"
    )


def test_paths_that_are_not_files_are_refused(tmp_path, reader):
    (tmp_path / "a.csv").mkdir()
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    with pytest.raises(DataError, match=r"a\.csv: cannot be read \(Is a directory\)"):
        read_table(str(tmp_path / "a.csv"))
    with pytest.raises(DataError, match=r"loop\.csv: cannot be read \(Too many levels of symbolic links\)"):
        read_table(str(tmp_path / "loop.csv"))
    with pytest.raises(DataError, match=r"no such file or folder: .*b\.csv"):
        read_table(str(tmp_path / "b.csv"))


def test_tables_with_ten_thousand_columns_are_read_and_refused_fast(refused, tmp_path):
    width, began = 10_000, time.perf_counter()
    header = ",".join(f"c{index}" for index in range(width))
    row = ",".join(["1.5"] * width)
    assert refused(f"{header}\n{row}\n{row},1\n") == "a.csv:3: 10001 cells, but the header has 10000 columns"
    (tmp_path / "b.csv").write_text(f"{header}\n{row}\n{row}\n")
    table = read_table(str(tmp_path / "b.csv"))
    with pytest.raises(DataError) as caught:
        table.column("c99999")
    assert len(str(caught.value)) - len(str(tmp_path)) < 500
    assert time.perf_counter() - began < 10


def test_a_row_across_many_blocks_is_read(tmp_path, reader):
    long = "x" * 5000
    (tmp_path / "a.csv").write_text(f'u,v\n1,{long}\n2,"{long}\n""{long}"\n3,y\n')
    table = read_table(str(tmp_path / "a.csv"))
    assert table.columns["u"].tolist() == [1, 2, 3]
    assert table.columns["v"].tolist() == [long, f'{long}\n"{long}', "y"]
    assert table.lines.tolist() == [2, 3, 5]


def test_an_unclosed_quote_in_a_long_file_is_refused(refused):
    message = refused('u,v\n1,2\n3,"4\n' + "1234567,2345678\n" * 10_000)
    assert message.endswith(
        ": field larger than field limit (131072) (between the quotes of a row that begins on line 3)"
    )


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")])
def test_the_separator_is_the_most_frequent_one_in_the_header(tmp_path, reader, name, separator):
    others = "".join(sign for sign in ",;" if sign != separator)
    lines = [["u", f'"v{others}"', "w"], ["1", f'"x{others}"', "2"], ["3", "y", "4"]]
    (tmp_path / name).write_text("".join(separator.join(line) + "\n" for line in lines))
    table = read_table(str(tmp_path / name))
    assert list(table.columns) == ["u", f"v{others}", "w"]
    assert table.columns["w"].tolist() == [2, 4]


def test_text_that_arrow_would_convert_to_other_types_stays_text(tmp_path, reader):
    (tmp_path / "a.csv").write_text("u,v,w,x\n0x1F,1e400,2026-11-25,true\n1,1,1,1\n")
    table = read_table(str(tmp_path / "a.csv"))
    assert table.text_columns == ("u", "v", "w", "x")
