//! Rules for numpy: arrays and their types, its functions one by one, and what in it opens files or runs code.

use super::{dangerous, plain, safe, suspicious};
use crate::scan::rules::Row;

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
    safe("numpy numpy.linalg numpy.fft numpy.core.fromnumeric numpy._core.fromnumeric numpy.core.umath numpy._core.umath numpy.core._multiarray_umath numpy._core._multiarray_umath numpy.core.numeric numpy._core.numeric \
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
    safe("numpy numpy.linalg numpy.fft numpy.ma numpy.ma.core numpy.ma.extras numpy.core.fromnumeric numpy._core.fromnumeric numpy.core.umath numpy._core.umath numpy.core.numeric numpy._core.numeric \
        numpy.core._multiarray_umath numpy._core._multiarray_umath numpy.core.multiarray numpy._core.multiarray numpy.core.function_base numpy._core.function_base numpy.core.shape_base \
        numpy._core.shape_base numpy.core.einsumfunc numpy._core.einsumfunc numpy.lib.** numpy.linalg.** numpy.fft.** numpy.emath numpy.char numpy.strings", "acos acosh allclose allequal alltrue amax amin anom anomalies append argpartition argwhere array2string array_equiv \
        array_repr array_split array_str asanyarray ascontiguousarray asfortranarray asin asinh asmatrix astype atan atan2 atanh \
        atleast_1d atleast_2d atleast_3d bartlett base_repr binary_repr bitwise_and bitwise_count bitwise_invert \
        bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor blackman block bmat broadcast_arrays \
        broadcast_shapes broadcast_to busday_count busday_offset can_cast choose column_stack common_type compress compressed \
        concat conj conjugate convolve copy copysign copyto correlate count count_masked count_nonzero cumproduct cumulative_prod \
        cumulative_sum datetime_as_string degrees delete diag_indices diag_indices_from diagflat diagonal divmod dsplit dstack \
        ediff1d einsum einsum_path empty_like extract fill_diagonal fill_invalid filled fix fix_invalid flatnonzero fliplr flipud \
        float_power format_float_positional format_float_scientific frexp fromstring full_like gcd geomspace get_printoptions \
        getdata geterr getmask getmaskarray hamming hanning heaviside histogram2d histogram_bin_edges histogramdd hsplit i0 imag \
        in1d indices insert intersect1d isMA isMaskedArray is_busday isclose iscomplex iscomplexobj isdtype isfortran isin isnat \
        isneginf isposinf isreal isrealobj isscalar issubclass_ issubdtype issubsctype iterable ix_ kaiser kron lcm ldexp \
        left_shift lexsort logaddexp logaddexp2 logical_xor make_mask make_mask_none mask_indices masked_all masked_equal \
        masked_greater masked_greater_equal masked_inside masked_invalid masked_less masked_less_equal masked_not_equal \
        masked_object masked_outside masked_values masked_where matmul matrix_transpose matvec may_share_memory meshgrid \
        min_scalar_type mintypecode modf moveaxis msort nan_to_num nanargmax nanargmin nancumprod nancumsum nanpercentile nanprod \
        nanquantile nanvar ndim nextafter nonzero packbits pad partition permute_dims place poly polyadd polyder polydiv polyint \
        polymul polysub positive pow product promote_types put put_along_axis putmask ravel_multi_index real real_if_close \
        require resize result_type right_shift rollaxis roots rot90 round_ row_stack select setdiff1d setxor1d shape \
        shares_memory signbit sinc size sometrue sort_complex spacing take_along_axis trapezoid trapz tri tril tril_indices \
        tril_indices_from trim_zeros triu triu_indices triu_indices_from typename union1d unique_all unique_counts unique_inverse \
        unique_values unpackbits unravel_index unstack unwrap vecdot vecmat vsplit", "a function of arrays"),
    safe("numpy.linalg.** numpy.fft.**", "cholesky cond eigvals eigvalsh lstsq matrix_norm matrix_power matrix_rank matrix_transpose multi_dot slogdet svdvals \
        tensorinv tensorsolve vecdot vector_norm fft2 fftfreq fftn fftshift hfft ifft2 ifftn ifftshift ihfft irfft irfft2 irfftn \
        rfft rfft2 rfftfreq rfftn", "a function of arrays"),
    safe("numpy.random.**", "beta binomial bytes chisquare choice default_rng dirichlet exponential f gamma geometric gumbel hypergeometric laplace \
        logistic lognormal logseries multinomial multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal \
        pareto permutation poisson power rand randint randn random random_integers random_sample ranf rayleigh sample shuffle \
        standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull \
        zipf", "random numbers"),
    safe("numpy.char numpy.strings numpy.core.defchararray numpy._core.defchararray numpy._core.strings", "add array asarray capitalize center count decode encode endswith equal expandtabs find index isalnum isalpha isdecimal \
        isdigit islower isnumeric isspace istitle isupper join ljust lower lstrip mod multiply partition replace rfind rindex \
        rjust rpartition rsplit rstrip split splitlines startswith str_len strip swapcase title translate upper zfill", "a function of texts"),
    safe("numpy numpy.core.getlimits numpy._core.getlimits", "finfo iinfo", "limits of a type"),
    plain("numpy.core.getlimits numpy._core.getlimits", "^", "limits of a type"),
    safe("numpy.core.getlimits numpy._core.getlimits", "MachArLike", "limits of a type"),
    safe("numpy.ma numpy.ma.core", "mvoid", "an array"),
    safe("numpy", "ndenumerate ndindex", "an iterator"),
    safe("numpy.linalg.**", "*Result", "a named tuple"),
    safe("numpy", "random.* linalg.* fft.* ma.*", "a function of arrays"),
    suspicious("numpy.**", "^", "a class of numpy"),
];
