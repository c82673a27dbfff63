"""Pickles of numpy's arrays, dtypes and scalars, with what numpy says of each.

    numpy_cases.py make FILE     writes {"numpy": version, "cases": [...]} as JSON
    numpy_cases.py check FILE    reads [[pickle, its buffers, other pickle, its buffers], ...], prints one line for each: nothing when both load as
                                 the same, else where they differ
"""

import json
import pickle
import sys

import numpy as np

NATIVE = "<" if sys.byteorder == "little" else ">"


class Sub(np.ndarray):
    pass


def dtypes():
    simple = "? b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 g F D G c8 O S0 S1 S7 U0 U1 U9 V1 V5 >i2 >u4 >i8 >f2 >f8 >c16 >U3".split()
    times = "M8 m8 M8[D] M8[ns] m8[s] m8[25us] >M8[ms] M8[Y] M8[M] M8[W] M8[h] M8[m] M8[ps] m8[as] M8[2fs]".split()
    structures = [
        [("a", "i4")],
        [("a", "i4"), ("b", "f8")],
        [("a", ">i4"), ("b", "S3", (2, 3)), ("c", "U2")],
        [("a", "f4"), ("b", "f4"), ("c", ">f4")],
        [("a", [("x", "i1"), ("y", [("z", "M8[s]")])]), ("b", "V3")],
        [(("title", "name"), "i4"), ("other", "?")],
        [("o", "O"), ("n", "i8")],
        [("\u00e4 \U0001f40d", "i1"), ("f8", "f8"), ("numpy", "f8")],
        [("a", "f8", (2,)), ("b", "i1", (1, 0, 2))],
        [],
        {"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [4, 16], "itemsize": 40},
        {"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [8, 0], "titles": ["x", None]},
        {"names": ["whole", "low"], "formats": ["u4", "u2"], "offsets": [0, 0]},
    ]
    for of in simple + times + structures:
        yield np.dtype(of)
    yield np.dtype([("a", "i1"), ("b", "f8"), ("c", "u2")], align=True)
    yield np.dtype([("a", "i1"), ("b", np.dtype([("x", "i1"), ("y", "i4")], align=True))], align=True)
    yield np.dtype((np.record, [("a", "i1"), ("b", "f4")]))
    yield np.dtype("(2,)f8")
    yield np.dtype("(2,3)U4")


def filled(dtype, shape):
    """An array with bytes that differ, so far as the dtype allows them."""
    count = int(np.prod(shape, dtype=int))
    if dtype.hasobject:
        array = np.empty(count, dtype)
        for n in range(count):
            value = [None, n, "text", (1, [2.5]), {"k": n}][n % 5]
            array[n] = (value, n) if dtype.names else value
    elif dtype.kind == "U":
        array = np.array((["", "a", "\u00e4\u20ac", "\U0001f40d"] * count)[:count], dtype)
    elif dtype.kind == "?" or dtype.kind == "b":
        array = np.array([n % 3 == 0 for n in range(count)], dtype)
    else:
        data = bytes((n * 37 + 11) % 128 for n in range(count * dtype.itemsize))
        array = np.frombuffer(data, dtype).copy() if data else np.zeros(count, dtype)
        if dtype.kind == "g" or dtype.str[1:] in ("f16", "c32") or dtype.kind in "V" and dtype.names:
            array = np.zeros(count, dtype) if dtype.names is None else array
    return array.reshape(shape)


def arrays():
    shapes = [(), (0,), (1,), (3,), (2, 3), (0, 3), (3, 0, 2)]
    for dtype in dtypes():
        if dtype.subdtype is None:
            for shape in [(), (0,), (5,), (2, 3)]:
                yield filled(dtype, shape)
            yield np.asfortranarray(filled(dtype, (2, 3)))
    f8 = np.dtype("f8")
    for shape in shapes + [(2, 3, 4), (1, 1), (2, 1, 3), (1,) * 32]:
        yield filled(f8, shape)
        yield np.asfortranarray(filled(f8, shape))
    base = filled(f8, (3, 4))
    yield base[:, ::2]
    yield base[::-1]
    yield base.T
    yield filled(f8, (2, 3, 4)).transpose(1, 0, 2)
    yield filled(f8, (2, 3, 4)).transpose(2, 0, 1)
    yield np.broadcast_to(np.float64(1), (2, 2))
    yield np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308])
    yield np.array([-(2**63), 2**63 - 1, 0])
    yield np.array([2**64 - 1, 0], "u8")
    yield np.array(["2020-02-29", "NaT", "1600-01-01"], "M8[D]")
    yield np.arange(70000, dtype="u1")
    yield np.arange(40000, dtype=">i4").reshape(200, 200).T
    readonly = filled(f8, (3,))
    readonly.flags.writeable = False
    yield readonly
    yield filled(f8, (2, 2)).view(np.matrix)
    yield filled(np.dtype([("a", "i4"), ("b", "f4")]), (2,)).view(np.recarray)
    yield filled(f8, (2, 3)).view(Sub)
    yield np.array([[1, "a"], [None, 2.5]], object).T
    if hasattr(np, "dtypes") and hasattr(np.dtypes, "Int8DType"):
        yield np.zeros(2, np.dtypes.Int8DType())


