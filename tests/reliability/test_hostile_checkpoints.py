"""A damaged checkpoint is refused, or is read with exactly the original content."""

from __future__ import annotations

import json
import random
import zipfile

import numpy as np
import pytest

from nncli.assemble.load_config import load_config
from nncli.core.errors import CheckpointError, SaveError
from nncli.lifecycle.checkpointing import check_meta_size
from nncli.runs import checkpoint, checkpoint_meta
from nncli.workflows.inspect import inspect
from nncli.workflows.model import Model
from nncli.workflows.predict import predict
from nncli.workflows.resume import resume
from tests.long import first
from tests.reliability.forge import boundaries, described, members, npy, sealed, write
from tests.workflows import tiny

CHANGES = 100  # number of damaged files per test


def content_of(path):
    """Return the entire content of a checkpoint, for comparison."""
    meta, arrays = checkpoint.load(str(path))
    return json.dumps(meta), {name: (array.dtype.str, array.shape, array.tobytes()) for name, array in arrays.items()}


def refusal(use, path):
    """Return the error message for a file, which is one line and names the file; None if the file is accepted."""
    try:
        use()
    except CheckpointError as error:
        message = str(error)
    else:
        return None
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < 400 + len(str(path))
    return message


def damage(content, chance):
    """Change, insert or remove some bytes."""
    at, count = chance.randrange(len(content)), chance.choice((1, 1, 1, *range(2, 9)))
    kind = chance.choice(("flip", "change", "change", "fill", "insert", "delete"))
    if kind == "flip":
        return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
    new = b"" if kind == "delete" else bytes(count) if kind == "fill" else chance.randbytes(count)
    return content[:at] + new + content[at + (0 if kind == "insert" else count) :]


def structure(content, chance, places):
    """Change a byte outside meta.json and the content of arrays."""
    at = min(len(content) - 1, max(0, chance.choice(places) + chance.randrange(-2, 48)))
    value = chance.choice((0, 1, 8, 0xFF, content[at] ^ 1, content[at] ^ 0x80, chance.randrange(256)))
    return content[:at] + bytes([value]) + content[at + 1 :]


@pytest.mark.parametrize("seed", first(2, range(24)))
@pytest.mark.parametrize("kind", ["anywhere", "structure"])
def test_random_damage_is_refused_or_harmless(stopped, last, kind, seed):
    chance = random.Random(f"{kind} {seed}")
    intact, before, shown = last.read_bytes(), content_of(last), inspect(last)
    data = stopped / tiny.TABLE
    predicted = np.concatenate(list(predict(last, data).arrays())).tobytes()
    places = boundaries(last)
    found = 0
    for _ in range(CHANGES):
        changed = damage(intact, chance) if kind == "anywhere" else structure(intact, chance, places)
        last.write_bytes(changed)
        seen: list = []
        if refusal(lambda seen=seen: seen.append(inspect(last)), last) is None:
            assert repr(seen[0]) == repr(shown)
        if refusal(lambda: checkpoint.load(str(last)), last) is None:
            assert content_of(last) == before
            assert np.concatenate(list(predict(last, data).arrays())).tobytes() == predicted
        elif changed != intact:
            found += 1
    assert found > CHANGES / 2 or kind == "structure"


@pytest.mark.parametrize(("value", "step"), first(2, [(0, 7), (1, 11), (0, 1), (1, 1), (8, 1), (0x80, 1), (0xFF, 1)]))
def test_changed_bytes_of_the_list_of_members_are_refused_or_harmless(last, value, step):
    intact, before = last.read_bytes(), content_of(last)
    with zipfile.ZipFile(last) as archive:
        start = archive.start_dir
    for at in range(start, len(intact), step):
        last.write_bytes(intact[:at] + bytes([value]) + intact[at + 1 :])
        if refusal(lambda: checkpoint.load(str(last)), last) is None:
            assert content_of(last) == before


def test_a_truncated_checkpoint_is_refused_by_every_function(stopped, run, last):
    intact = last.read_bytes()
    chance = random.Random(5)
    cuts = {place + by for place in boundaries(last) for by in (-1, 0, 1)} | set(chance.sample(range(len(intact)), 60))
    data = stopped / tiny.TABLE
    uses = [
        lambda: checkpoint.load(str(last)),
        lambda: checkpoint.read_meta(str(last)),
        lambda: inspect(last),
        lambda: predict(last, data),
        lambda: Model.load(last),
    ]
    for number, cut in enumerate(sorted(cut for cut in cuts if 0 <= cut < len(intact))):
        last.write_bytes(intact[:cut])
        for use in uses:
            assert refusal(use, last)
        if number % 30 == 0:
            assert refusal(lambda: resume(run), last)


