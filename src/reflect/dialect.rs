//! Dialects: which helpers a release of cloudpickle names in its pickles, and in which module.
//!
//! Functions and classes travel as calls of helper functions that the worker must have: `cloudpickle.cloudpickle._make_function`.
//! Which helpers a pickle names depends on the release that wrote it, and copies of cloudpickle in other packages have modules of
//! their own: `ray.cloudpickle.cloudpickle`. Reading takes all of them; what is built is built in one [`Dialect`].

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::heap::{EffectKind, Heap, Obj, Reach, Value};

/// Makes [`Helper`] and its names from one table: `Variant "name"`, where the setters stand in `cloudpickle_fast` before 3.0.
macro_rules! helpers {
    ($($(#[$doc:meta])* $name:ident $text:literal $($setter:ident)?;)*) => {
        /// A helper function of cloudpickle, or its marker of an empty cell.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[non_exhaustive]
        pub enum Helper {
            $($(#[$doc])* $name,)*
        }

        impl Helper {
            /// Its name in cloudpickle.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            fn named(name: &[u8]) -> Option<Self> {
                $(if name == $text.as_bytes() {
                    return Some(Self::$name);
                })*
                None
            }

            /// Whether it stood in `cloudpickle_fast` before 3.0.
            fn is_fast(self) -> bool {
                match self {
                    $(Self::$name => helpers!(@ $($setter)?),)*
                }
            }
        }
    };
    (@ fast) => { true };
    (@) => { false };
}
helpers! {
    /// `_builtin_type(name)`: the type `types.<name>`.
    BuiltinType "_builtin_type";
    /// `_make_function(code, base_globals, name, argdefs, closure)`, from 2.1 on.
    MakeFunction "_make_function";
    /// `_function_setstate(function, (dict, slots))`.
    FunctionSetState "_function_setstate" fast;
    /// `_make_skel_func(code, cell_count, base_globals)`, up to 1.4 below Python 3.8.
    MakeSkelFunc "_make_skel_func";
    /// `_fill_function(function, state)`, up to 1.4 below Python 3.8.
    FillFunction "_fill_function";
    /// `_make_empty_cell()`, from 1.5 on.
    MakeEmptyCell "_make_empty_cell";
    /// `_make_cell(contents)`, from 1.5 on.
    MakeCell "_make_cell";
    /// The marker of an empty cell among `closure_values`; it is not called.
    EmptyCellValue "_empty_cell_value";
    /// `_make_skeleton_class(metaclass, name, bases, type_kwargs, tracker_id, extra)`.
    MakeSkeletonClass "_make_skeleton_class";
    /// `_class_setstate(class, (attributes, {}))`.
    ClassSetState "_class_setstate" fast;
    /// `_rehydrate_skeleton_class(class, attributes)`, up to 1.4 below Python 3.8.
    RehydrateSkeletonClass "_rehydrate_skeleton_class";
    /// `_make_skeleton_enum(bases, name, qualname, members, module, tracker_id, extra)`.
    MakeSkeletonEnum "_make_skeleton_enum";
    /// `_make_typevar(name, bound, constraints, covariant, contravariant, tracker_id)`.
    MakeTypeVar "_make_typevar";
    /// `subimport(name)`: the module of that name.
    SubImport "subimport";
    /// `dynamic_subimport(name, vars)`: a new module.
    DynamicSubImport "dynamic_subimport";
    /// `_make_dict_keys(list)`.
    MakeDictKeys "_make_dict_keys";
    /// `_make_dict_values(list)`.
    MakeDictValues "_make_dict_values";
    /// `_make_dict_items(dict)`.
    MakeDictItems "_make_dict_items";
    /// `_file_reconstructor(stringio)`.
    FileReconstructor "_file_reconstructor" fast;
    /// `_get_dataclass_field_type_sentinel(name)`, from 3.0 on.
    DataclassSentinel "_get_dataclass_field_type_sentinel";
    /// `_create_parametrized_type_hint(origin, args)`, on Python 3.6.
    ParametrizedTypeHint "_create_parametrized_type_hint";
    /// `_gen_ellipsis()`.
    GenEllipsis "_gen_ellipsis";
    /// `_gen_not_implemented()`.
    GenNotImplemented "_gen_not_implemented";
}

impl Helper {
    /// The helper that a global is: of cloudpickle itself, or of any copy of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Helper;
    ///
    /// let pickle = cloudpickle::loads(b"cray.cloudpickle.cloudpickle\n_make_cell\n.")?;
    /// assert_eq!(Helper::of(pickle.root()), Some(Helper::MakeCell));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn of(object: Obj<'_>) -> Option<Self> {
        // No name of Python 2 that is translated is one of these.
        let (module, name) = object.written_names()?;
        if !HelperModule::is_one(module) {
            return None;
        }
        Self::named(name)
    }

    /// The helper of that name, if the module is cloudpickle or a copy of it.
    pub(crate) fn in_module(module: &str, name: &str) -> Option<Self> {
        Self::named(name.as_bytes()).filter(|_| HelperModule::of(module).is_some())
    }

    /// Whether a release has it.
    pub(super) fn is_in(self, release: Release) -> bool {
        match self {
            Self::MakeFunction => release >= Release::V2_2,
            Self::FunctionSetState | Self::ClassSetState | Self::FileReconstructor => release >= Release::V1_2,
            Self::MakeSkeletonClass | Self::MakeSkeletonEnum => release >= Release::V1_1,
            Self::MakeCell | Self::MakeTypeVar => release >= Release::V1_6,
            Self::MakeDictKeys | Self::MakeDictValues | Self::MakeDictItems => release >= Release::V1_6,
            Self::DataclassSentinel => release >= Release::V3_0,
            Self::ParametrizedTypeHint => (Release::V1_6..=Release::V2_2).contains(&release),
            Self::MakeSkelFunc | Self::FillFunction | Self::RehydrateSkeletonClass => release <= Release::V2_2,
            Self::GenEllipsis | Self::GenNotImplemented => release <= Release::V2_2,
            Self::BuiltinType | Self::MakeEmptyCell | Self::EmptyCellValue | Self::SubImport | Self::DynamicSubImport => true,
        }
    }

    /// What is made by it.
    pub(super) fn makes(self) -> &'static str {
        match self {
            Self::BuiltinType => "a built-in type",
            Self::MakeFunction | Self::FunctionSetState | Self::MakeSkelFunc | Self::FillFunction => "this function",
            Self::MakeEmptyCell | Self::MakeCell | Self::EmptyCellValue => "this cell",
            Self::MakeSkeletonClass | Self::ClassSetState | Self::RehydrateSkeletonClass => "this class",
            Self::MakeSkeletonEnum => "an enum",
            Self::MakeTypeVar => "a TypeVar by value",
            Self::SubImport | Self::DynamicSubImport => "a module",
            Self::MakeDictKeys | Self::MakeDictValues | Self::MakeDictItems => "a view of a dict",
            Self::FileReconstructor => "a file",
            Self::DataclassSentinel => "the kind of a dataclass field",
            Self::ParametrizedTypeHint => "a generic alias",
            Self::GenEllipsis => "Ellipsis",
            Self::GenNotImplemented => "NotImplemented",
        }
    }

    /// The helper whose call an object is.
    pub(crate) fn called(object: Obj<'_>) -> Option<Self> {
        match object.value() {
            Value::Call(_) => object.as_call().ok().and_then(|call| Self::of(call.callable())),
            _ => None,
        }
    }
}

/// Whether an object is the type `types.<name>` as cloudpickle writes it.
pub(crate) fn is_builtin_type(object: Obj<'_>, name: &str) -> bool {
    let Some(Helper::BuiltinType) = Helper::called(object) else { return false };
    let heap = object.heap();
    let args = object.as_call().map(|call| heap.items(call.args().value()));
    let found = args.ok().and_then(|args| args.first()).filter(|found| matches!(found, Value::Str(_) | Value::ByteString(_)));
    found.is_some_and(|found| heap.content(*found) == name.as_bytes())
}

fn builtin_type(object: Obj<'_>) -> Option<Cow<'_, str>> {
    match Helper::called(object)? {
        Helper::BuiltinType => Some(object.as_call().ok()?.args().iter().ok()?.next()?.as_py_str().ok()?.to_string_lossy()),
        _ => None,
    }
}

/// The module of a helper, taken apart.
struct HelperModule<'m> {
    /// What stands for `cloudpickle`.
    package: &'m str,
    fast: bool,
    one: bool,
}

impl<'m> HelperModule<'m> {
    /// Whether a module of that name can have helpers.
    fn is_one(module: &[u8]) -> bool {
        module.ends_with(b".cloudpickle") || module.ends_with(b".cloudpickle_fast") || module == b"cloudpickle"
    }

    /// The last part is `cloudpickle` or `cloudpickle_fast`; up to its release 3.0 pyspark had all of it in one module.
    fn of(module: &'m str) -> Option<Self> {
        if matches!(module, "cloudpickle" | "pyspark.cloudpickle") {
            return Some(Self { package: module, fast: false, one: true });
        }
        let (package, last) = module.rsplit_once('.')?;
        match last {
            "cloudpickle" => Some(Self { package, fast: false, one: false }),
            "cloudpickle_fast" => Some(Self { package, fast: true, one: false }),
            _ => None,
        }
    }
}

/// Releases of cloudpickle whose pickles differ, from the oldest on. A release between two of them writes as the lower one, but for
/// 1.5, which writes as 1.6, and 2.1, which writes as 2.2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Release {
    /// 0.4.3, as in pyspark 2.4.
    V0_4,
    /// 1.1.1, as in pyspark 3.0.
    V1_1,
    /// 1.2.2 to 1.4.1.
    V1_2,
    /// 1.5.0 and 1.6.0.
    V1_6,
    /// 2.0.0.
    V2_0,
    /// 2.1.0 to 2.2.1.
    V2_2,
    /// 3.0.0.
    V3_0,
    /// 3.1.0 and later.
    V3_1,
}