def masked():
    values = [1.0, 2.0, 3.0, 4.0]
    for mask in [0, 1, [0, 1, 0, 1], [1, 1, 1, 1], [0, 0, 0, 0]]:
        yield np.ma.array(values, mask=mask)
    yield np.ma.array([], mask=[])
    yield np.ma.array(values, mask=[0, 1, 1, 0], fill_value=9)
    yield np.ma.array(np.reshape(values, (2, 2)), mask=[[0, 1], [1, 1]]).T
    yield np.ma.array(np.arange(3, dtype=">i2"), mask=[0, 0, 1])
    yield np.ma.array(["a", "bc"], mask=[1, 0])
    yield np.ma.array(5, mask=True)
    yield np.ma.array([1, "x", None], mask=[0, 1, 0], dtype=object)
    yield np.ma.array([(1, 2.0), (3, 4.0)], mask=[(0, 1), (1, 0)], dtype=[("a", "i4"), ("b", "f8")])
    yield np.ma.array(np.arange(6).reshape(1, 2, 3), mask=np.arange(6).reshape(1, 2, 3) % 2)
    yield np.ma.array(np.array(["2020-01-01", "NaT"], "M8[D]"), mask=[0, 1])


def scalars():
    for dtype in dtypes():
        if dtype.subdtype is None and dtype.kind != "O" and dtype.itemsize:
            for array in (filled(dtype, (3,)), filled(dtype, (1,))):
                yield array[0]
                yield array[-1]
    for value in (np.float64(-0.0), np.float64("nan"), np.int64(-1), np.uint64(2**64 - 1), np.bool_(True), np.str_("\U0001f40d"), np.bytes_(b"b"),
                  np.void(b"abc"), np.complex64(1 - 2j), np.datetime64("NaT"), np.timedelta64(3, "25s"), np.str_(""), np.bytes_(b"")):
        yield value


def of_dtype(dtype):
    fields = None
    if dtype.names is not None:
        fields = []
        for name in dtype.names:
            of, offset, *title = dtype.fields[name]
            fields.append([name, title[0] if title else None, offset, of_dtype(of)])
    try:
        shown = dtype.str if not dtype.names else repr(dtype.descr)
    except ValueError:
        shown = None
    return {
        "str": dtype.str, "kind": dtype.kind, "order": dtype.str[0], "itemsize": dtype.itemsize, "alignment": dtype.alignment,
        "aligned": bool(dtype.isalignedstruct), "hasobject": bool(dtype.hasobject), "fields": fields, "shown": shown,
        "unit": list(np.datetime_data(dtype)) if dtype.kind in "mM" else None,
        "sub": [of_dtype(dtype.subdtype[0]), list(dtype.subdtype[1])] if dtype.subdtype else None,
        "record": dtype.type is np.record,
    }


def of_array(array):
    array = np.asarray(array) if not isinstance(array, np.ma.MaskedArray) else array.data
    about = {"shape": list(array.shape), "strides": list(array.strides), "c": array.flags.c_contiguous, "f": array.flags.f_contiguous, "dtype": of_dtype(array.dtype)}
    if array.dtype.hasobject:
        about["objects"] = [repr(item) for item in array.ravel("C").tolist()]
    else:
        about["memory"] = array.ravel("K").tobytes().hex()
        about["items"] = array.tobytes("C").hex()
        about["native"] = array.astype(array.dtype.newbyteorder("<")).tobytes("C").hex()
    return about


