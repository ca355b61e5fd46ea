"""Hash data files."""

from __future__ import annotations

from hashlib import sha256

from nncli.data.files.opening import open_file


def fingerprint(path: str) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    digest = sha256()
    with open_file(path) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
