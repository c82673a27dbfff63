"""Frames, series, indexes, estimators and joblib files, and what pandas, scikit-learn and numpy say of them. `FILE` gets the cases."""

import io
import json
import pickle
import sys

import numpy as np
import pandas as pd


def cell(value):
    """A value as the Rust test tells it."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ["missing"]
    if isinstance(value, (bool, np.bool_)):
        return ["bool", bool(value)]
    if isinstance(value, pd.Period):
        return ["period", value.ordinal]
    if isinstance(value, (int, np.integer)):
        return ["int", str(int(value))]
    if isinstance(value, (float, np.floating)):
        return ["float", "nan" if value != value else repr(float(value))]
    if isinstance(value, str):
        return ["str", value]
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return ["time", str(int(np.datetime64(value.value if hasattr(value, "asm8") else value, "ns").astype("i8")))]
    if isinstance(value, (pd.Timedelta, np.timedelta64)):
        return ["duration", str(int(value.value if hasattr(value, "asm8") else value.astype("m8[ns]").astype("i8")))]
    return ["object"]


def column(values, cells=True):
    """A series, said in the words of the Rust test."""
    found = {"dtype": str(values.dtype).split(",")[0] + "]" * ("," in str(values.dtype)), "len": len(values)}
    if isinstance(values.dtype, pd.CategoricalDtype):
        found["dtype"] = "category"
        found["categories"], found["ordered"] = [cell(value) for value in values.dtype.categories], bool(values.dtype.ordered)
        # A category that is missing is shown as NaN, whatever the categories are.
        found["cells"] = [found["categories"][code] if code >= 0 else ["missing"] for code in values.cat.codes]
        return found
    if isinstance(values.dtype, pd.PeriodDtype) and pd.__version__.startswith("1."):
        found["dtype"] = "period"
    if isinstance(values.dtype, pd.SparseDtype):
        found["dtype"] = "Sparse"
        found["sparse"] = [[int(place), cell(value)] for place, value in zip(values.array.sp_index.indices, values.array.sp_values)]
    elif isinstance(values.dtype, pd.IntervalDtype):
        found["dtype"] = "interval"
    else:
        found["cells"] = [cell(value) for value in values]
    return found


def index(values):
    found = {"kind": type(values).__name__, "len": len(values), "name": values.name}
    if isinstance(values, pd.MultiIndex):
        found["names"] = list(values.names)
        found["levels"] = [
            [cell(level[code]) if code >= 0 else ["missing"] for code in codes] for level, codes in zip(values.levels, values.codes)
        ]
    elif isinstance(values, pd.IntervalIndex):
        found["left"], found["right"] = [cell(value) for value in values.left], [cell(value) for value in values.right]
    else:
        found["cells"] = [cell(value) for value in values]
    return found


def columns():
    """Values of each dtype, edges first."""
    n = 13
    ints = [0, 1, -1, 127, -128, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63), 5, 6, 7, 8]
    yield "int64", ints
    for name in "int8 int16 int32 uint8 uint16 uint32 uint64".split():
        info = np.iinfo(name)
        yield name, np.array([0, 1, info.max, info.min, 7] + list(range(8)), dtype=name)
    floats = [0.0, -0.0, 1.5, np.nan, np.inf, -np.inf, 5e-324, 1.7e308, 0.1, 1e16, -2.5, 3.0, 1 / 3]
    yield "float64", floats
    yield "float32", np.array(floats, dtype="float32")
    yield "bool", [n % 3 == 0 for n in range(n)]
    yield "object", [None, "", "é", 1, 2.5, True, "x" * 300, pd.NaT, pd.Timestamp("2020-01-01"), pd.Timedelta("1s"), 2**40, [1], np.float64(1.5)]
    yield "text", ["", "a", "é", "\U0001f600", "x" * 300] + list("abcdefgh")
    times = pd.DatetimeIndex([pd.Timestamp(time) for time in ["1970-01-01", None, "2020-02-29 12:34:56.789012345", "1677-09-22", "2262-04-11"] + ["2021-01-%02d" % day for day in range(1, 9)]])
    yield "times", times
    yield "zoned", times[4:].append(times[:4])[2:].tz_localize("UTC").tz_convert("Europe/Berlin")
    yield "durations", pd.to_timedelta([0, 1, -1, None, 10**18] + list(range(8)))
    yield "categories", pd.Categorical(["b", "a", None, "b"] + ["c"] * 9, categories=["c", "b", "a", "unused"], ordered=True)
    yield "numbered", pd.Categorical([3, 1, 2] * 4 + [None])
    for name in "Int8 Int64 UInt16 Float64 boolean".split():
        values = [True, None, False] * 4 + [True] if name == "boolean" else [0, None, 1, 100, 7] + list(range(8))
        yield name, pd.array(values, dtype=name)
    yield "string", pd.array(["", None, "é", "x" * 300] + list("abcdefghi"), dtype=pd.StringDtype("python"))
    yield "periods", pd.period_range("1969-11", periods=n, freq="M")
    yield "sparse", pd.arrays.SparseArray([0, 0, 1, 2, 0, 0, 0, 3, 0, 0, 0, 0, 9])
    yield "intervals", pd.interval_range(0, n)


def frames():
    made = dict(columns())
    length = lambda values: len(values)
    every = pd.DataFrame({name: values for name, values in made.items() if length(values) == 13})
    yield "all", every
    yield "two blocks", pd.DataFrame({"a": [1, 2], "b": [1.5, 2.5], "c": [3, 4], "d": [0.5, 0.25]})
    yield "fortran", pd.DataFrame(np.asfortranarray(np.arange(12.0).reshape(3, 4)), columns=list("wxyz"))
    yield "c order", pd.DataFrame(np.arange(12).reshape(3, 4), columns=list("wxyz"))
    yield "taken", every[["times", "int64", "text", "float64"]].iloc[::-1]
    yield "added", pd.DataFrame({"a": [1, 2, 3]}).assign(b=1.5, c="x", d=[7, 8, 9])
    yield "no rows", pd.DataFrame({"a": np.array([], dtype="i8"), "b": []})
    yield "no columns", pd.DataFrame(index=[1, 2, 3])
    yield "nothing", pd.DataFrame()
    yield "ints as names", pd.DataFrame({0: [1], 1: ["x"]})
    yield "indexed", pd.DataFrame({"a": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([(1, "x"), (2, "y")], names=["n", None]))
    yield "dated", pd.DataFrame({"a": [1.0, 2.0]}, index=pd.date_range("2020", periods=2, name="day"))


def indexes():
    for values in (
        pd.RangeIndex(5), pd.RangeIndex(10, 0, -3, name="r"), pd.RangeIndex(0), pd.Index([1, 2, 3]), pd.Index([1.5, np.nan], name="f"), pd.Index(["a", None, "é"]), pd.Index([True, False]),
        pd.Index([], dtype=object), pd.date_range("2020", periods=3, name="d"), pd.date_range("2020", periods=3, tz="UTC"), pd.timedelta_range("1s", periods=3), pd.period_range("2020", periods=3, freq="M"),
        pd.CategoricalIndex(["a", "b", "a"], name="c"), pd.interval_range(0, 3), pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", "y"]),
        pd.MultiIndex.from_tuples([("a", None), ("b", 2.5)]), pd.Index(np.array([1, 2], dtype="uint8")),
    ):
        yield values


def scalars():
    yield from (
        pd.Timestamp("2020-01-01"), pd.Timestamp("2020-06-01", tz="UTC"), pd.Timestamp(0), pd.Timestamp.min, pd.Timestamp.max, pd.Timedelta(0), pd.Timedelta(-1), pd.Timedelta.max,
        pd.Period("2020", "M"), pd.Period("1960", "D"), pd.NaT, pd.NA, np.float64(1.5), np.int32(-7), np.datetime64("2020-01-01", "ns"),
    )


def arrays(value, path, found):
    """Every array below an estimator, by its path."""
    if isinstance(value, np.ndarray) and type(value) is np.ndarray:
        if value.dtype != object and value.dtype.names is None:
            found[path] = [value.dtype.str, list(value.shape), np.ascontiguousarray(value).tobytes().hex()]
        return
    step = lambda name: "%s.%s" % (path, name) if path else str(name)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        for number, item in enumerate(value):
            arrays(item, step(number), found)
    elif type(value) is dict:
        for key, item in value.items():
            if isinstance(key, (str, int)) and not isinstance(key, bool):
                arrays(item, step(key), found)
    elif type(value).__module__.startswith("sklearn"):
        state = value.__getstate__() if hasattr(value, "__getstate__") else vars(value)
        if isinstance(state, dict):
            for key, item in state.items():
                arrays(item, step(key), found)


def estimators():
    from sklearn.cluster import KMeans
    from sklearn.compose import ColumnTransformer
    from sklearn.decomposition import PCA
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.RandomState(0)
    x, y = rng.rand(20, 3), np.arange(20) % 2
    yield from (
        LinearRegression().fit(x, y), Ridge(alpha=0.5).fit(x, y), LogisticRegression(C=2.0).fit(x, y), DecisionTreeClassifier(max_depth=3).fit(x, y), RandomForestClassifier(n_estimators=3).fit(x, y),
        GradientBoostingClassifier(n_estimators=2).fit(x, y), KMeans(n_clusters=2, n_init=1).fit(x), PCA(n_components=2).fit(x), GaussianNB().fit(x, y), SVC().fit(x, y),
        KNeighborsClassifier(algorithm="brute").fit(x, y), Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression())]).fit(x, y),
        ColumnTransformer([("scale", StandardScaler(), [0, 1]), ("hot", OneHotEncoder(), [2])]).fit(x), StandardScaler(),
    )


def of_estimator(value):
    found = {}
    arrays(value, "", found)
    simple = lambda item: item is None or isinstance(item, (bool, int, float, str))
    return {
        "class": "%s.%s" % (type(value).__module__, type(value).__name__), "arrays": found, "fitted": sorted(name for name in vars(value) if name.endswith("_") and not name.startswith("_")),
        "params": {name: repr(item) for name, item in value.get_params(deep=False).items() if simple(item)}, "steps": [name for name, _ in getattr(value, "steps", [])],
    }


def joblib_files():
    import joblib

    rng = np.random.RandomState(0)
    values = {
        "arrays": {"a": np.arange(5), "b": rng.rand(3, 4), "f": np.asfortranarray(rng.rand(3, 4)), "0-d": np.array(1.5), "empty": np.zeros((0, 3)), "text": np.array(["x", "yy"]), "big": np.arange(3, dtype=">i4"), "list": [np.ones(2), np.ones(2, dtype="?")]},
        "objects": {"o": np.array([1, "x", None], dtype=object), "after": np.arange(3)},
        "same": [np.arange(3)] * 2,
        "large": np.arange(20_000.0),
        "nothing": {"n": 1},
        "one": np.arange(4.0),
    }
    for name, value in values.items():
        found = {}
        arrays(value, "", found)
        for compress in (0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)):
            for protocol in (None,) if compress else (2, 3, 4, 5):
                file = io.BytesIO()
                joblib.dump(value, file, compress=compress, protocol=protocol)
                yield "%s %s p%s" % (name, compress, protocol), found, repr(value) if name == "nothing" else None, file.getvalue()
    model = next(estimators())
    file = io.BytesIO()
    joblib.dump(model, file)
    found = {}
    arrays(model, "", found)
    yield "estimator", found, None, file.getvalue()


def cases():
    def each(kind, name, value, about):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            yield dict(kind=kind, name="%s %s p%d" % (kind, name, protocol), file=pickle.dumps(value, protocol).hex(), about=about)

    for name, frame in frames():
        about = dict(columns=index(frame.columns), index=index(frame.index), values=[column(frame.iloc[:, place]) for place in range(frame.shape[1])], names=[label for label in frame.columns if isinstance(label, str)])
        yield from each("frame", name, frame, about)
    for name, values in columns():
        series = pd.Series(values, name=name)
        yield from each("series", name, series, dict(name=name, index=index(series.index), values=column(series)))
    for number, values in enumerate(indexes()):
        yield from each("index", str(number), values, index(values))
    for value in scalars():
        yield from each("scalar", repr(value), value, cell(value))
    for number, value in enumerate(estimators()):
        yield from each("estimator", type(value).__name__, value, of_estimator(value))
    for name, found, shown, file in joblib_files():
        yield dict(kind="joblib", name="joblib " + name, file=file.hex(), about=dict(arrays=found, repr=shown))


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        json.dump({"pandas": pd.__version__, "cases": list(cases())}, file)