def about(kind, value):
    if kind == "dtype":
        return of_dtype(value)
    if kind == "scalar":
        found = {"dtype": of_dtype(value.dtype)}
        if not value.dtype.hasobject:
            found["memory"] = value.tobytes().hex() if value.dtype.itemsize else ""
            found["native"] = np.asarray(value).astype(value.dtype.newbyteorder("<")).tobytes().hex()
        return found
    found = of_array(value)
    if kind == "masked":
        order = "C" if value.flags.c_contiguous or not value.flags.f_contiguous else "F"
        found["mask"] = np.ma.getmaskarray(value).tobytes(order).hex()
        found["masks"] = np.ma.getmaskarray(value).dtype == bool
    return found


def cases():
    for kind, values in (("dtype", dtypes()), ("array", arrays()), ("masked", masked()), ("scalar", scalars())):
        for number, value in enumerate(values):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                for outside in (False, True)[: 1 + (protocol == 5 and kind == "array")]:
                    buffers = []
                    payload = pickle.dumps(value, protocol, buffer_callback=buffers.append if outside else None)
                    raw = [buffer.raw() for buffer in buffers]
                    loaded = pickle.loads(payload, buffers=buffers)
                    if kind in ("array", "masked") and loaded.dtype != value.dtype:
                        # __setstate__ swaps bytes; what is in the pickle is what was written.
                        loaded = loaded.byteswap(inplace=True).view(value.dtype)
                    yield {
                        "name": "%s %d p%d%s %.60s" % (kind, number, protocol, " outside" * outside, getattr(value, "dtype", value)), "kind": kind, "protocol": protocol,
                        "outside": outside, "payload": payload.hex(), "buffers": [[one.readonly, one.tobytes().hex()] for one in raw],
                        "about": about(kind, loaded),
                    }


def load(payload, buffers):
    made = [bytes.fromhex(data) if readonly else bytearray.fromhex(data) for readonly, data in buffers]
    return pickle.loads(bytes.fromhex(payload), buffers=made)


def difference(a, b):
    if type(a) is not type(b):
        return "%s, %s" % (type(a), type(b))
    if isinstance(a, np.dtype):
        return "" if a == b and of_dtype(a) == of_dtype(b) else "%r, %r" % (a, b)
    if a.dtype != b.dtype or of_dtype(a.dtype) != of_dtype(b.dtype):
        return "%r, %r" % (a.dtype, b.dtype)
    if not isinstance(a, np.ndarray):
        return "" if a.tobytes() == b.tobytes() or a == b else "%r, %r" % (a, b)
    if a.shape != b.shape or a.strides != b.strides or a.flags.writeable != b.flags.writeable:
        return "%r, %r" % ((a.shape, a.strides, a.flags.writeable), (b.shape, b.strides, b.flags.writeable))
    if isinstance(a, np.ma.MaskedArray):
        if np.ma.getmaskarray(a).tolist() != np.ma.getmaskarray(b).tolist() or repr(a.fill_value) != repr(b.fill_value):
            return "%r, %r" % (a, b)
        a, b = a.data, b.data
    same = a.tolist() == b.tolist() if a.dtype.hasobject else a.tobytes() == b.tobytes()
    return "" if same else "%r, %r" % (a, b)


if __name__ == "__main__":
    sys.modules["numpy_cases"] = sys.modules["__main__"]
    Sub.__module__ = "numpy_cases"
    if sys.argv[1] == "make":
        with open(sys.argv[2], "w") as file:
            json.dump({"numpy": np.__version__, "cases": list(cases())}, file)
    else:
        with open(sys.argv[2]) as file:
            for mine, my_buffers, yours, your_buffers in json.load(file):
                try:
                    print(difference(load(mine, my_buffers), load(yours, your_buffers)).replace("\n", " "))
                except Exception as why:
                    print("%s: %s" % (type(why).__name__, str(why).replace("\n", " ")))
