"""Test when numba is imported."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

CODE = """
import sys
import numpy as np
import nncli.cli.app
from nncli.ops import current_ops
from nncli.ops.windows import Windows

for size in (1, 3):
    windows = Windows.over((6, 6, 2), size, 1, "same")
    current_ops().convolve(np.ones((1, 6, 6, 2)), np.ones((size, size, 2, 4)), windows)
    print("numba" in sys.modules)
"""


def test_numba_is_imported_only_for_a_convolution_that_numba_computes(monkeypatch):
    monkeypatch.delenv("NNCLI_COMPILED", raising=False)
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", str(find_spec("numba") is not None)]
