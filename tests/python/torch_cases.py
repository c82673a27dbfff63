"""torch's files of both formats, and what torch says of the tensors in them. `make FILE` writes cases, `check FILE` loads what Rust wrote."""

import collections
import io
import itertools
import json
import math
import struct
import sys

try:
    import torch

    REAL = True
except ImportError:
    import torch_stub

    torch = torch_stub.torch
    REAL = False

SHAPES = [
    # offset, shape, stride
    (0, (), ()), (3, (), ()), (0, (0,), (1,)), (0, (2, 0, 3), (3, 3, 1)), (0, (1,), (1,)), (0, (24,), (1,)), (0, (2, 3), (3, 1)), (0, (3, 2), (1, 3)),
    (6, (2, 3), (3, 1)), (5, (4,), (3,)), (1, (4, 3), (0, 1)), (0, (2, 3, 4), (12, 4, 1)), (0, (4, 3, 2), (1, 4, 12)), (2, (1, 2, 1, 3, 1), (9, 6, 6, 1, 1)), (23, (1, 1), (1, 1)),
]
DTYPES = (
    "float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128 uint16 uint32 uint64 float8_e4m3fn float8_e5m2"
).split()
CODES = dict(float32="f", float64="d", float16="e", int64="q", int32="i", int16="h", int8="b", uint8="B", bool="?", uint16="H", uint32="I", uint64="Q")


def content(name, size):
    """24 items, edges first."""
    if name == "bool":
        return bytes(n % 3 % 2 for n in range(24))
    edges = {
        "f": [0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, 3.4028234e38, 1e-45], "d": [0.0, -0.0, 1.0, math.pi, math.inf, -math.inf, 1.7e308, 5e-324],
        "e": [0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, 65504.0, 6e-8],
    }.get(CODES.get(name))
    if edges:
        return struct.pack("<24" + CODES[name], *(edges + [n / 7 for n in range(16)]))
    if name in ("complex64", "complex128"):
        return struct.pack("<48" + ("f" if size == 8 else "d"), *[n / 3 - 4 for n in range(48)])
    head = bytes([0] * size + [255] * size + [128] * size + [127] * size + [1] * size)
    return (head + bytes((37 * n + 11) % 256 for n in range(24 * size)))[: 24 * size]


def small(bits, exponent, mantissa, bias, ieee):
    sign = -1.0 if bits >> (exponent + mantissa) else 1.0
    e, m = bits >> mantissa & (1 << exponent) - 1, bits & (1 << mantissa) - 1
    if e == (1 << exponent) - 1 and (ieee or m == (1 << mantissa) - 1):
        return sign * math.inf if ieee and m == 0 else math.nan
    return sign * (math.ldexp(m, 1 - bias - mantissa) if e == 0 else math.ldexp(m + (1 << mantissa), e - bias - mantissa))


def number(name, item):
    if name in CODES:
        return float(struct.unpack("<" + CODES[name], item)[0])
    bits = int.from_bytes(item, "little")
    return small(bits, *dict(bfloat16=(8, 7, 127, True), float8_e4m3fn=(4, 3, 7, False), float8_e5m2=(5, 2, 15, True))[name])


def shown(value):
    return "nan" if value != value else repr(float(value))


class Maker:
    """Makes tensors, and notes what is to be said of each."""

    def storage(self, name, data):
        dtype = getattr(torch, name)
        if not REAL:
            return torch_stub.Storage(dtype, data)
        return torch.frombuffer(bytearray(data), dtype=torch.uint8).view(dtype).clone()

    def tensor(self, storage, name, offset, shape, stride, requires_grad=False):
        if not REAL:
            return torch_stub.Tensor(storage, getattr(torch, name), offset, shape, stride, requires_grad)
        return storage.as_strided(shape, stride, offset).requires_grad_(requires_grad)

    def parameter(self, tensor, requires_grad=True):
        return torch.nn.Parameter(tensor, requires_grad) if REAL else torch_stub.ParameterOf(tensor, requires_grad)