/// Which helpers the functions and classes of a pickle are made by, and where those are.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Dialect, Helper, Release};
///
/// assert_eq!(Dialect::default(), Dialect::CLOUDPICKLE_3_1);
/// assert_eq!(Dialect::RAY.module(Helper::MakeCell), "ray.cloudpickle.cloudpickle");
/// assert_eq!(Dialect::CLOUDPICKLE_2_2.module(Helper::FunctionSetState), "cloudpickle.cloudpickle_fast");
///
/// let ours = Dialect::CLOUDPICKLE_3_1.in_package("ours.vendor.cloudpickle");
/// assert_eq!(ours.module(Helper::MakeCell), "ours.vendor.cloudpickle.cloudpickle");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Dialect {
    release: Release,
    package: Cow<'static, str>,
    /// All helpers in the package itself.
    one_module: bool,
}

impl Dialect {
    /// cloudpickle 3.1 and later.
    pub const CLOUDPICKLE_3_1: Self = Self::new(Release::V3_1, "cloudpickle");
    /// cloudpickle 3.0.
    pub const CLOUDPICKLE_3_0: Self = Self::new(Release::V3_0, "cloudpickle");
    /// cloudpickle 2.1 and 2.2.
    pub const CLOUDPICKLE_2_2: Self = Self::new(Release::V2_2, "cloudpickle");
    /// cloudpickle 2.0.
    pub const CLOUDPICKLE_2_0: Self = Self::new(Release::V2_0, "cloudpickle");
    /// cloudpickle 1.5 and 1.6.
    pub const CLOUDPICKLE_1_6: Self = Self::new(Release::V1_6, "cloudpickle");
    /// cloudpickle 1.2 to 1.4.
    pub const CLOUDPICKLE_1_2: Self = Self::new(Release::V1_2, "cloudpickle");
    /// The copy in pyspark 2.4.
    pub const PYSPARK_2_4: Self =
        Self { release: Release::V0_4, package: Cow::Borrowed("pyspark.cloudpickle"), one_module: true };
    /// The copy in pyspark 3.0.
    pub const PYSPARK_3_0: Self =
        Self { release: Release::V1_1, package: Cow::Borrowed("pyspark.cloudpickle"), one_module: true };
    /// The copy in pyspark 4.
    pub const PYSPARK: Self = Self::new(Release::V3_1, "pyspark.cloudpickle");
    /// The copy in ray.
    pub const RAY: Self = Self::new(Release::V3_1, "ray.cloudpickle");
    /// The copy in joblib 1.5.
    pub const JOBLIB: Self = Self::new(Release::V3_1, "joblib.externals.cloudpickle");

