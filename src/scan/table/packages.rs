//! Rules for packages that people pickle with, and for those that attackers use.

use crate::scan::rules::{Row, Severity};

const fn safe(modules: &'static str, names: &'static str, reason: &'static str) -> Row {
    Row { severity: Severity::Safe, modules, names, reason }
}

const fn suspicious(modules: &'static str, names: &'static str, reason: &'static str) -> Row {
    Row { severity: Severity::Suspicious, modules, names, reason }
}

const fn dangerous(modules: &'static str, names: &'static str, reason: &'static str) -> Row {
    Row { severity: Severity::Dangerous, modules, names, reason }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // numpy: 2 says `numpy._core` where 1 says `numpy.core`.
    dangerous("numpy.f2py.** numpy.testing.** numpy.distutils.** numpy.ctypeslib.** numpy.setup.** numpy.tests.** numpy.conftest.** numpy._build_utils.**",
        "**", "runs Python code or commands"),
    dangerous("numpy.**", "load loads save savez savez_compressed savetxt loadtxt genfromtxt fromfile memmap DataSource open_memmap read_array fromregex recfromtxt \
        recfromcsv mafromtxt ndfromtxt tofile NpzFile BagObj frompyfunc apply_along_axis apply_over_axes piecewise fromfunction fromiter \
        safe_eval runstring source info lookfor show_config get_include test exec_mod_from_location deprecate add_newdoc add_docstring set_printoptions \
        set_string_function seterrcall exec_command", "opens files or runs what it is given"),
    safe("numpy numpy.core numpy._core numpy.core.multiarray numpy._core.multiarray numpy.core._multiarray_umath numpy._core._multiarray_umath \
        numpy.core.numeric numpy._core.numeric numpy.core._internal numpy._core._internal", "_reconstruct scalar ndarray dtype _frombuffer _ufunc_reconstruct \
        _reconstruct_dtype _convert_to_stringdtype_kwargs flagsobj", "an array"),
    safe("numpy numpy.lib.function_base numpy.lib._function_base_impl", "vectorize", "calls what it is given when it is called"),
    safe("numpy", "^ ufunc matrix recarray chararray broadcast nditer generic number integer signedinteger unsignedinteger inexact floating record recarray poly1d \
        complexfloating flexible character bool_ bool8 byte ubyte short ushort intc uintc int_ uint intp uintp longlong ulonglong half single double longdouble \
        csingle cdouble clongdouble str_ bytes_ void object_ string_ unicode_ float_ complex_ int0 uint0 float16 float32 float64 float96 float128 int8 int16 \
        int32 int64 uint8 uint16 uint32 uint64 complex64 complex128 complex256 datetime64 timedelta64 long ulong bool nan inf pi e newaxis", "a type of arrays"),
    safe("numpy numpy.linalg numpy.fft numpy.core.fromnumeric numpy._core.fromnumeric numpy.core.umath numpy._core.umath numpy.core.numeric numpy._core.numeric \
        numpy.lib.function_base numpy.lib._function_base_impl numpy.core.multiarray numpy._core.multiarray numpy.lib.nanfunctions numpy.lib._nanfunctions_impl",
        "abs absolute add all amax amin any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort around array array_equal asarray \
        average bincount cbrt ceil clip concatenate corrcoef cos cosh cov cross cumprod cumsum deg2rad diag diff digitize divide dot empty equal exp exp2 expand_dims expm1 eye \
        fabs flip floor floor_divide fmax fmin fmod frombuffer full gradient greater greater_equal histogram hstack hypot identity inner interp invert isfinite \
        isinf isnan less less_equal linspace log log10 log1p log2 logical_and logical_not logical_or logspace max maximum mean median min minimum mod multiply nanmax nanmean \
        nanmedian nanmin nanstd nansum negative norm not_equal ones ones_like outer percentile polyfit polyval power prod ptp quantile rad2deg radians ravel reciprocal \
        remainder repeat reshape rint roll round searchsorted sign sin sinh sort split sqrt square squeeze stack std subtract sum swapaxes take tan tanh tensordot tile trace \
        transpose true_divide trunc unique vander var vdot vstack where zeros zeros_like inv det eig eigh svd qr solve pinv fft ifft", "a function of arrays"),
    safe("numpy.random.** numpy.random._pickle", "^ __randomstate_ctor __bit_generator_ctor __generator_ctor __pyx_unpickle_*", "random numbers"),
    safe("numpy.ma numpy.ma.core", "^ _mareconstruct masked_array _mvoid_reconstruct", "an array"),
    safe("numpy.dtypes numpy.rec numpy.char numpy.polynomial.** numpy.matrixlib.defmatrix numpy.core.records numpy.core.defchararray numpy._core.records numpy.matlib \
        numpy.lib.polynomial numpy.exceptions numpy._core._exceptions numpy.core._exceptions", "^ recarray record chararray matrix poly1d format_parser", "a type of arrays"),
    safe("numpy", "random.* linalg.* fft.* ma.*", "a function of arrays"),
    suspicious("numpy.**", "^", "a class of numpy"),

    // pandas.
    dangerous("pandas.io.** pandas.core.computation.** pandas.util._tester pandas.testing pandas._testing.** pandas.compat.** pandas.util._print_versions pandas.tests.** pandas.conftest",
        "**", "opens files or runs Python code"),
    dangerous("pandas.**", "eval query read_* to_* HDFStore ExcelFile ExcelWriter test show_versions", "opens files or runs Python code"),
    safe("pandas pandas.core.** pandas._libs.** pandas.tseries.** pandas.indexes.** pandas.arrays pandas._typing pandas.errors.**", "^ _new_* _unpickle_* _from_* new_* _concat_* asi8 _new_Index _unpickle_block new_block \
        _new_DatetimeIndex _new_PeriodIndex __pyx_unpickle_* _nat_unpickle _timedelta_unpickle _period_unpickle _freq_to_period _unpickle_array \
        __nat_unpickle _timestamp_unpickle block_manager _sparse_* offsets.* _Timestamp _NaT no_default", "a table or a part of one"),
    safe("pandas.api.**", "^", "a table or a part of one"),
    suspicious("pandas.**", "^", "a class of pandas"),

    // scikit-learn and its relatives.
    dangerous("sklearn.datasets.** sklearn.externals.** sklearn.utils._testing sklearn.utils.fixes sklearn._build_utils.** sklearn.tests.** sklearn.utils.estimator_checks \
        sklearn.utils._show_versions sklearn.__check_build.** sklearn.conftest", "**", "opens files, reaches the network or runs code"),
    safe("sklearn.**", "^ newObj __pyx_unpickle_* _passthrough_scorer", "a model or a part of one"),
    safe("sklearn.cluster.** sklearn.feature_extraction.** sklearn.gaussian_process.** sklearn.decomposition.** sklearn.manifold.** sklearn.linear_model.** \
        sklearn.ensemble.** sklearn.tree.** sklearn.svm.** sklearn.neighbors.** sklearn._loss.**", "_*", "a part of a model"),
    safe("sklearn.metrics.** sklearn.feature_selection.** sklearn.preprocessing.** sklearn.utils.validation", "*_score *_error *_kernel *_distances *_loss f_classif f_regression chi2 \
        mutual_info_classif mutual_info_regression scale normalize binarize", "a function of arrays"),
    safe("xgboost.** lightgbm.** catboost.** imblearn.** category_encoders.** hdbscan.** umap.** statsmodels.** lifelines.** mlxtend.** skorch.** skops.** tpot.**",
        "^ __pyx_unpickle_*", "a model or a part of one"),
    dangerous("scipy.io.** scipy.weave.** scipy.datasets.** scipy._lib._testutils scipy._lib._ccallback.** scipy.misc.** scipy.__config__", "**", "opens files or reaches the network"),
    dangerous("scipy.**", "load_npz save_npz loadarff loadmat savemat test show_config get_include", "opens files"),
    safe("scipy.sparse.** scipy.stats.** scipy.interpolate.** scipy.spatial.** scipy.optimize.** scipy.special.** scipy.signal.** scipy.linalg.** scipy.cluster.** \
        scipy.fft.** scipy.ndimage.** scipy.integrate.** scipy._lib.array_api_compat.**", "*", "a scientific type or function"),
    safe("scipy.interpolate.**", "interp1d.*", "a method of a scientific type"),
    suspicious("scipy.**", "^", "a class of scipy"),
    safe("networkx.classes.** networkx", "^", "a graph"),
    safe("sympy.functions.**", "*", "a function of expressions"),
    safe("sympy sympy.core.** sympy.functions.** sympy.matrices.** sympy.sets.** sympy.polys.**", "^ Integer Rational Symbol", "an expression"),
    safe("joblib.numpy_pickle joblib.numpy_pickle_compat sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper ZNDArrayWrapper NDArrayWrapper", "an array in a joblib file"),

    // torch.
    dangerous("torch.hub.** torch.jit.** torch.utils.** torch._dynamo.** torch._inductor.** torch.fx.** torch.distributed.** torch.multiprocessing.** \
        torch.package.** torch.onnx.** torch.testing.** torch._jit_internal.** torch.cuda.** torch.ops.** torch.classes.** torch._classes.** torch._ops.** \
        torch.export.** torch.backends.** torch._appdirs.** torch._export.** torch._functorch.** torch.library.** torch._library.** torch.profiler.** torch._lazy.**",
        "load_library load_* run* save* exec* eval* compile* open* write* read* download* spawn* *.load *.load_config *.run *.get *.evaluate_guards_expression *.exec* \
        *.eval* ShapeEnv.* GuardBuilder.* execWrapper basichandlers", "runs code, opens files or reaches the network"),
    safe("torch.utils.data.dataset torch.utils.data", "TensorDataset Subset ConcatDataset Dataset", "a data set"),
    safe("torch._utils", "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state _rebuild_sparse_tensor _rebuild_nested_tensor \
        _rebuild_meta_tensor_no_storage _rebuild_qtensor _rebuild_device_tensor_from_numpy _rebuild_sparse_csr_tensor _rebuild_xla_tensor \
        _rebuild_device_tensor_from_cpu_tensor _rebuild_wrapper_subclass", "a tensor"),
    safe("torch._tensor torch.tensor", "_rebuild_from_type_v2 _rebuild_from_type Tensor", "a tensor"),
    safe("torch.serialization", "_get_layout _get_dtype MAP_LOCATION", "a tensor's layout"),
    safe("torch", "^ device dtype finfo float float16 float32 float64 double half bfloat16 int8 int16 int32 int64 int long short uint8 uint16 uint32 uint64 bool complex32 \
        complex64 complex128 cfloat cdouble qint8 quint8 qint32 strided sparse_coo sparse_csr per_tensor_affine per_channel_affine contiguous_format channels_last \
        preserve_format memory_format layout float8_e4m3fn float8_e5m2 tensor zeros ones", "a tensor or its type"),
    safe("torch.storage torch._C torch.cuda", "^ _load_from_bytes *Storage", "a tensor's memory"),
    safe("torch.nn.parameter torch.nn.modules.** torch.nn torch.optim.** torch.distributions.** torch.torch_version torch.nn.backends.thnn torch.nn.utils.parametrizations",
        "^ _get_thnn_function_backend", "a module or an optimizer"),
    safe("torch torch.nn.functional torch._C._nn torch.nn.init", "relu gelu sigmoid tanh softmax log_softmax elu leaky_relu silu mish softplus hardswish cross_entropy mse_loss \
        nll_loss l1_loss dropout normalize pad linear conv2d abs add mul matmul sum mean exp log sqrt sin cos", "a function of tensors"),
    dangerous("torch.**", "load save from_file UntypedStorage.* import_ir_module compile *.from_file", "runs code or opens files"),
    suspicious("torch.**", "^", "a class of torch"),

    // Others that people pickle.
    safe("pytz pytz.tzinfo", "_p _UTC UTC timezone StaticTzInfo DstTzInfo", "a time zone"),
    safe("dateutil.tz dateutil.tz.tz dateutil.relativedelta dateutil.rrule", "^ tzutc tzlocal tzoffset tzfile relativedelta rrule", "a time zone"),
    safe("six.moves six", "range", "a builtin type"),
    safe("attr attr._make attrs", "Factory Attribute NOTHING _Nothing", "part of an attrs class"),
    safe("frozendict immutabledict multidict bidict", "*", "a container"),

    // Code by value.
    suspicious("dill._dill dill._shims", "_create_function _create_code _create_cell _create_module _import_module _load_type _create_namedtuple _create_array _create_lock \
        _create_rlock _create_stringi _create_stringo _create_ftype _create_dtypemeta _create_weakref _create_weakproxy _unmarshal _setitems _get_typedict_type \
        _get_typedict_abstract _get_typedict_type _create_typemap _setattr CELL_EMPTY _CELL_EMPTY _CELL_REF _create_type _get_attr _getattribute _create_typing_tuple", "code by value"),
    dangerous("dill.**", "_eval_repr _create_filehandle load loads load_session load_module run source.* temp.* Unpickler", "runs code or opens files"),
    suspicious("dill.**", "^", "a class of dill"),

    // Packages with which everything can be done.
    dangerous("pip.** setuptools.** pkg_resources.** distutils.** requests.** urllib3.** httpx.** aiohttp.** paramiko.** fabric.** pexpect.** sh.** plumbum.** invoke.** psutil.** \
        cffi.** IPython.** pytest.** _pytest.** nose.** docker.** git.** boto3.** botocore.** ptyprocess.** jinja2.** mako.** tornado.** twisted.** celery.** huggingface_hub.** \
        yaml.** ruamel.** numba.** llvmlite.** code_generator.** cloudpickle.** wandb.** mlflow.** gradio.** streamlit.** selenium.** pyximport.** Cython.** werkzeug.** \
        flask.** django.** execnet.** rpyc.** Pyro4.** zmq.** redis.** sqlalchemy.** psycopg2.** pymysql.** ansible.** salt.** conda.** virtualenv.** nltk.** joblib.** keras.** \
        tensorflow.** transformers.** sklearn.** pandas.** scipy.** sympy.** numexpr.** matplotlib.**", "load* open* run* eval* exec* system* popen* spawn* download* get post put request* urlopen main call* save* \
        render* compile* import* fetch* read* write* shell* install* Popen sympify parse_expr lambdify evaluate re_evaluate from_file jsonpickle decode to_file preview", "runs code, opens files or reaches the network"),
];

