"""As much of torch as its file formats need, for machines without it.

torch's wheels for Linux on PyPI are of half a gigabyte and need gigabytes of CUDA libraries, which is no size for a test. What `torch.save` puts into a file is
made here by the same calls, classes and persistent ids: `_save` and `_legacy_save` of torch/serialization.py, `_reduce_ex_internal` of torch/_tensor.py,
`PyTorchStreamWriter` of caffe2/serialize/inline_container.cc. `CLOUDPICKLE_TORCH_PYTHON` has the same test run with a real torch instead.
"""

import collections
import io
import pickle
import struct
import sys
import types
import zipfile

torch = types.ModuleType("torch")
for name in "_utils storage serialization nn nn.parameter nn.modules nn.modules.linear nn.modules.container _tensor".split():
    sys.modules["torch." + name] = types.ModuleType("torch." + name)
sys.modules["torch"] = torch
_utils, storage_module, serialization = sys.modules["torch._utils"], sys.modules["torch.storage"], sys.modules["torch.serialization"]
torch.__version__ = "stub"


def put(module, item, name=None):
    item.__module__, item.__qualname__ = module.__name__, name or item.__name__
    item.__name__ = item.__qualname__
    setattr(module, item.__name__, item)
    return item


class dtype:
    def __init__(self, name, storage, size, code):
        self.name, self.storage, self.itemsize, self.code = name, storage, size, code
        self.__module__ = "torch"

    def __reduce__(self):
        return self.name

    def __repr__(self):
        return "torch." + self.name


for row in (
    ("float32", "FloatStorage", 4, "f"), ("float64", "DoubleStorage", 8, "d"), ("float16", "HalfStorage", 2, "e"), ("bfloat16", "BFloat16Storage", 2, None),
    ("int64", "LongStorage", 8, "q"), ("int32", "IntStorage", 4, "i"), ("int16", "ShortStorage", 2, "h"), ("int8", "CharStorage", 1, "b"),
    ("uint8", "ByteStorage", 1, "B"), ("bool", "BoolStorage", 1, "?"), ("complex64", "ComplexFloatStorage", 8, "ff"), ("complex128", "ComplexDoubleStorage", 16, "dd"),
    ("uint16", None, 2, "H"), ("uint32", None, 4, "I"), ("uint64", None, 8, "Q"), ("float8_e4m3fn", None, 1, None), ("float8_e5m2", None, 1, None),
    ("quint8", "QUInt8Storage", 1, "B"), ("qint8", "QInt8Storage", 1, "b"), ("qint32", "QInt32Storage", 4, "i"),
):
    setattr(torch, row[0], dtype(*row))
    if row[1]:
        put(torch, type(row[1], (), {}))
put(storage_module, type("UntypedStorage", (), {}))


class Storage:
    """What persistent ids stand for."""

    def __init__(self, dtype, data):
        self.dtype, self.data = dtype, data


class Parameter:
    pass


class Tensor:
    def __init__(self, storage, dtype, offset, shape, stride, requires_grad=False):
        self.storage, self.dtype, self.offset, self.shape, self.stride, self.requires_grad = storage, dtype, offset, tuple(shape), tuple(stride), requires_grad

    def __reduce_ex__(self, protocol):
        args = (self.storage, self.offset, self.shape, self.stride, self.requires_grad, collections.OrderedDict())
        if self.dtype.storage is None:
            return _utils._rebuild_tensor_v3, args + (self.dtype,)
        return _utils._rebuild_tensor_v2, args


class ParameterOf:
    def __init__(self, data, requires_grad=True):
        self.data, self.requires_grad = data, requires_grad

    def __reduce_ex__(self, protocol):
        return _utils._rebuild_parameter, (self.data, self.requires_grad, collections.OrderedDict())


class Called:
    """An object that is pickled as a call."""

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce_ex__(self, protocol):
        return self.function, self.args


def _rebuild_tensor_v2(storage, offset, shape, stride, requires_grad, hooks, metadata=None):
    return Tensor(storage, storage.dtype, offset, shape, stride, requires_grad)


def _rebuild_tensor_v3(storage, offset, shape, stride, requires_grad, hooks, dtype, metadata=None):
    return Tensor(storage, dtype, offset, shape, stride, requires_grad)


def _rebuild_parameter(data, requires_grad, hooks):
    return ParameterOf(data, requires_grad)


def _rebuild_qtensor(*args):
    return Called(_utils._rebuild_qtensor, *args)


def _rebuild_sparse_tensor(*args):
    return Called(_utils._rebuild_sparse_tensor, *args)


def _rebuild_sparse_csr_tensor(*args):
    return Called(_utils._rebuild_sparse_csr_tensor, *args)


def _rebuild_meta_tensor_no_storage(*args):
    return Called(_utils._rebuild_meta_tensor_no_storage, *args)


def _get_layout(name):
    return Called(serialization._get_layout, name)


class Size(tuple):
    def __reduce_ex__(self, protocol):
        return torch.Size, (tuple(self),)


