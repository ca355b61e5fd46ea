"""metrics.csv: one row an epoch."""

from __future__ import annotations

import csv
import io
import os

from nncli.core.errors import RunError, SaveError
from nncli.runs.atomic import write_atomically

INTEGERS = ("epoch", "step")


class MetricsLog:
    """The rows of metrics.csv, appended one whole line at a time.

    Args:
        path: of the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def append(self, record: dict[str, float]) -> None:
        """Adds a row, and the header before the first one.

        Raises:
            SaveError: where it cannot be written.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        try:
            with open(self._path, "a", newline="") as file:
                if file.tell() == 0:
                    writer.writerow(record)
                writer.writerow(
                    [int(value) if name in INTEGERS else repr(float(value)) for name, value in record.items()]
                )
                file.write(text.getvalue())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SaveError(f"{self._path}: cannot be written ({error.strerror or error})") from None

    def keep(self, epochs: int) -> None:
        """Keeps the rows of the first `epochs` epochs, as the checkpoint that a run goes on from knows them.

        Raises:
            SaveError: where it cannot be written.
        """
        if not os.path.exists(self._path):
            return
        with open(self._path, "rb") as file:
            lines = file.read().splitlines(keepends=True)
        whole = b"".join(lines[: 1 + epochs])
        write_atomically(self._path, lambda file: file.write(whole))

    def rows(self) -> list[dict[str, float]]:
        """All rows, without a torn last one."""
        try:
            with open(self._path, newline="") as file:
                text = file.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(f"{self._path}: cannot be read ({error.strerror})") from None
        whole = text[: text.rfind("\n") + 1]
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(io.StringIO(whole))]
