"""The products of a convolution in machine code: sums of tiles that stay in registers, without patches.

All in one file, since what numba has compiled is kept on disk until this file changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

PANEL_BYTES = 64  # filters in one piece: two vectors of 256 bits, a line of the cache
MOST_ROWS = 6  # of a tile: 12 sums, two vectors of factors and one of a single number repeated fill 16 registers


@intrinsic
def at(typing: Any, array: Any, index: Any) -> Any:
    """The address of an entry of a flat array, which has to be kept alive by the caller."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.gep(start, [arguments[1]])

    return types.CPointer(array.dtype)(array, types.intp), generate


@intrinsic
def tile(  # noqa: PLR0913
    typing: Any, rows: Any, vectors: Any, a: Any, a_row: Any, a_step: Any, a_run: Any, b: Any, b_step: Any, b_run: Any,
    start: Any, start_row: Any, out: Any, out_row: Any, steps: Any, runs: Any,
) -> Any:  # fmt: skip
    """A product of small matrices, of which every sum is kept in a register.

    out[q, k] = start[q, k] + sum over r < runs, s < steps of a[r, s, q] b[r, s, k]

    Args:
        typing: numba's.
        rows: how many q, 1 to MOST_ROWS.
        vectors: 1 for k up to half of a panel, 2 for a whole one.
        a: address of the first number; with the distances to the next row q, step s and run r.
        b: address of the first panel; with the distances to the next step and run.
        start: address of the first row, with the distance to the next; 0 for the same in all.
        out: the same; may be that of start.
        steps: numbers to sum in a run.
        runs: how many.
    """
    size = types.intp
    given = (size, size, a, size, size, size, b, size, size, start, size, out, size, size, size)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, vectors, *rest = arguments
        key = builder.add(builder.mul(vectors, _number(rows, MOST_ROWS + 1)), rows)
        after = builder.append_basic_block("after")
        choice = builder.switch(key, after)
        for q in range(1, MOST_ROWS + 1):
            for v in (1, 2):
                block = builder.append_basic_block(f"tile_{q}_{v}")
                choice.add_case(_number(rows, v * (MOST_ROWS + 1) + q), block)
                builder.position_at_end(block)
                _sum(builder, context.get_value_type(a.dtype), a.dtype.bitwidth // 8, q, v, *rest)
                builder.branch(after)
        builder.position_at_end(after)
        return context.get_dummy_value()

    return types.void(*given), generate


def _sum(
    builder: Any, scalar: Any, width: int, rows: int, vectors: int, a: Any, a_row: Any, a_step: Any, a_run: Any,
    b: Any, b_step: Any, b_run: Any, start: Any, start_row: Any, out: Any, out_row: Any, steps: Any, runs: Any,
) -> None:  # fmt: skip
    """The instructions of a tile with as many rows and vectors, of numbers that are as many bytes wide."""
    lanes = PANEL_BYTES // 2 // width
    vector = ir.VectorType(scalar, lanes)
    first_lane = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    places = [(q, v) for q in range(rows) for v in range(vectors)]

    def address(first: Any, row: Any, q: int, v: int) -> Any:
        index = builder.add(builder.mul(row, _number(row, q)), _number(row, v * lanes))
        return builder.bitcast(builder.gep(first, [index]), vector.as_pointer())

    def repeated(first: Any, q: int) -> Any:
        number = builder.load(builder.gep(first, [builder.mul(a_row, _number(a_row, q))]), align=width)
        nothing = ir.Constant(vector, ir.Undefined)
        return builder.shuffle_vector(builder.insert_element(nothing, number, _zero), nothing, first_lane)

    def step(state: list[Any]) -> list[Any]:
        a, b, *sums = state
        of_b = [builder.load(address(b, b_step, 0, v), align=width) for v in range(vectors)]
        of_a = [repeated(a, q) for q in range(rows)]
        products = [builder.fmul(of_a[q], of_b[v], flags=("contract",)) for q, v in places]
        new = [builder.fadd(sum_, product, flags=("contract",)) for sum_, product in zip(sums, products, strict=True)]
        return [builder.gep(a, [a_step]), builder.gep(b, [b_step]), *new]

    def run(state: list[Any]) -> list[Any]:
        a, b, *_ = state
        return [builder.gep(a, [a_run]), builder.gep(b, [b_run]), *_repeat(builder, steps, state, step)[2:]]

    begun = [builder.load(address(start, start_row, q, v), align=width) for q, v in places]
    for (q, v), total in zip(places, _repeat(builder, runs, [a, b, *begun], run)[2:], strict=True):
        builder.store(total, address(out, out_row, q, v), align=width)


_zero = ir.Constant(ir.IntType(32), 0)


def _number(like: Any, value: int) -> Any:
    return ir.Constant(like.type, value)


def _repeat(builder: Any, times: Any, state: list[Any], body: Callable[[list[Any]], list[Any]]) -> list[Any]:
    """The state after as many times of the body, at least one."""
    before, loop, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("looped")
    builder.branch(loop)
    builder.position_at_end(loop)
    count, *values = phis = [builder.phi(value.type) for value in (times, *state)]
    new = body(values)
    following = builder.add(count, _number(times, 1))
    for phi, first, later in zip(phis, [_number(times, 0), *state], [following, *new], strict=True):
        phi.add_incoming(first, before)
        phi.add_incoming(later, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, times), loop, after)
    builder.position_at_end(after)
    return new