    const fn new(release: Release, package: &'static str) -> Self {
        Self { release, package: Cow::Borrowed(package), one_module: false }
    }

    /// The same release as a copy in another package: what stands for `cloudpickle` in `cloudpickle.cloudpickle`.
    #[must_use]
    pub fn in_package(self, package: impl Into<String>) -> Self {
        Self { package: Cow::Owned(package.into()), one_module: false, ..self }
    }

    /// The release of cloudpickle.
    #[must_use]
    pub fn release(&self) -> Release {
        self.release
    }

    /// What stands for `cloudpickle` in `cloudpickle.cloudpickle`.
    #[must_use]
    pub fn package(&self) -> &str {
        &self.package
    }

    /// The module of a helper.
    #[must_use]
    pub fn module(&self, helper: Helper) -> String {
        match () {
            () if self.one_module => self.package.to_string(),
            () if helper.is_fast() && self.release < Release::V3_0 => format!("{}.cloudpickle_fast", self.package),
            () => format!("{}.cloudpickle", self.package),
        }
    }

    /// Adds a helper as a global.
    pub fn helper(&self, heap: &mut Heap<'_>, helper: Helper) -> Value {
        heap.shared_global(&self.module(helper), helper.name())
    }

    /// Adds the type `types.<name>` as cloudpickle writes it.
    pub fn builtin_type(&self, heap: &mut Heap<'_>, name: &str) -> Value {
        let key = (0, format!("{}._builtin_type({name})", self.package).into());
        if let Some(made) = heap.made.get(&key) {
            return *made;
        }
        let helper = self.helper(heap, Helper::BuiltinType);
        let name = Value::Str(heap.intern(name.as_bytes()));
        let made = heap.call(helper, name);
        heap.made.insert(key, made);
        made
    }