for function in (
    _rebuild_tensor_v2, _rebuild_tensor_v3, _rebuild_parameter, _rebuild_qtensor, _rebuild_sparse_tensor, _rebuild_sparse_csr_tensor, _rebuild_meta_tensor_no_storage
):
    put(_utils, function)
put(serialization, _get_layout)
put(torch, Size)


class per_tensor_affine:
    pass


put(torch, per_tensor_affine)
put(torch, type("per_channel_affine", (), {}))


class Module:
    def __init__(self, **attrs):
        self.training = True
        self._parameters, self._buffers, self._modules = collections.OrderedDict(), collections.OrderedDict(), collections.OrderedDict()
        self._non_persistent_buffers_set = set()
        self.__dict__.update(attrs)


Linear = put(sys.modules["torch.nn.modules.linear"], type("Linear", (Module,), {}))
Sequential = put(sys.modules["torch.nn.modules.container"], type("Sequential", (Module,), {}))


def pickler(file, protocol, persistent_id):
    class Pickler(pickle.Pickler):
        pass

    Pickler.persistent_id = staticmethod(persistent_id)
    return Pickler(file, protocol)


def save(obj, file, legacy=False, protocol=2):
    storages, classes = [], set()

    def persistent_id(item):
        if isinstance(item, type) and issubclass(item, Module) and legacy and item not in classes:
            classes.add(item)
            return "module", item, "linear.py", "class %s(Module): ..." % item.__name__
        if not isinstance(item, Storage):
            return None
        if not any(item is other for other in storages):
            storages.append(item)
        key = str([item is other for other in storages].index(True) + (94322797506768 if legacy else 0))
        of, size = (storage_module.UntypedStorage, 1) if item.dtype.storage is None else (getattr(torch, item.dtype.storage), item.dtype.itemsize)
        return ("storage", of, key, "cpu", len(item.data) // size) + ((None,) if legacy else ())

    if not legacy:
        data = io.BytesIO()
        pickler(data, protocol, persistent_id).dump(obj)
        with zipfile.ZipFile(file, "w") as archive:
            names = [("data.pkl", data.getvalue()), ("byteorder", b"little")] + [("data/%d" % n, item.data) for n, item in enumerate(storages)] + [("version", b"3\n")]
            for name, content in names:
                info = zipfile.ZipInfo("archive/" + name)
                before = file.tell() + 30 + len(info.filename) + 4
                padding = -before % 64
                info.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
                archive.writestr(info, content)
        return
    for item in (0x1950A86A20F9469CFC6C, 1001, dict(protocol_version=1001, little_endian=True, type_sizes=dict(short=2, int=4, long=4))):
        pickle.dump(item, file, protocol)
    pickler(file, protocol, persistent_id).dump(obj)
    first = 94322797506768
    pickle.dump([str(first + n) for n in range(len(storages))], file, protocol)
    for item in storages:
        file.write(struct.pack("<q", len(item.data) // (1 if item.dtype.storage is None else item.dtype.itemsize)) + item.data)


ALLOWED = {("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor_v3"), ("torch._utils", "_rebuild_parameter")}
# The opcodes of torch/_weights_only_unpickler.py.
OPCODES = set(
    "GLOBAL NEWOBJ REDUCE BUILD APPEND APPENDS SETITEM SETITEMS MARK TUPLE TUPLE1 TUPLE2 TUPLE3 NONE NEWFALSE NEWTRUE EMPTY_TUPLE EMPTY_LIST EMPTY_DICT EMPTY_SET "
    "BINPERSID BINFLOAT BINUNICODE SHORT_BINSTRING LONG1 BININT BININT1 BININT2 BINPUT LONG_BINPUT BINGET LONG_BINGET PROTO STOP".split()
)


def load(data):
    """torch.load(weights_only=True) of a zip file: the same opcodes, globals and checks."""
    import pickletools

    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    names = archive.namelist()
    root = names[0].split("/")[0]
    assert archive.read(root + "/byteorder") == b"little" and archive.read(root + "/version") == b"3\n"
    for info in archive.infolist():
        assert info.compress_type == 0
        name, extra = struct.unpack("<HH", data[info.header_offset + 26 : info.header_offset + 30])
        assert (info.header_offset + 30 + name + extra) % 64 == 0, info
    storages = {}

    class Unpickler(pickle.Unpickler):
        def find_class(self, module, name):
            if module == "torch" or (module, name) == ("torch.storage", "UntypedStorage"):
                return getattr(sys.modules[module], name)
            assert (module, name) in ALLOWED, (module, name)
            return super().find_class(module, name)

        def persistent_load(self, id):
            tag, of, key, location, numel = id
            of = next((item for item in vars(torch).values() if isinstance(item, dtype) and item.storage == of.__name__), torch.uint8)
            assert tag == "storage" and location == "cpu"
            content = archive.read("%s/data/%s" % (root, key))
            assert len(content) == numel * of.itemsize
            return storages.setdefault(key, Storage(of, content))

    content = archive.read(root + "/data.pkl")
    for opcode, _, _ in pickletools.genops(content):
        assert opcode.name in OPCODES, opcode.name
    return Unpickler(io.BytesIO(content)).load()