def about(tensor, path):
    """What torch says of a tensor; without torch, what it was made of."""
    parameter = isinstance(tensor, torch.nn.Parameter) if REAL else isinstance(tensor, torch_stub.ParameterOf)
    grad = tensor.requires_grad
    if parameter and not REAL:
        tensor = tensor.data
    name = str(tensor.dtype).split(".")[1]
    found = dict(path=path, dtype=name, shape=list(tensor.shape), parameter=parameter, requires_grad=grad)
    if REAL:
        found.update(stride=list(tensor.stride()), offset=tensor.storage_offset(), device=str(tensor.device))
        if tensor.numel() and name.startswith("uint") and name != "uint8" or name.startswith("float8"):
            flat = torch.as_strided(tensor, (tensor.numel(),) if tensor.is_contiguous() else tensor.shape, (1,) if tensor.is_contiguous() else tensor.stride())
            items = [bytes(item) for item in torch.stack([flat[index].reshape(1).view(torch.uint8) for index in itertools.product(*map(range, flat.shape))]).tolist()] if tensor.numel() else []
            items = b"".join(items)
        else:
            items = bytes(tensor.detach().contiguous().reshape(-1).view(torch.uint8).tolist()) if tensor.numel() else b""
        found["items"] = items.hex()
        if not name.startswith("complex"):
            found["numbers"] = [shown(value) for value in tensor.detach().reshape(-1).double().tolist()] if tensor.numel() else []
        return found
    size = tensor.dtype.itemsize
    items = []
    for index in itertools.product(*map(range, tensor.shape)):
        at = (tensor.offset + sum(a * b for a, b in zip(index, tensor.stride))) * size
        items.append(tensor.storage.data[at : at + size])
    found.update(stride=list(tensor.stride), offset=tensor.offset, device="cpu", items=b"".join(items).hex())
    if not name.startswith("complex"):
        found["numbers"] = [shown(number(name, item)) for item in items]
    return found


def state_dicts(make):
    for name in DTYPES:
        if not hasattr(torch, name):
            continue
        size = dict(bool=1, complex64=8, complex128=16).get(name) or int("".join(filter(str.isdigit, name.split("_")[0]))) // 8
        state = collections.OrderedDict()
        storage = make.storage(name, content(name, size))
        for number, (offset, shape, stride) in enumerate(SHAPES):
            # All but a few in one storage.
            own = make.storage(name, content(name, size)) if number % 5 == 4 else storage
            state["%s.%d" % (name, number)] = make.tensor(own, name, offset, shape, stride)
        yield name, state
    storage = make.storage("float32", content("float32", 4))
    weight, bias = make.tensor(storage, "float32", 0, (2, 3), (3, 1)), make.tensor(storage, "float32", 6, (2,), (1,))
    grad = make.tensor(make.storage("float32", content("float32", 4)), "float32", 0, (4,), (1,), True)
    state = collections.OrderedDict([("layer.weight", make.parameter(weight)), ("layer.bias", make.parameter(bias, False)), ("tied", weight), ("tied again", weight), ("é.grad", grad)])
    state._metadata = collections.OrderedDict([("", {"version": 1}), ("layer", {"version": 1})])
    yield "parameters", state
    yield "nothing", collections.OrderedDict()
    yield "one", {"w": weight}