    /// The dialect of an object and of everything below it: the newest release that can have written it; `None` where no helper of
    /// cloudpickle is named.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Dialect;
    ///
    /// let pickle = cloudpickle::loads(b"cray.cloudpickle.cloudpickle\n_make_cell\n(K\x07tR.")?;
    /// assert_eq!(Dialect::detect(pickle.root()), Some(Dialect::RAY));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn detect(object: Obj<'_>) -> Option<Self> {
        let mut reach = Reach::default();
        reach.visit(object.value());
        Self::detect_in(object.heap(), reach)
    }

    /// The dialect of what is still to be visited.
    pub(super) fn detect_in(heap: &Heap<'_>, mut reach: Reach) -> Option<Self> {
        let mut evidence = Evidence { package: None, oldest: Release::V0_4, newest: Release::V3_1, budget: BUDGET };
        while let Some(value) = reach.next(heap) {
            match value {
                Value::Global(_) => evidence.global(heap.obj(value)),
                Value::Call(_) => evidence.call(heap.obj(value)),
                _ => {}
            }
        }
        let (package, one_module) = evidence.package?;
        let release = evidence.newest.max(evidence.oldest);
        Some(Self { release, package: Cow::Owned(package), one_module: one_module && package_is_module(release) })
    }
}

/// Only the old copies in pyspark are a single module.
fn package_is_module(release: Release) -> bool {
    release <= Release::V1_1
}

