"""Compiled kernels of convolution and max pooling, which keep their sums in registers and need no patches.

Vectors have 256 bits. Filters are stored in panels of two vectors. The inner loops are written as LLVM instructions,
since numba compiles a plain loop to code that keeps the sums in memory and is three times as slow.

The kernels are in one file because numba discards cached code only if the file of the compiled function itself has
changed. It does not notice a change in the file of a function that is called.
"""

from __future__ import annotations

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from nncli.ops.compiled.jit import OPTIONS, jit

PANEL_BYTES = 64  # one cache line
MAX_TILE_ROWS = 6  # 12 vectors of sums, 2 of factors and 1 of a repeated number fill 15 of 16 registers


@intrinsic
def at(typing, array, index):
    """Return the address of an element of a flat array."""

    def generate(context, builder, signature, arguments):
        start = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.gep(start, [arguments[1]])

    return types.CPointer(array.dtype)(array, types.intp), generate


# fmt: off
@intrinsic
def tile(typing, rows, vectors, a, a_row, a_step, a_run, b, b_step, b_run, start, start_row, out, out_row, steps, runs):
    """Multiply two small matrices, with all sums in registers.

    out[q, k] = start[q, k] + sum over r < runs, s < steps of a[r, s, q] * b[r, s, k]

    Args:
        typing: typing context of numba.
        rows: number of values of q, 1 to MAX_TILE_ROWS.
        vectors: 2 if k runs over a whole panel, 1 if it runs over the first half of a panel.
        a: address of a[0, 0, 0].
        a_row: stride of a over q.
        a_step: stride of a over s.
        a_run: stride of a over r.
        b: address of b[0, 0, 0].
        b_step: stride of b over s.
        b_run: stride of b over r.
        start: address of start[0, 0].
        start_row: stride of start over q; 0 to use the same row for all q.
        out: address of out[0, 0]; it may be the address of start[0, 0].
        out_row: stride of out over q.
        steps: number of values of s, at least 1.
        runs: number of values of r, at least 1.
    """
    n = types.intp
    signature = types.void(n, n, a, n, n, n, b, n, n, start, n, out, n, n, n)

    def generate(context, builder, signature, arguments):
        rows, vectors, *others = arguments
        after = builder.append_basic_block("after")
        choice = builder.switch(builder.add(builder.mul(rows, _like(rows, 2)), vectors), after)
        for q in range(1, MAX_TILE_ROWS + 1):
            for v in (1, 2):
                case = builder.append_basic_block("tile")
                choice.add_case(_like(rows, 2 * q + v), case)
                builder.position_at_end(case)
                _sum(builder, context.get_value_type(a.dtype), a.dtype.bitwidth // 8, q, v, *others)
                builder.branch(after)
        builder.position_at_end(after)
        return context.get_dummy_value()

    return signature, generate


def _sum(builder, number, width, rows, vectors,
         a, a_row, a_step, a_run, b, b_step, b_run, start, start_row, out, out_row, steps, runs):
    """Emit the instructions for tiles of one size; `width` is the size of a number in bytes."""
    lanes = PANEL_BYTES // 2 // width
    vector = ir.VectorType(number, lanes)
    nothing, zero = ir.Constant(vector, ir.Undefined), ir.Constant(ir.IntType(32), 0)
    places = [(q, v) for q in range(rows) for v in range(vectors)]

    def address(first, row, q, v):
        index = builder.add(builder.mul(row, _like(row, q)), _like(row, v * lanes))
        return builder.bitcast(builder.gep(first, [index]), vector.as_pointer())

    def repeated(first, q):
        value = builder.load(builder.gep(first, [builder.mul(a_row, _like(a_row, q))]), align=width)
        lane = builder.insert_element(nothing, value, zero)
        return builder.shuffle_vector(lane, nothing, ir.Constant(ir.VectorType(zero.type, lanes), [0] * lanes))

    def step(a, b, *sums):
        right = [builder.load(address(b, b_step, 0, v), align=width) for v in range(vectors)]
        left = [repeated(a, q) for q in range(rows)]
        products = [builder.fmul(left[q], right[v], flags=("contract",)) for q, v in places]  # a fused multiply-add
        added = [builder.fadd(sum_, more, flags=("contract",)) for sum_, more in zip(sums, products, strict=True)]
        return [builder.gep(a, [a_step]), builder.gep(b, [b_step]), *added]

    def run(a, b, *sums):
        added = _repeat(builder, steps, [a, b, *sums], step)[2:]
        return [builder.gep(a, [a_run]), builder.gep(b, [b_run]), *added]

    sums = [builder.load(address(start, start_row, q, v), align=width) for q, v in places]
    for (q, v), total in zip(places, _repeat(builder, runs, [a, b, *sums], run)[2:], strict=True):
        builder.store(total, address(out, out_row, q, v), align=width)


@intrinsic
def largest(typing, vectors, rectified, a, a_step, a_run, out, steps, runs):
    """Take the maximum of small vectors element by element, out[k] = max over r < runs, s < steps of a[r, s, k].

    Args:
        typing: typing context of numba.
        vectors: 2 if k runs over a whole panel, 1 if it runs over the first half of a panel.
        rectified: whether 0 is one of the compared numbers, as in relu.
        a: address of a[0, 0, 0].
        a_step: stride of a over s.
        a_run: stride of a over r.
        out: address of out[0].
        steps: number of values of s, at least 1.
        runs: number of values of r, at least 1.
    """
    n = types.intp
    signature = types.void(n, types.boolean, a, n, n, out, n, n)

    def generate(context, builder, signature, arguments):
        vectors, rectified, *others = arguments
        number, width = context.get_value_type(a.dtype), a.dtype.bitwidth // 8
        two = builder.icmp_signed("==", vectors, _like(vectors, 2))
        with builder.if_else(two) as (then, otherwise):
            for count, case in ((2, then), (1, otherwise)):
                with case:
                    _largest(builder, number, width, count, rectified, *others)
        return context.get_dummy_value()

    return signature, generate


def _largest(builder, number, width, vectors, rectified, a, a_step, a_run, out, steps, runs):
    """Emit the instructions for 1 or 2 vectors."""
    lanes = PANEL_BYTES // 2 // width
    vector = ir.VectorType(number, lanes)
    zero, lowest = (ir.Constant(vector, [value] * lanes) for value in (0.0, -math.inf))

    def address(first, v):
        return builder.bitcast(builder.gep(first, [_like(steps, v * lanes)]), vector.as_pointer())

    def larger(most, here):  # nan is larger than any number, as in NumPy
        stays = builder.or_(builder.fcmp_ordered(">=", most, here), builder.fcmp_unordered("uno", most, most))
        return builder.select(stays, most, here)

    def step(a, *most):
        here = [builder.load(address(a, v), align=width) for v in range(vectors)]
        return [builder.gep(a, [a_step]), *(larger(*pair) for pair in zip(most, here, strict=True))]

    def run(a, *most):
        return [builder.gep(a, [a_run]), *_repeat(builder, steps, [a, *most], step)[1:]]

    least = [builder.select(rectified, zero, lowest) for _ in range(vectors)]
    for v, most in enumerate(_repeat(builder, runs, [a, *least], run)[1:]):
        builder.store(most, address(out, v), align=width)


def _repeat(builder, times, state, body):
    """Emit a loop that runs at least once; `body` maps the state to the next state."""
    before, loop, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("after")
    builder.branch(loop)
    builder.position_at_end(loop)
    values = [builder.phi(value.type) for value in (times, *state)]
    count, *others = values
    new = [builder.add(count, _like(count, 1)), *body(*others)]
    for value, first, later in zip(values, [_like(count, 0), *state], new, strict=True):
        value.add_incoming(first, before)
        value.add_incoming(later, builder.block)
    builder.cbranch(builder.icmp_signed("<", new[0], times), loop, after)
    builder.position_at_end(after)
    return new[1:]


def _like(value, number):
    return ir.Constant(value.type, number)


@njit(**OPTIONS)
def _place(x, image, before, padded):
    """Copy one image into a padded image; negative padding crops the image."""
    _, rows, columns, channels = x.shape
    height, width, _ = padded.shape
    top, left = before
    source, target = x.reshape(-1), padded.reshape(-1)
    first, last = max(0, -left), min(columns, width - left)
    for r in range(max(0, -top), min(rows, height - top)):
        come = ((image * rows + r) * columns + first) * channels
        go = ((r + top) * width + first + left) * channels
        for k in range((last - first) * channels):
            target[go + k] = source[come + k]


@njit(**OPTIONS)
def _copy(source, come, source_row, target, go, target_row, rows, columns):
    """Copy a block of rows and columns between flat arrays."""
    for j in range(rows):
        for k in range(columns):
            target[go + j * target_row + k] = source[come + j * source_row + k]


@jit
def product(x, numbers, kernel, step, panel, bias, y):
    """Multiply every window by the kernel and add the bias; optionally, apply relu and max pooling over tiles.

    Every call of `tile` computes a small matrix, whose rows are consecutive positions in a row of the output.

    Args:
        x: (n, height, width, channels).
        numbers: sizes and flags, in one array because that is faster to pass: padding at the top and left; height and
            width of a padded image; vertical and horizontal stride; height and width of a window; number of windows
            in a row; height and width of a pooling tile, 1 and 1 for no pooling; 1 with relu, 0 without.
        kernel: flat, with the filters of a panel side by side.
        step: stride of the kernel from one element of the window to the next.
        panel: stride of the kernel from one panel to the next.
        bias: (panels * filters per panel,).
        y: output, (n, rows, columns, filters); overwritten. With pooling, rows and columns of the convolution
            that do not fill a pooling tile are left out.
    """
    n, rows, columns, filters = y.shape
    before, size, stride = (numbers[0], numbers[1]), (numbers[2], numbers[3]), (numbers[4], numbers[5])
    window, length, pooling, rectified = (numbers[6], numbers[7]), numbers[8], (numbers[9], numbers[10]), numbers[11]
    width, channels, lanes = size[1], x.shape[3], PANEL_BYTES // x.itemsize
    steps, tiles = window[1] * channels, (length + MAX_TILE_ROWS - 1) // MAX_TILE_ROWS
    padded, rest = np.zeros((size[0], width, channels), x.dtype), np.empty(MAX_TILE_ROWS * lanes, x.dtype)
    alone = pooling[0] * pooling[1] == 1 and not rectified
    band = np.empty(0 if alone else pooling[0] * length * lanes, x.dtype)  # one panel's sums for a row of tiles
    image, out = padded.reshape(-1), y.reshape(-1)
    for i in range(n):
        _place(x, i, before, padded)
        for p in range((filters + lanes - 1) // lanes):
            some = min(lanes, filters - p * lanes)
            vectors, whole = 1 if 2 * some <= lanes else 2, 2 * some % lanes == 0
            for r in range(rows):
                go = (i * rows + r) * columns * filters + p * lanes
                for down in range(pooling[0]):
                    c = 0
                    for t in range(tiles):
                        q = length // tiles + (t < length % tiles)
                        address = at(band, (down * length + c) * lanes)
                        if alone:
                            address = at(out, go + c * filters) if whole else at(rest, 0)
                        tile(
                            q, vectors,
                            at(image, ((r * pooling[0] + down) * stride[0] * width + c * stride[1]) * channels),
                            stride[1] * channels, 1, width * channels,
                            at(kernel, p * panel), step, steps * step,
                            at(bias, p * lanes), 0,
                            address, filters if alone and whole else lanes,
                            steps, window[0],
                        )
                        if alone and not whole:
                            _copy(rest, 0, lanes, out, go + c * filters, filters, q, some)
                        c += q
                if alone:
                    continue
                for c in range(columns):
                    largest(
                        vectors, rectified == 1,
                        at(band, c * pooling[1] * lanes), lanes, length * lanes,
                        at(out, go + c * filters) if whole else at(rest, 0),
                        pooling[1], pooling[0],
                    )
                    if not whole:
                        _copy(rest, 0, lanes, out, go + c * filters, filters, 1, some)


@jit
def max_of_tiles(x, y):
    """Write the maximum of every tile, for each channel.

    Args:
        x: (n, rows, height of a tile, columns, width of a tile, channels).
        y: (n, rows, columns, channels); overwritten.
    """
    n, rows, height, columns, width, channels = x.shape
    given, out, lanes = x.reshape(-1), y.reshape(-1), PANEL_BYTES // x.itemsize
    half, below = lanes // 2, columns * width * channels
    for r in range(n * rows):
        for c in range(columns):
            come, go = (r * height * columns + c) * width * channels, (r * columns + c) * channels
            for k in range(0, channels - channels % half, lanes):
                vectors = 1 if channels - k < lanes else 2
                largest(vectors, False, at(given, come + k), channels, below, at(out, go + k), width, height)
            for k in range(channels - channels % half, channels):  # the remaining channels, which do not fill a vector
                most = given[come + k]
                for i in range(height):
                    for j in range(width):
                        here = given[come + i * below + j * channels + k]
                        most = most if most >= here or most != most else here
                out[go + k] = most


@jit
def kernel_gradient(x, before, size, dy, block_rows, stride, window, panels):
    """Add the gradient of the kernel: the sum of window * dy over all windows.

    Every call of `tile` computes a small matrix, whose rows are consecutive elements in a row of the window.

    Args:
        x: (n, height, width, channels).
        before: (top, left) padding.
        size: (height, width) of a padded image.
        dy: (n, rows, columns, filters).
        block_rows: number of rows of dy that are used together while they are in the L1 cache.
        stride: (vertical, horizontal) step from one window to the next.
        window: (height, width) of a window.
        panels: (panels, window size, filters per panel); the sum is added to this array.
    """
    n, rows, columns, filters = dy.shape
    width, channels = size[1], x.shape[3]
    count, entries, lanes = panels.shape
    padded, rest = np.zeros((size[0], width, channels), x.dtype), np.zeros(block_rows * columns * lanes, x.dtype)
    length = window[1] * channels
    tiles = (length + MAX_TILE_ROWS - 1) // MAX_TILE_ROWS
    image, given, sums = padded.reshape(-1), dy.reshape(-1), panels.reshape(-1)
    for i in range(n):
        _place(x, i, before, padded)
        for r in range(0, rows, block_rows):
            runs = min(block_rows, rows - r)
            for p in range(count):
                some = min(lanes, filters - p * lanes)
                vectors = 1 if 2 * some <= lanes else 2
                direct = 2 * some % lanes == 0 and filters < 4 * lanes  # otherwise cache lines of dy evict one another
                come = (i * rows + r) * columns * filters + p * lanes
                if not direct:
                    _copy(given, come, filters, rest, 0, lanes, runs * columns, some)
                step = filters if direct else lanes
                for row in range(window[0]):
                    e = 0
                    for t in range(tiles):
                        q = length // tiles + (t < length % tiles)
                        to = (p * entries + row * length + e) * lanes
                        tile(
                            q, vectors,
                            at(image, (r * stride[0] + row) * width * channels + e),
                            1, stride[1] * channels, stride[0] * width * channels,
                            at(given, come) if direct else at(rest, 0), step, columns * step,
                            at(sums, to), lanes, at(sums, to), lanes,
                            columns, runs,
                        )
                        e += q