def flat(value, path=""):
    """Every tensor by its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flat(item, "%s.%s" % (path, key) if path else str(key))
    elif isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        for key, item in enumerate(value):
            yield from flat(item, "%s.%d" % (path, key) if path else str(key))
    elif REAL and isinstance(value, torch.nn.Module) or not REAL and isinstance(value, torch_stub.Module):
        for part in (value._parameters, value._buffers, value._modules):
            yield from flat({key: item for key, item in part.items() if item is not None}, path)
    elif hasattr(value, "requires_grad"):
        yield path, value


def others(make):
    """Checkpoints and modules."""
    storage = make.storage("float32", content("float32", 4))
    weight, bias = make.parameter(make.tensor(storage, "float32", 0, (2, 3), (3, 1))), make.parameter(make.tensor(storage, "float32", 6, (2,), (1,)))
    moment = make.tensor(make.storage("float64", content("float64", 8)), "float64", 0, (3, 2), (1, 3))
    if REAL:
        linear = torch.nn.Linear(3, 2)
        linear.weight, linear.bias = weight, bias
        linear.register_buffer("scale", moment)
        linear.register_buffer("cache", make.tensor(storage, "float32", 0, (1,), (1,)), persistent=False)
        module = torch.nn.Sequential(linear, torch.nn.Sequential())
        module.eval()
    else:
        linear = torch_stub.Linear(in_features=3, out_features=2)
        linear._parameters.update(weight=weight, bias=bias)
        linear._buffers.update(scale=moment, cache=make.tensor(storage, "float32", 0, (1,), (1,)))
        linear._non_persistent_buffers_set.add("cache")
        module = torch_stub.Sequential(training=False)
        module._modules.update({"0": linear, "1": torch_stub.Sequential(training=False)})
        linear.training = False
    yield "checkpoint", {"epoch": 7, "model": collections.OrderedDict(weight=weight), "optimizer": {"state": {0: {"step": 3, "exp_avg": moment}}, "groups": [{"lr": 0.1, "params": [0]}]}, "list": [moment, (bias,)]}
    yield "module", module


def special(make):
    """Tensors that are no numbers in a storage, and what is to be said of them: kind, shape, dtype, then what each kind has."""
    if REAL:
        eye = torch.eye(2)
        found = [
            ("sparse", eye.to_sparse()), ("csr", eye.to_sparse_csr()), ("meta", torch.ones(2, 3, device="meta", dtype=torch.bfloat16)),
            ("q", torch.quantize_per_tensor(torch.ones(2), 0.1, 3, torch.quint8)),
            ("qc", torch.quantize_per_channel(torch.ones(2, 2), torch.tensor([0.1, 0.2]), torch.tensor([3, 4]), 0, torch.qint8)),
            ("conj", torch.ones(2, dtype=torch.complex64).conj()),
        ]
            # torch 1 has no way to say it.
        return {key: tensor for key, tensor in found if key != "conj" or not torch.__version__.startswith("1.")}
    stub, one = torch_stub, struct.pack("<2f", 1, 1)
    tensor = lambda name, data, shape, stride: make.tensor(make.storage(name, data), name, 0, shape, stride)
    layout = stub._get_layout
    values = tensor("float32", one, (2,), (1,))
    return {
        "sparse": stub._rebuild_sparse_tensor(layout("torch.sparse_coo"), (tensor("int64", struct.pack("<4q", 0, 1, 0, 1), (2, 2), (2, 1)), values, stub.Size((2, 2)), True)),
        "csr": stub._rebuild_sparse_csr_tensor(
            layout("torch.sparse_csr"), (tensor("int64", struct.pack("<3q", 0, 1, 2), (3,), (1,)), tensor("int64", struct.pack("<2q", 0, 1), (2,), (1,)), values, stub.Size((2, 2)))
        ),
        "meta": stub._rebuild_meta_tensor_no_storage(torch.bfloat16, (2, 3), (3, 1), False),
        "q": stub._rebuild_qtensor(make.storage("quint8", b"\r\r"), 0, (2,), (1,), (torch.per_tensor_affine, 0.1, 3), False, collections.OrderedDict()),
        "qc": stub._rebuild_qtensor(
            make.storage("qint8", b"\r\r\t\t"), 0, (2, 2), (2, 1),
            (torch.per_channel_affine, tensor("float64", struct.pack("<2d", 0.1, 0.2), (2,), (1,)), tensor("int64", struct.pack("<2q", 3, 4), (2,), (1,)), 0), False, collections.OrderedDict(),
        ),
        "conj": stub.Called(stub._utils._rebuild_tensor_v2, make.storage("complex64", one * 2), 0, (2,), (1,), False, collections.OrderedDict(), {"conj": True}),
    }


def saved(value, legacy, protocol):
    file = io.BytesIO()
    if REAL:
        torch.save(value, file, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    else:
        torch_stub.save(value, file, legacy, protocol)
    return file.getvalue()


def cases():
    make = Maker()
    every = [("state", name, value) for name, value in state_dicts(make)] + [("other", name, value) for name, value in others(make)] + [("special", "special", special(make))]
    for kind, name, value in every:
        told = [] if kind == "special" else [about(tensor, path) for path, tensor in flat(value)]
        for legacy, protocol in itertools.product((False, True), (2, 3, 4, 5)):
            if legacy and kind == "special" and REAL:
                value = {key: item for key, item in value.items() if key != "conj"}
            yield dict(
                kind=kind, name="%s %s p%d" % (name, "legacy" if legacy else "zip", protocol), case=name, legacy=legacy, protocol=protocol, file=saved(value, legacy, protocol).hex(), tensors=told,
            )


def check(case):
    data = bytes.fromhex(case["written"])
    loaded = torch.load(io.BytesIO(data), weights_only=True) if REAL else torch_stub.load(data)
    assert type(loaded) is collections.OrderedDict, type(loaded)
    found = [about(tensor, path) for path, tensor in flat(loaded)]
    assert found == case["tensors"], "%r, %r" % (found, case["tensors"])
    # What shared a storage shares it again.
    pointer = lambda tensor: tensor.untyped_storage().data_ptr() if hasattr(tensor, "untyped_storage") else tensor.storage().data_ptr()
    of = (lambda tensor: pointer(tensor)) if REAL else (lambda tensor: id(getattr(tensor, "data", tensor).storage))
    groups = [of(tensor) for tensor in loaded.values()]
    assert [groups.index(group) for group in groups] == case["groups"], (groups, case["groups"])


if __name__ == "__main__":
    if sys.argv[1] == "make":
        with open(sys.argv[2], "w") as file:
            json.dump({"torch": torch.__version__, "cases": list(cases())}, file)
    else:
        with open(sys.argv[2]) as file:
            for case in json.load(file):
                try:
                    check(case)
                    print()
                except Exception as why:
                    print("%s: %s: %s" % (case["name"], type(why).__name__, str(why).replace("\n", " ")))