@pytest.mark.parametrize("extra", [b"x", b"\0" * 22, b"PK\5\6" + b"\0" * 18, b"PK\5\6" + b"\xff" * 16 + b"\0\0"])
def test_data_before_or_after_the_archive_is_refused(last, extra):
    intact = last.read_bytes()
    for changed in (intact + extra, extra + intact):
        last.write_bytes(changed)
        assert "not an nncli checkpoint, or a damaged one" in refusal(lambda: checkpoint.read_meta(str(last)), last)


@pytest.mark.parametrize("name", ["../0.dense.weight.npy", "/etc/a.npy", "more.npy", "x" * 60_000, "meta.json/"])
def test_a_member_that_is_not_listed_is_refused_by_name(last, tmp_path, name):
    with zipfile.ZipFile(last, "a") as archive:
        archive.writestr(name, b"x")
    for use in (checkpoint.load, checkpoint.read_meta):
        message = refusal(lambda use=use: use(str(last)), last)
        assert f"it holds '{name[:40]}" in message
        assert "which its meta.json does not list" in message
    assert {path.name for path in tmp_path.iterdir()} == {"run"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_duplicate_member_is_refused(last):
    with zipfile.ZipFile(last, "a") as archive:
        archive.writestr("0.dense.bias.npy", npy(np.ones(4, np.float32)))
    assert "two of its members have the same name" in refusal(lambda: checkpoint.read_meta(str(last)), last)


def test_overlapping_members_are_refused(last):
    content = bytearray(last.read_bytes())
    with zipfile.ZipFile(last) as archive:
        at = archive.start_dir
        target = archive.getinfo("0.dense.weight.npy").header_offset
    for _ in range(2):
        at = content.index(b"PK\1\2", at + 1)
    content[at + 42 : at + 46] = target.to_bytes(4, "little")
    last.write_bytes(content)
    assert "overlaps the next member" in refusal(lambda: checkpoint.read_meta(str(last)), last)


@pytest.mark.parametrize(("bit", "what"), [(0x1, "encrypted"), (0x20, "patched"), (0x40, "strong encryption")])
def test_unsupported_zip_flags_are_refused(last, bit, what):
    intact = last.read_bytes()
    with zipfile.ZipFile(last) as archive:
        at = archive.start_dir
    for member in range(3):
        content = bytearray(intact)
        content[at + 8] |= bit
        last.write_bytes(content)
        assert refusal(lambda: checkpoint.load(str(last)), last), f"{what}, member {member}"
        at = intact.index(b"PK\1\2", at + 1)


def test_weights_of_another_dtype_are_refused(stopped, run, last):
    content = members(last)
    meta = json.loads(content.pop("meta.json"))
    array = np.load(last)["0.dense.weight"]
    for other in (array.astype(np.float64), array.view(np.int32), array.astype(np.complex64)):
        meta["arrays"]["0.dense.weight"] = described(other)
        write(last, meta, {**content, "0.dense.weight.npy": npy(other)})
        for use in (lambda: predict(last, stopped / tiny.TABLE), lambda: Model.load(last), lambda: resume(run)):
            assert f"expected the array '0.dense.weight' in float32; got {other.dtype}" in refusal(use, last)


def test_an_array_of_another_model_is_refused(stopped, last):
    content = members(last)
    meta = json.loads(content.pop("meta.json"))
    meta["arrays"]["9.dense.weight"] = described(np.zeros(3, np.float32))
    write(last, meta, {**content, "9.dense.weight.npy": npy(np.zeros(3, np.float32))})
    assert "'9.dense.weight' does not belong to the model" in refusal(lambda: predict(last, stopped / tiny.TABLE), last)


def test_a_model_too_large_for_a_checkpoint_is_refused_before_training(stopped, monkeypatch):
    session = load_config(str(stopped / "config.yaml"), []).session()
    trainer = session.trainer()
    check_meta_size(session, trainer)
    for limit in ("MAX_META_BYTES", "MAX_META_VALUES"):
        with monkeypatch.context() as patch:
            patch.setattr(checkpoint_meta, limit, 100)
            with pytest.raises(SaveError, match=r"its meta\.json .* more than 100; use a quantile scaler with fewer"):
                check_meta_size(session, trainer)


def test_a_checkpoint_with_its_members_in_another_order_has_the_same_content(last):
    before, content = content_of(last), members(last)
    meta = json.loads(content.pop("meta.json"))
    write(last, dict(reversed(meta.items())), dict(reversed(content.items())))
    meta, arrays = content_of(last)
    assert (json.loads(meta), arrays) == (json.loads(before[0]), before[1])
    assert json.loads(sealed(json.loads(meta))) == json.loads(meta)
