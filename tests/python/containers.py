"""Archives and compressed files, whole, broken and lying, with what Python's own readers read of each.

    python containers.py DIRECTORY       writes the files and manifest.json: name, file, and what was read, as hexadecimal digits

Every pickle in them is another one, so a reader that finds a pickle has read that member. The readers are those that loaders use: zipfile (torch, numpy, pandas),
tarfile, gzip, bz2, lzma and zlib. What a reader gives before it raises counts: `pickle.load` reads a stream piece by piece and stops at STOP.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import random
import sys
import tarfile
import warnings
import zipfile
import zlib

CASES = []
MADE = [0]
NOISE = random.Random(7)


def noise(size):
    """Bytes that do not pack well, the same in each run."""
    return NOISE.getrandbits(8 * size).to_bytes(size, "little")


def fresh(size=0):
    """A pickle that no other file holds, longer than `size`."""
    MADE[0] += 1
    return pickle.dumps({"number": MADE[0], "filling": "x" * size}, 2)


def case(name, data, read):
    """A file, and the function that reads it as Python does."""
    CASES.append((name, data, read))


def replaced(data, at, new):
    """Bytes with others at a place."""
    return data[:at] + new + data[at + len(new) :]


def piecewise(file):
    """What a file gives, byte for byte, before it raises."""
    found = b""
    try:
        while True:
            piece = file.read(1)
            if not piece:
                return found
            found += piece
    except Exception:
        return found


# ------------------------------------------------------------------------------------------------------------------------------ zip


def zipped(members, method=zipfile.ZIP_STORED, comment=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.comment = comment
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def streamed(members, method=zipfile.ZIP_DEFLATED):
    """A zip file written to a pipe: sizes stand behind the data."""

    class Pipe(io.RawIOBase):
        written = b""

        def writable(self):
            return True

        def write(self, data):
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return pipe.written


def by_zipfile(data):
    """Each member as `ZipFile.open` reads it; nothing when the file is refused."""
    found = []
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception:
        return found
    for entry in archive.infolist():
        try:
            with archive.open(entry) as member:
                found.append(piecewise(member))
        except Exception:
            pass
    return found


def zips():
    methods = [("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)]
    for name, method in methods:
        case("zip " + name, zipped([("a.pkl", fresh()), ("b/data.pkl", fresh(500))], method), by_zipfile)
        case("zip with sizes behind the data, " + name, streamed([("a.pkl", fresh()), ("b.pkl", fresh(400))], method), by_zipfile)
        whole = zipped([("a.pkl", fresh(3000)), ("b.pkl", fresh())], method)
        case("zip in front of a wrong checksum, " + name, replaced(whole, whole.index(b"PK\1\2") + 16, b"\1\2\3\4"), by_zipfile)
    case("zip with a comment", zipped([("a.pkl", fresh())], comment=b"PK\5\6 is how it ends"), by_zipfile)
    case("zip behind other bytes", b"#!/bin/sh\nexit 0\n" * 40 + zipped([("a.pkl", fresh())]), by_zipfile)
    case("zip behind a pickle", fresh() + zipped([("a.pkl", fresh())]), by_zipfile)
    case("zip behind another zip", zipped([("a.pkl", fresh())]) + zipped([("b.pkl", fresh())]), by_zipfile)
    case("zip with a name twice", zipped([("a.pkl", fresh()), ("a.pkl", fresh())]), by_zipfile)
    case("zip with a folder that has content", zipped([("folder/", fresh())]), by_zipfile)
    case("zip in a zip", zipped([("inner.zip", zipped([("a.pkl", fresh())]))]), lambda data: by_zipfile(by_zipfile(data)[0]))
    case("zip with many members", zipped([("m%d.pkl" % i, fresh()) for i in range(300)]), by_zipfile)
    case("zip with bytes behind its end", zipped([("a.pkl", fresh())]) + b"behind" * 5, by_zipfile)


def lying_zips():
    """Fields of the header in front of a member, which Python does not read, and of the directory, which it does."""

    def archive():
        return zipped([("a.pkl", fresh()), ("b.pkl", fresh())])

    local = [
        ("version", 4, b"\xff\xff"),
        ("method", 8, b"\x08\0"),
        ("method nobody knows", 8, b"\x63\0"),
        ("time", 10, b"\xff" * 4),
        ("checksum", 14, b"\0" * 4),
        ("sizes of nothing", 18, b"\0" * 8),
        ("packed size too large", 18, b"\xff\xff\xff\x7f"),
        ("packed size too small", 18, b"\1\0\0\0"),
        ("size", 22, b"\xff\xff\xff\x7f"),
        ("flag of encryption", 6, b"\1\0"),
        ("flag of sizes behind", 6, b"\x08\0"),
        ("flag of patches", 6, b"\x20\0"),
    ]
    for name, at, value in local:
        case("zip, local header: " + name, replaced(archive(), at, value), by_zipfile)
    central = [
        ("made by", 4, b"\xff\xff"),
        ("version needed", 6, b"\xff\0"),
        ("flag of encryption", 8, b"\1\0"),
        ("flag of utf-8", 8, b"\0\x08"),
        ("method", 10, b"\x08\0"),
        ("checksum", 16, b"\1\2\3\4"),
        ("packed size shorter", 20, b"\x10\0\0\0"),
        ("size shorter", 24, b"\x10\0\0\0"),
        ("size longer", 24, b"\xff\xff\0\0"),
        ("disk", 34, b"\7\0"),
        ("attributes of a folder", 38, b"\x10\0\0\0"),
        ("offset", 42, b"\7\0\0\0"),
    ]
    for name, at, value in central:
        data = archive()
        case("zip, directory: " + name, replaced(data, data.index(b"PK\1\2") + at, value), by_zipfile)
    end = [
        ("disk", 4, b"\1\0"),
        ("count on this disk", 8, b"\x09\0"),
        ("count", 10, b"\1\0"),
        ("size too small", 12, b"\x10\0\0\0"),
        ("offset", 16, b"\0\0\0\0"),
        ("length of the comment", 20, b"\7\0"),
    ]
    for name, at, value in end:
        data = archive()
        case("zip, end: " + name, replaced(data, data.rindex(b"PK\5\6") + at, value), by_zipfile)
    data = archive()
    case("zip whose directory names another", data[: data.index(b"PK\1\2")] + data[data.index(b"PK\1\2") :].replace(b"a.pkl", b"x.txt"), by_zipfile)
    case("zip whose local header names another", data.replace(b"a.pkl", b"x.txt", 1), by_zipfile)
    case("zip cut in its end", data[:-3], by_zipfile)
    case("zip cut in its directory", data[: data.index(b"PK\1\2") + 20], by_zipfile)


# ------------------------------------------------------------------------------------------------------------------------------ tar


def tarred(members, mode="w", form=tarfile.PAX_FORMAT, kind=tarfile.REGTYPE):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=form) as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size, entry.type = len(data), kind
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def by_tarfile(data):
    """Each file as `TarFile.extractfile` reads it."""
    found = []
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive:
                file = archive.extractfile(entry)
                if file is not None:
                    found.append(piecewise(file))
    except Exception:
        pass
    return found


def with_checksum(header):
    """A header of a tar file whose sum is right again."""
    header = replaced(header, 148, b" " * 8)
    return replaced(header, 148, b"%06o\0 " % sum(header[:512]))


def tars():
    for name, form in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]:
        case("tar, " + name, tarred([("a.pkl", fresh()), ("b.pkl", fresh(700))], form=form), by_tarfile)
        case("tar, long names, " + name, tarred([("d/" * 40 + "a.pkl", fresh())], form=form), by_tarfile)
    case("tar, very long name, gnu", tarred([("x" * 300, fresh())], form=tarfile.GNU_FORMAT), by_tarfile)
    case("tar, very long name, pax", tarred([("\u20ac" * 200, fresh())]), by_tarfile)
    for mode in ("w:gz", "w:bz2", "w:xz"):
        case("tar, " + mode, tarred([("a.pkl", fresh())], mode), by_tarfile)
    case("tar of contiguous files", tarred([("a.pkl", fresh())], kind=tarfile.CONTTYPE), by_tarfile)
    case("tar of old files", tarred([("a.pkl", fresh())], kind=tarfile.AREGTYPE), by_tarfile)
    case("tar of files of a kind nobody knows", tarred([("a.pkl", fresh())], kind=b"Z"), by_tarfile)
    whole = tarred([("a.pkl", fresh()), ("b.pkl", fresh(2000))])
    case("tar without its end", whole[: whole.rindex(b"x" * 20) + 20], by_tarfile)
    case("tar cut in its second member", whole[: whole.index(b"b.pkl") + 900], by_tarfile)
    case("tar without magic", with_checksum(replaced(whole, 257, b"\0" * 8)), by_tarfile)
    case(
        "tar with a size in base 256",
        with_checksum(replaced(whole, 124, b"\x80" + (len(pickle.dumps({"number": 1, "filling": ""}, 2)) + 1).to_bytes(11, "big"))),
        by_tarfile,
    )
    case("tar with blanks in its size", with_checksum(replaced(whole, 124, b"        %03o" % 45)), by_tarfile)
    case("tar with a wrong sum", replaced(whole, 148, b"0000001\0"), by_tarfile)
    # A header of pax says another size than the member's own: Python takes that.
    record = b"11 size=45\n"
    pax = with_checksum(replaced(tarred([("p", record)], form=tarfile.USTAR_FORMAT)[:1024], 156, b"x"))
    case("tar whose size stands in a header of pax", pax + with_checksum(replaced(whole, 124, b"00000000003\0")), by_tarfile)
    case("tar whose size stands in a header of pax for all", with_checksum(replaced(pax, 156, b"g")) + whole, by_tarfile)
    case("tar behind zeros", b"\0" * 1024 + whole, by_tarfile)
    case("tar behind a tar", tarred([("a.pkl", fresh())]) + tarred([("b.pkl", fresh())]), by_tarfile)


# --------------------------------------------------------------------------------------------------------------------- compressed files


def by_gzip(data):
    return [piecewise(gzip.GzipFile(fileobj=io.BytesIO(data)))]


def by_bz2(data):
    return [piecewise(bz2.BZ2File(io.BytesIO(data)))]


def by_lzma(data):
    return [piecewise(lzma.LZMAFile(io.BytesIO(data)))]


def by_zlib(data):
    unpacker, found = zlib.decompressobj(), b""
    try:
        for at in range(len(data)):
            found += unpacker.decompress(data[at : at + 1])
    except zlib.error:
        pass
    return [found]


def compressed():
    two = lambda pack: pack(fresh(300)[:100]) + pack(fresh(300)[100:])
    for name, pack, read in [("gzip", gzip.compress, by_gzip), ("bz2", bz2.compress, by_bz2), ("xz", lzma.compress, by_lzma)]:
        case(name, pack(fresh()), read)
        case(name + " of nothing, then of a pickle", pack(b"") + pack(fresh()), read)
        case(name + " in two streams", two(pack), read)
        case(name + ", cut", pack(fresh(5000) + noise(4000))[:-60], read)
        case(name + ", bytes behind", pack(fresh()) + b"\0" * 16, read)
        case(name + ", other bytes behind", pack(fresh()) + b"behind", read)
        broken = bytearray(pack(fresh()))
        broken[-6] ^= 0x55
        case(name + ", wrong sum", bytes(broken), read)
        case(name + ", sum cut off", pack(fresh())[:-4], read)
        case(name + " twice", pack(pack(fresh())), lambda data, read=read: read(read(data)[0]))
    case("lzma alone", lzma.compress(fresh(), lzma.FORMAT_ALONE), by_lzma)
    case("lzma alone, cut", lzma.compress(fresh(9000), lzma.FORMAT_ALONE)[:-3], by_lzma)
    for check in (lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_SHA256):
        case("xz, check %d" % check, lzma.compress(fresh(), check=check), by_lzma)
    case("xz with a filter", lzma.compress(fresh(), filters=[{"id": lzma.FILTER_DELTA, "dist": 1}, {"id": lzma.FILTER_LZMA2, "preset": 1}]), by_lzma)
    for level in (0, 1, 9):
        case("zlib %d" % level, zlib.compress(fresh(), level), by_zlib)
    case("zlib, cut", zlib.compress(fresh(5000) + noise(3000))[:-50], by_zlib)
    case("zlib, wrong sum", zlib.compress(fresh())[:-4] + b"\1\2\3\4", by_zlib)
    for name, flags, extra in [
        ("name", 8, b"name.pkl\0"),
        ("comment", 16, b"comment\0"),
        ("extra field", 4, b"\3\0abc"),
        ("name and comment", 24, b"n\0c\0"),
        ("flag of text", 1, b""),
    ]:
        whole = gzip.compress(fresh())
        case("gzip with a " + name, whole[:3] + bytes([flags]) + whole[4:10] + extra + whole[10:], by_gzip)
        case("gzip with a " + name + ", wrong sum", whole[:3] + bytes([flags]) + whole[4:10] + extra + whole[10:-8] + b"\1\2\3\4" + whole[-4:], by_gzip)
    whole = gzip.compress(fresh())
    header = whole[:3] + bytes([2]) + whole[4:10]
    case("gzip with a sum of its header", header + (zlib.crc32(header) & 0xFFFF).to_bytes(2, "little") + whole[10:], by_gzip)


def main():
    directory = sys.argv[1]
    os.makedirs(directory, exist_ok=True)
    warnings.simplefilter("ignore")
    zips()
    lying_zips()
    tars()
    compressed()
    manifest = []
    for number, (name, data, read) in enumerate(CASES):
        file = "%03d.bin" % number
        with open(os.path.join(directory, file), "wb") as out:
            out.write(data)
        manifest.append({"name": name, "file": file, "read": [found.hex() for found in read(data)]})
    with open(os.path.join(directory, "manifest.json"), "w") as out:
        json.dump(manifest, out, indent=1)
    print("%d files, %d pickles read" % (len(manifest), sum(len(entry["read"]) for entry in manifest)))


if __name__ == "__main__":
    main()
