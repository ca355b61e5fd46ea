"""metrics.csv: one row per epoch."""

from __future__ import annotations

import csv
import errno
import io
import os

from nncli.core.errors import RunError
from nncli.core.untrusted_files import open_regular_file
from nncli.runs.atomic_write import sync_folder, write_atomically
from nncli.runs.file_errors import wrap_write_errors

INTEGERS = ("epoch", "step")
MAX_BYTES = 256 << 20  # a million epochs need less


class MetricsLog:
    """The rows of metrics.csv, appended one complete line at a time.

    Args:
        path: path of the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def append(self, record: dict[str, float]) -> None:
        """Append a row, with the header before the first row; if that fails, nothing is added.

        Raises:
            SaveError: if the row cannot be written.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        with wrap_write_errors(self._path):
            with open(self._path, "ab", buffering=0) as file:
                before = file.tell()
                if before == 0:
                    writer.writerow(record)
                writer.writerow(
                    [int(value) if name in INTEGERS else repr(float(value)) for name, value in record.items()]
                )
                rest = text.getvalue().encode()
                try:
                    while rest:  # a partial write is continued; if the disk is full, the next write raises the error
                        rest = rest[file.write(rest) :]
                    os.fsync(file.fileno())
                except BaseException:
                    file.truncate(before)
                    raise
            if before == 0:
                sync_folder(os.path.dirname(os.path.abspath(self._path)))

    def keep_epochs(self, epochs: int) -> int:
        """Keep only the rows of the first `epochs` epochs, so that a run can resume after them.

        Returns:
            The number of these epochs that have no row, because the file was edited.

        Raises:
            RunError: if the file is not the metrics of a run.
            SaveError: if it cannot be written.
        """
        content = self._content()
        text = _complete_lines(content)
        header, *lines = text.splitlines(keepends=True) or [""]
        if text and header.split(",")[0] != "epoch":
            raise RunError(f"{self._path}: its first line is not the header of a run's metrics; move the file away")
        wanted = {str(epoch) for epoch in range(1, epochs + 1)}
        kept = [line for line in lines if line.split(",")[0] in wanted]
        shortened = header + "".join(kept) if kept else ""
        if shortened != content:
            write_atomically(self._path, lambda file: file.write(shortened.encode()))
        return epochs - len(kept)

    def rows(self) -> list[dict[str, float]]:
        """Return all rows, without an incomplete last row.

        Raises:
            RunError: if the file cannot be read, or is not the metrics of a run.
        """
        try:
            return [
                {name: float(value) for name, value in row.items()}
                for row in csv.DictReader(io.StringIO(_complete_lines(self._content())))
            ]
        except (TypeError, ValueError, csv.Error):
            raise RunError(f"{self._path}: not the metrics of a run") from None

    def _content(self) -> str:
        try:
            with open_regular_file(self._path) as file:
                content = file.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
            return content.decode()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise RunError(f"{self._path}: cannot be read ({error.strerror})") from None
        except ValueError:
            raise RunError(f"{self._path}: not the metrics of a run") from None


def _complete_lines(text: str) -> str:
    return text[: text.rfind("\n") + 1]