@njit(nogil=True, error_model="numpy")
def _place(x, image, top, left, padded, width):  # type: ignore[no-untyped-def]
    """One image into the middle of the padding."""
    _, rows, columns, channels = x.shape
    flat = x.reshape(-1)
    height = padded.size // (width * channels)
    first, last = max(0, -left), min(columns, width - left)
    for r in range(max(0, -top), min(rows, height - top)):
        come = ((image * rows + r) * columns + first) * channels
        go = ((r + top) * width + first + left) * channels
        for k in range((last - first) * channels):
            padded[go + k] = flat[come + k]


@njit(nogil=True, cache=True, error_model="numpy")
def product(x, top, left, padded, width, panels, bias, scratch, down, across, height_k, width_k, y):  # type: ignore[no-untyped-def]
    """Every window times the kernel."""
    n, rows, columns, filters = y.shape
    channels = x.shape[3]
    count, size, lanes = panels.shape
    half = lanes // 2
    flat, out = panels.reshape(-1), y.reshape(-1)
    tiles = (columns + MOST_ROWS - 1) // MOST_ROWS
    steps = width_k * channels
    for image in range(n):
        _place(x, image, top, left, padded, width)
        for p in range(count):
            some = min(lanes, filters - p * lanes)
            v = 1 if some <= half else 2
            whole = some % half == 0
            for r in range(rows):
                c = 0
                for t in range(tiles):
                    q = columns // tiles + (1 if t < columns % tiles else 0)
                    go = ((image * rows + r) * columns + c) * filters + p * lanes
                    tile(q, v,
                         at(padded, (r * down * width + c * across) * channels), across * channels, 1, width * channels,
                         at(flat, p * size * lanes), lanes, steps * lanes,
                         at(bias, p * lanes), 0,
                         at(out, go) if whole else at(scratch, 0), filters if whole else lanes,
                         steps, height_k)  # fmt: skip
                    if not whole:
                        for j in range(q):
                            for k in range(some):
                                out[go + j * filters + k] = scratch[j * lanes + k]
                    c += q


@njit(nogil=True, cache=True, error_model="numpy")
def kernel_gradient(x, top, left, padded, width, dy, packed, at_once, down, across, height_k, width_k, panels):  # type: ignore[no-untyped-def]
    """The sum over all windows of patch times dy, added to panels."""
    n, rows, columns, filters = dy.shape
    channels = x.shape[3]
    count, size, lanes = panels.shape
    half = lanes // 2
    sums, flat = panels.reshape(-1), dy.reshape(-1)
    length = width_k * channels
    tiles = (length + MOST_ROWS - 1) // MOST_ROWS
    for image in range(n):
        _place(x, image, top, left, padded, width)
        for r in range(0, rows, at_once):
            runs = min(at_once, rows - r)
            for p in range(count):
                some = min(lanes, filters - p * lanes)
                v = 1 if some <= half else 2
                come = (image * rows + r) * columns * filters + p * lanes
                if some == lanes:
                    for j in range(runs * columns):
                        for k in range(lanes):
                            packed[j * lanes + k] = flat[come + j * filters + k]
                else:
                    for j in range(runs * columns):
                        for k in range(some):
                            packed[j * lanes + k] = flat[come + j * filters + k]
                for i in range(height_k):
                    first = 0
                    for t in range(tiles):
                        q = length // tiles + (1 if t < length % tiles else 0)
                        of = (p * size + i * length + first) * lanes
                        tile(q, v,
                             at(padded, (r * down + i) * width * channels + first), 1, across * channels,
                             down * width * channels,
                             at(packed, 0), lanes, columns * lanes,
                             at(sums, of), lanes, at(sums, of), lanes,
                             columns, runs)  # fmt: skip
                        first += q
