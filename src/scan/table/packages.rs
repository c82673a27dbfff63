//! Rules for packages that people pickle with, and for those that attackers use.

use super::{dangerous, plain, safe, suspicious};
use crate::scan::rules::Row;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // pandas.
    safe("pandas pandas.core.reshape.** pandas.core.dtypes.missing pandas.core.tools.** pandas.core.algorithms", "isna isnull notna notnull concat cut qcut merge melt pivot pivot_table \
        get_dummies from_dummies crosstab to_datetime to_numeric to_timedelta unique factorize value_counts date_range bdate_range period_range timedelta_range interval_range array \
        merge_asof merge_ordered wide_to_long lreshape infer_freq", "a function of tables"),
    safe("pandas.io.formats.printing", "PrettyDict", "a dict"),
    plain("pandas.**", "^ option_context", "a part of a table that is made without its `__init__`"),
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
    plain("scipy.**", "^", "a scientific type that is made without its `__init__`"),
    suspicious("scipy.**", "^", "a class of scipy"),
    plain("joblib.**", "^", "a part of joblib that is made without its `__init__`"),
    safe("networkx.classes.** networkx", "^", "a graph"),
    safe("sympy.functions.**", "*", "a function of expressions"),
    safe("sympy sympy.core.** sympy.functions.** sympy.matrices.** sympy.sets.** sympy.polys.**", "^ Integer Rational Symbol", "an expression"),
    safe("joblib.numpy_pickle joblib.numpy_pickle_compat sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper ZNDArrayWrapper NDArrayWrapper", "an array in a joblib file"),

    safe("networkx.classes.**", "no_filter hide_* show_* frozen", "a filter of a graph"),
    safe("networkx.exception", "^", "an exception"),
    safe("sympy.**", "^ _rebuild_undef Integer Rational Symbol Point2D Point3D", "an expression"),
    safe("sklearn.metrics.**", "*_similarity *_distance *_report *_curve *_matrix *_variance *_scorer confusion_matrix auc", "a function of arrays"),
    safe("scipy._external.array_api_compat.** array_api_compat.** sklearn.externals.array_api_compat.**", "* ^", "a function of arrays"),
    safe("scipy._lib._uarray._backend", "unpickle_function", "a function of arrays"),
    dangerous("pyarrow pyarrow.lib", "*File PyExtensionType ExtensionType *FileSystem *Stream *Reader *Writer *Source", "opens files or loads pickles"),
    safe("pyarrow pyarrow.lib", "^ type_for_alias py_buffer _restore_array _reconstruct_table _reconstruct_record_batch chunked_array field schema timestamp time32 time64 duration list_ \
        large_list large_list_ list_view struct dictionary map_ decimal128 decimal256 binary string utf8 large_string large_utf8 large_binary int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 \
        float32 float64 bool_ date32 date64 null union sparse_union dense_union fixed_size_binary fixed_shape_tensor run_end_encoded scalar array table record_batch ipc.read_schema \
        month_day_nano_interval string_view binary_view", "an array or its type"),
    safe("xarray.core.** xarray.namedarray.** xarray xarray.coding.**", "^ _default", "a labelled array"),
    safe("shapely shapely.io shapely.geometry.**", "^ from_wkb from_wkt", "a shape"),
    safe("sortedcontainers.** bidict.** blist.** pyrsistent.** immutables.** cachetools.** boltons.** toolz.** cytoolz.**", "^ pmap pvector pset _restore_pickle", "a container"),
    safe("pydantic_core.** pydantic_core", "^", "part of a model"),
    safe("bson.** bson", "^ _type_marker", "an object of a database"),
    safe("requests.models requests.structures requests.cookies requests.exceptions urllib3.exceptions urllib3._collections", "Response Request PreparedRequest CaseInsensitiveDict LookupDict \
        RequestsCookieJar create_cookie HTTPHeaderDict *Error *Exception Timeout *Timeout *Redirects *Warning", "a record of a request"),
    safe("pendulum.** arrow.**", "^", "a date or time"),
    safe("uncertainties.** pint.** astropy.units.** astropy.coordinates.** astropy.time.** quantities.**", "^", "a quantity"),

    // torch.
    dangerous("torch.hub.** torch.jit.** torch.utils.** torch._dynamo.** torch._inductor.** torch.fx.** torch.distributed.** torch.multiprocessing.** \
        torch.package.** torch.onnx.** torch.testing.** torch._jit_internal.** torch.cuda.** torch.ops.** torch.classes.** torch._classes.** torch._ops.** \
        torch.export.** torch.backends.** torch._appdirs.** torch._export.** torch._functorch.** torch.library.** torch._library.** torch.profiler.** torch._lazy.**",
        "load_library load_* run* save* exec* eval* compile* open* write* read* download* spawn* *.load *.load_config *.run *.get *.evaluate_guards_expression *.exec* \
        *.eval* ShapeEnv.* GuardBuilder.* execWrapper basichandlers", "runs code, opens files or reaches the network"),
    dangerous("torch.fx torch.fx.graph_module", "GraphModule reduce_* _forward_from_src _exec_with_source", "runs code that it carries"),
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
    safe("pytz pytz.tzinfo", "_p _UTC UTC timezone StaticTzInfo DstTzInfo FixedOffset _FixedOffset", "a time zone"),
    safe("dateutil.tz.** dateutil.relativedelta dateutil.rrule dateutil._common", "^ weekday _unpickle _ttinfo _tzfile tzutc tzlocal tzoffset tzfile relativedelta rrule", "a time zone"),
    safe("six.moves six", "range", "a builtin type"),
    safe("attr attr._make attrs", "Factory Attribute NOTHING _Nothing", "part of an attrs class"),
    safe("frozendict immutabledict multidict bidict", "*", "a container"),

    plain("PIL.**", "Image *ImageFile ImagePalette", "an image"),
    plain("gensim.models.** gensim.corpora.** gensim.similarities.** gensim.utils gensim.topic_coherence.**", "^", "a model or a part of one"),
    safe("gensim.utils gensim.models.tfidfmodel", "identity df2idf smartirs_normalize resolve_weights call_on_class_only", "a function of numbers"),
    safe("nltk.probability nltk.tree.** nltk.featstruct nltk.util", "^", "counts or a tree"),
    plain("nltk.**", "^", "a model or a part of one"),
    plain("spacy.** thinc.**", "^", "a model or a part of one"),
    plain("statsmodels.tsa.**", "sInitialization dInitialization cInitialization zInitialization sStatespace dStatespace cStatespace zStatespace", "a part of a model"),
    safe("statsmodels.tsa.statespace.**", "sInitialization dInitialization cInitialization zInitialization sStatespace dStatespace cStatespace zStatespace sKalmanFilter dKalmanFilter \
        cKalmanFilter zKalmanFilter sSimulationSmoother dSimulationSmoother cSimulationSmoother zSimulationSmoother sKalmanSmoother dKalmanSmoother cKalmanSmoother zKalmanSmoother", "a part of a model"),
    plain("pydantic.** pydantic_core.**", "^", "part of a model"),
    plain("attr.** attrs.**", "^", "part of an attrs class"),
    safe("astropy.units.** astropy.coordinates.** astropy.time.** astropy.table.** astropy.modeling.** astropy.utils.** astropy.cosmology.**", "^ _recreate_irreducible_unit", "a quantity"),
    safe("pint pint.**", "_unpickle_quantity _unpickle_unit _unpickle_measurement _unpickle udict UnitsContainer", "a quantity"),
    safe("pendulum.**", "Timezone._unpickle FixedTimezone._unpickle", "a time zone"),
    safe("bidict bidict.**", "bidict._from_other frozenbidict._from_other orderedbidict._from_other", "a container"),
    safe("cachetools.**", "LRUCache TTLCache LFUCache FIFOCache RRCache TTLCache._Link LFUCache._Link _TimedCache._Timer _Link", "a container"),
    safe("pyrsistent.** pvectorc", "plist pdeque pbag pvector", "a container"),
    safe("toolz.** cytoolz.**", "_restore_curry", "a function that is not called"),
    safe("multidict.**", "MultiDict CIMultiDict MultiDictProxy istr", "a container"),
    plain("yarl.** yarl lark.** anytree.** treelib.** intervaltree.** box.** addict.** pyparsing.** sqlalchemy.** bitarray.**", "^", "an object that is made without its `__init__`"),
    safe("lark.lexer lark.tree intervaltree.** bitarray.**", "Token Tree IntervalTree Interval _bitarray_reconstructor", "data"),
    plain("tqdm.**", "^ tqdm trange tqdm_notebook", "a progress bar"),
    safe("markupsafe markupsafe._speedups", "Markup", "text"),
    safe("django.utils.safestring django.utils.datastructures django.utils.functional django.http.request", "SafeString SafeText SafeBytes mark_safe _lazy_proxy_unpickle MultiValueDict OrderedSet ImmutableList DictWrapper CaseInsensitiveMapping", "a text or a container"),
    safe("django.db.models.base", "model_unpickle simple_class_factory", "an object of a database that is made without its `__init__`"),
    plain("django.utils.** django.http.** django.db.models.** django.forms.** django.core.cache.** django.contrib.messages.** django.contrib.auth.**", "^", "a part of an application"),
    safe("werkzeug.datastructures.**", "MultiDict OrderedMultiDict ImmutableMultiDict ImmutableDict ImmutableList ImmutableOrderedMultiDict TypeConversionDict ImmutableTypeConversionDict \
        CombinedMultiDict Headers Accept", "a container"),
    plain("werkzeug.datastructures.** werkzeug.local flask.sessions flask.ctx", "^", "a container"),
    safe("celery.schedules celery.utils.** celery.canvas", "crontab schedule solar schedstate ParseException signature Signature chain group chord _chain maybe_signature AttributeDict ConfigurationView", "a task that is not run"),
    safe("celery.result billiard.einfo celery.states", "AsyncResult ResultSet GroupResult EagerResult result_from_tuple state ExceptionInfo Traceback _Frame _Code _Truncated ExceptionWithTraceback", "a result"),
    safe("kombu.entity kombu.exceptions", "Exchange Queue Binding binding", "a name of a queue"),

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