impl Default for Dialect {
    fn default() -> Self {
        Self::CLOUDPICKLE_3_1
    }
}

/// The releases and what they are called.
const RELEASES: [(Release, &str); 8] = [
    (Release::V0_4, "0.4"),
    (Release::V1_1, "1.1"),
    (Release::V1_2, "1.2"),
    (Release::V1_6, "1.6"),
    (Release::V2_0, "2.0"),
    (Release::V2_2, "2.2"),
    (Release::V3_0, "3.0"),
    (Release::V3_1, "3.1"),
];

impl fmt::Display for Release {
    /// Its first two numbers: `3.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = RELEASES.iter().find(|(release, _)| release == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Release {
    type Err = Error;

    /// Any release: `3.1.2`, `2.1`; it is the one of this list that writes as that does.
    fn from_str(text: &str) -> Result<Self> {
        let numbers: Vec<u32> = text.split('.').map_while(|part| part.parse().ok()).collect();
        let release = match numbers.as_slice() {
            [0, ..] => Self::V0_4,
            [1, 0 | 1, ..] => Self::V1_1,
            [1, 2..=4, ..] => Self::V1_2,
            [1, _, ..] => Self::V1_6,
            [2, 0, ..] => Self::V2_0,
            [2, ..] => Self::V2_2,
            [3, 0, ..] => Self::V3_0,
            [_, ..] => Self::V3_1,
            _ => return Err(ErrorKind::NotFound { what: "release of cloudpickle", name: text.to_owned() }.into()),
        };
        Ok(release)
    }
}

impl fmt::Display for Dialect {
    /// The package and the release: `cloudpickle 3.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.package, self.release)
    }
}

impl FromStr for Dialect {
    type Err = Error;

    /// A release, a package that carries a copy, or both.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] for what is no release.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Dialect;
    ///
    /// assert_eq!("2.2".parse(), Ok(Dialect::CLOUDPICKLE_2_2));
    /// assert_eq!("pyspark".parse(), Ok(Dialect::PYSPARK));
    /// assert_eq!("ours.cloudpickle 3.0".parse(), Ok(Dialect::CLOUDPICKLE_3_0.in_package("ours.cloudpickle")));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    fn from_str(text: &str) -> Result<Self> {
        let (package, release) = match text.split_once(' ') {
            Some((package, release)) => (package, Some(release)),
            None if text.starts_with(|c: char| c.is_ascii_digit()) => ("cloudpickle", Some(text)),
            None => (text, None),
        };
        let release = release.map_or(Ok(Release::V3_1), str::parse)?;
        let package = match package {
            "pyspark" => "pyspark.cloudpickle",
            "ray" => "ray.cloudpickle",
            "joblib" => "joblib.externals.cloudpickle",
            other => other,
        };
        let one_module = package == "pyspark.cloudpickle" && package_is_module(release);
        Ok(Self { release, package: Cow::Owned(package.to_owned()), one_module })
    }
}

/// What was seen of a pickle, and the releases that it leaves.
struct Evidence {
    package: Option<(String, bool)>,
    oldest: Release,
    newest: Release,
    /// How many entries of dicts are still looked at: many functions can share a large one.
    budget: usize,
}

/// How many entries of dicts are looked at to tell the release.
const BUDGET: usize = 1 << 20;

impl Evidence {
    fn since(&mut self, release: Release) {
        self.oldest = self.oldest.max(release);
    }

    fn until(&mut self, release: Release) {
        self.newest = self.newest.min(release);
    }