/// Packages whose functions are known well enough to hold those that no row names for dangerous.
pub(crate) const PACKAGES: &[&str] = &[
    "numpy",
    "pandas",
    "sklearn",
    "scipy",
    "torch",
    "torchvision",
    "torchaudio",
    "tensorflow",
    "keras",
    "tf_keras",
    "jax",
    "flax",
    "joblib",
    "dill",
    "cloudpickle",
    "networkx",
    "sympy",
    "matplotlib",
    "PIL",
    "cv2",
    "pip",
    "setuptools",
    "pkg_resources",
    "wheel",
    "requests",
    "urllib3",
    "httpx",
    "aiohttp",
    "paramiko",
    "fabric",
    "pexpect",
    "ptyprocess",
    "sh",
    "plumbum",
    "invoke",
    "psutil",
    "cffi",
    "IPython",
    "ipykernel",
    "jupyter",
    "notebook",
    "pytest",
    "_pytest",
    "nose",
    "docker",
    "git",
    "boto3",
    "botocore",
    "jinja2",
    "mako",
    "tornado",
    "twisted",
    "celery",
    "huggingface_hub",
    "datasets",
    "transformers",
    "tokenizers",
    "diffusers",
    "accelerate",
    "yaml",
    "ruamel",
    "numba",
    "llvmlite",
    "numexpr",
    "xgboost",
    "lightgbm",
    "catboost",
    "mlflow",
    "wandb",
    "gradio",
    "streamlit",
    "nltk",
    "spacy",
    "gensim",
    "pyspark",
    "ray",
    "dask",
    "distributed",
    "pyarrow",
    "polars",
    "h5py",
    "tables",
    "onnx",
    "onnxruntime",
    "gevent",
    "greenlet",
    "werkzeug",
    "flask",
    "django",
    "click",
    "typer",
    "six",
    "pytz",
    "dateutil",
    "tqdm",
    "certifi",
    "cryptography",
    "sqlalchemy",
    "psycopg2",
    "pymysql",
    "redis",
    "zmq",
    "execnet",
    "rpyc",
    "Pyro4",
    "jsonpickle",
    "Cython",
    "pyximport",
    "virtualenv",
    "selenium",
    "statsmodels",
    "seaborn",
    "plotly",
    "bokeh",
    "cloudpathlib",
    "fsspec",
    "s3fs",
    "pydantic",
    "attr",
    "attrs",
    "fire",
    "hydra",
    "omegaconf",
    "imageio",
    "skimage",
    "shap",
    "lime",
    "pytorch_lightning",
    "lightning",
    "timm",
    "ultralytics",
    "detectron2",
    "fairseq",
    "espnet",
    "nemo",
    "deepspeed",
];