/// Packages with which one runs commands and code, or reaches others: a call into them does harm unless a row says otherwise, and only to make an object of a
/// class, as for a state to be set, is no call.
#[rustfmt::skip]
pub(crate) const REACHING: &[&str] = &[
    "requests.**", "urllib3.**", "httpx.**", "aiohttp.**", "websocket.**", "websockets.**", "grpc.**", "pycurl.**", "paramiko.**", "fabric.**", "pexpect.**", "ptyprocess.**", "sh.**",
    "plumbum.**", "invoke.**", "psutil.**", "cffi.**", "IPython.**", "ipykernel.**", "pytest.**", "_pytest.**", "nose.**", "docker.**", "kubernetes.**", "git.**", "boto3.**", "botocore.**",
    "s3fs.**", "gcsfs.**", "adlfs.**", "fsspec.**", "smart_open.**", "wget.**", "google.cloud.**", "azure.**", "jinja2.**", "mako.**", "tornado.**", "twisted.**", "gevent.**", "eventlet.**", "celery.**",
    "kombu.**", "billiard.**", "huggingface_hub.**", "distributed.**", "pymongo.**", "MySQLdb.**", "pymysql.**", "psycopg2.**", "psycopg.**", "redis.**", "zmq.**", "execnet.**", "rpyc.**", "Pyro4.**",
    "Pyro5.**", "ansible.**", "salt.**", "selenium.**", "playwright.**", "pyautogui.**", "pynput.**", "win32api.**", "win32com.**", "win32process.**", "pythoncom.**", "pywintypes.**", "py.**", "past.**",
    "future.**", "decorator", "jsonpickle.**", "pip.**", "setuptools.**", "pkg_resources.**", "wheel.**", "virtualenv.**", "Cython.**", "pyximport.**", "werkzeug.**", "flask.**", "django.**",
    "h5py.**", "tables.**", "netCDF4.**", "zarr.**", "onnx.**", "onnxruntime.**", "safetensors.**", "PIL.ImageShow", "PIL.ImageMath", "PIL.ImageGrab", "dask.**", "ray.**", "pyspark.**", "fire.**",
    "hydra.**", "gradio.**", "streamlit.**", "wandb.**", "mlflow.**", "nltk.downloader",
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