    fn global(&mut self, object: Obj<'_>) {
        let Some((module, _)) = object.global_names() else { return };
        let (Some(helper), Some(parts)) = (Helper::of(object), HelperModule::of(&module)) else { return };
        if self.package.is_none() {
            self.package = Some((parts.package.to_owned(), parts.one));
        }
        match helper {
            _ if helper.is_fast() && parts.fast => {
                self.since(Release::V1_2);
                self.until(Release::V2_2);
            }
            _ if helper.is_fast() => self.since(Release::V3_0),
            Helper::MakeFunction => self.since(Release::V2_2),
            Helper::MakeCell | Helper::MakeEmptyCell => self.since(Release::V1_6),
            Helper::MakeDictKeys | Helper::MakeDictValues | Helper::MakeDictItems => self.since(Release::V1_6),
            Helper::DataclassSentinel => self.since(Release::V3_0),
            Helper::GenEllipsis | Helper::GenNotImplemented | Helper::ParametrizedTypeHint => self.until(Release::V2_2),
            Helper::FillFunction | Helper::MakeSkelFunc | Helper::RehydrateSkeletonClass => self.until(Release::V1_2),
            _ => {}
        }
        if parts.one {
            self.until(Release::V1_1);
        }
    }

    fn call(&mut self, object: Obj<'_>) {
        let Ok(call) = object.as_call() else { return };
        let sizes =
            call.args().iter().into_iter().flatten().chain(state_of(object).into_iter().flat_map(|state| state.iter()).flatten());
        let size = sizes.map(|part| part.len().unwrap_or(0)).fold(1, usize::saturating_add);
        let Some(budget) = self.budget.checked_sub(size) else { return };
        self.budget = budget;
        if builtin_type(object).is_some_and(|name| name == "ClassType") {
            self.until(Release::V1_2);
        }
        match builtin_type(call.callable()).as_deref() {
            Some("LambdaType") => self.until(Release::V2_0),
            Some("CellType") => self.until(Release::V1_2),
            _ => {}
        }
        let args = call.args();
        match Helper::of(call.callable()) {
            Some(Helper::MakeFunction) => self.function(object),
            Some(Helper::MakeSkeletonClass) => {
                let Ok(kwargs) = args.get(3) else { return };
                if kwargs.get("__slots__").is_ok() {
                    self.until(Release::V2_2);
                }
                if kwargs.get("__module__").is_ok() {
                    self.since(Release::V2_2);
                }
                self.class(object);
            }
            Some(Helper::FillFunction) => {
                let Ok(state) = args.get(1) else { return };
                if state.get("kwdefaults").is_err() {
                    self.until(Release::V0_4);
                } else if state.get("_cloudpickle_submodules").is_err() {
                    self.until(Release::V1_1);
                } else {
                    self.since(Release::V1_2);
                }
            }
            Some(Helper::MakeDictKeys | Helper::MakeDictValues | Helper::MakeDictItems) if args.get(1).is_ok() => {
                self.since(Release::V2_0);
            }
            _ => {}
        }
    }

    /// From 3.1 on the name of a function is a copy of the one that its code has. A character is one object everywhere.
    fn function(&mut self, object: Obj<'_>) {
        let Some(state) = state_of(object) else { return };
        let (Ok(code), Ok(name)) =
            (object.as_call().and_then(|call| call.args().get(0)), state.get(1).and_then(|s| s.get("__name__")))
        else {
            return;
        };
        let Ok(in_code) = super::Code::reflect(code).map(|code| code.name_object()) else { return };
        if in_code.py_eq(name) && name.len().is_ok_and(|length| length > 1) {
            if in_code.value() == name.value() {
                self.until(Release::V3_0);
            } else {
                self.since(Release::V2_2);
            }
        }
    }

    /// From 3.1 on the attributes of a class are sorted, but for `_abc_impl`.
    fn class(&mut self, object: Obj<'_>) {
        let Some(attributes) = state_of(object).and_then(|state| state.get(0).ok()) else { return };
        let Ok(items) = attributes.items() else { return };
        let names = items.filter_map(|(key, _)| key.as_py_str().ok()).map(|name| name.as_bytes());
        if !names.filter(|name| *name != b"_abc_impl").is_sorted() {
            self.until(Release::V3_0);
        }
    }
}

/// The state that a setter gave to an object last.
pub(crate) fn state_of(object: Obj<'_>) -> Option<Obj<'_>> {
    object.effects().filter(|effect| effect.kind == EffectKind::SetState).last().map(|effect| effect.object)
}
