"""The tile that compiled convolutions are made of: a small product of matrices that is summed in registers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

PANEL_BYTES = 64  # two vectors of 256 bits, a line of the cache
MOST = 6  # rows of a tile: with two vectors each, 12 sums fill the registers
CONTRACT = ("contract",)


def _tile(rows: int, vectors: int) -> Any:
    """A function of numba for tiles of that many rows and vectors a row."""

    @intrinsic
    def tile(typing, A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs):  # noqa
        size = types.intp
        signature = types.void(A, size, size, size, size, B, size, size, size, I, size, size, C, size, size, size, size)

        def generate(context, builder, signature, arguments):
            A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs = arguments  # noqa
            numbers = signature.args[0].dtype
            scalar = context.get_value_type(numbers)
            bytes_ = numbers.bitwidth // 8
            lanes = PANEL_BYTES // 2 // bytes_
            vector = ir.VectorType(scalar, lanes)
            word = a.type

            def data(array, place, offset):
                pointer = context.make_array(signature.args[place])(context, builder, array).data
                return builder.gep(pointer, [offset])

            def number(value):
                return ir.Constant(word, value)

            def load_vector(pointer, offset):
                where = builder.bitcast(builder.gep(pointer, [offset]), vector.as_pointer())
                return builder.load(where, align=bytes_)

            a_, b_, i_, c_ = data(A, 0, a), data(B, 5, b), data(I, 9, i), data(C, 12, c)
            places = [(q, v) for q in range(rows) for v in range(vectors)]
            start = [
                load_vector(i_, builder.add(builder.mul(i_row, number(q)), number(v * lanes))) for q, v in places
            ]
            offsets = [builder.mul(a_row, number(q)) for q in range(rows)]
            before = builder.block
            outer = builder.append_basic_block("run")
            inner = builder.append_basic_block("step")
            latch = builder.append_basic_block("latch")
            after = builder.append_basic_block("after")
            builder.branch(outer)

            builder.position_at_end(outer)
            run = builder.phi(word)
            run.add_incoming(number(0), before)
            outer_sums = [builder.phi(vector) for _ in places]
            for phi, value in zip(outer_sums, start, strict=True):
                phi.add_incoming(value, before)
            a_of_run = builder.gep(a_, [builder.mul(run, a_run)])
            b_of_run = builder.gep(b_, [builder.mul(run, b_run)])
            builder.branch(inner)

            builder.position_at_end(inner)
            step = builder.phi(word)
            step.add_incoming(number(0), outer)
            sums = [builder.phi(vector) for _ in places]
            for phi, value in zip(sums, outer_sums, strict=True):
                phi.add_incoming(value, outer)
            b_of_step = builder.gep(b_of_run, [builder.mul(step, b_step)])
            a_of_step = builder.gep(a_of_run, [builder.mul(step, a_step)])
            right = [load_vector(b_of_step, number(v * lanes)) for v in range(vectors)]
            new = []
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
            for q in range(rows):
                value = builder.load(builder.gep(a_of_step, [offsets[q]]), align=bytes_)
                undefined = ir.Constant(vector, ir.Undefined)
                first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
                left = builder.shuffle_vector(first, undefined, zeros)
                for v in range(vectors):
                    product = builder.fmul(left, right[v], flags=CONTRACT)
                    new.append(builder.fadd(sums[q * vectors + v], product, flags=CONTRACT))
            next_step = builder.add(step, number(1))
            step.add_incoming(next_step, inner)
            for phi, value in zip(sums, new, strict=True):
                phi.add_incoming(value, inner)
            builder.cbranch(builder.icmp_signed("<", next_step, steps), inner, latch)

            builder.position_at_end(latch)
            next_run = builder.add(run, number(1))
            run.add_incoming(next_run, latch)
            for phi, value in zip(outer_sums, new, strict=True):
                phi.add_incoming(value, latch)
            builder.cbranch(builder.icmp_signed("<", next_run, runs), outer, after)

            builder.position_at_end(after)
            for (q, v), value in zip(places, new, strict=True):
                offset = builder.add(builder.mul(c_row, number(q)), number(v * lanes))
                where = builder.bitcast(builder.gep(c_, [offset]), vector.as_pointer())
                builder.store(value, where, align=bytes_)
            return context.get_dummy_value()

        return signature, generate

    return tile


_t61, _t62 = _tile(6, 1), _tile(6, 2)
_t51, _t52 = _tile(5, 1), _tile(5, 2)
_t41, _t42 = _tile(4, 1), _tile(4, 2)
_t31, _t32 = _tile(3, 1), _tile(3, 2)
_t21, _t22 = _tile(2, 1), _tile(2, 2)
_t11, _t12 = _tile(1, 1), _tile(1, 2)


@njit(nogil=True, error_model="numpy")
def tile(q, v, A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs):  # noqa
    if v == 2:
        if q == 6:
            _t62(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 5:
            _t52(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 4:
            _t42(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 3:
            _t32(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 2:
            _t22(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        else:
            _t12(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
    else:
        if q == 6:
            _t61(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 5:
            _t51(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 4:
            _t41(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 3:
            _t31(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        elif q == 2:
            _t21(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
        else:
            _t11(A, a, a_row, a_step, a_run, B, b, b_step, b_run, I, i, i_row, C, c, c_row, steps, runs)
