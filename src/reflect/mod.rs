//! Reflection: Python's constructs as Rust types.
//!
//! A pickle knows no functions and no classes; it makes them by calls. The types here read those calls, whichever release of cloudpickle, or
//! dill, wrote them, and build the calls that make them on a worker.
//!
//! - [`Function`], [`Signature`], [`Cell`], [`Code`], [`Class`]: views of what cloudpickle wrote.
//! - [`Module`], [`Method`], [`ClassMethod`], [`StaticMethod`], [`Property`], [`TypeVar`], [`Alias`], [`Partial`] and others: the constructs beside
//!   them, each with its parts, such as [`ModuleParts`], to build one.
//! - [`Enumeration`], [`EnumMember`], [`Dataclass`], [`DataclassField`], [`NamedTuple`], [`NewType`]: what a class or a function is beyond that.
//! - [`std_types`]: dates, decimals, paths and the other types of the standard library, and instances of any class.
//! - [`numpy`], [`torch`], [`pandas`], [`sklearn`], [`joblib`]: arrays, tensors, frames, models, and files of them.
//! - [`Dialect`], [`Helper`]: which release wrote it, and how it names its helpers. [`Target`]: what is built for.
//! - [`CompiledModule`]: the functions and classes of a module from its `.pyc`, as cloudpickle in that Python writes them.
//! - [`Source`] and [`SourceModule`]: functions, classes and modules from Python source, for every CPython from 3.6 on with nothing
//!   installed.

mod alias;
mod annotation;
mod attribute;
mod below;
mod builtin_type;
mod cell;
mod class;
mod class_builder;
mod class_moves;
mod class_parts;
mod classmethod;
mod code;
mod compiled;
mod construct;
mod dataclass;
mod dialect;
mod dict_view;
mod dill;
mod edit;
mod enumeration;
mod function;
mod function_builder;
mod function_parts;
mod given;
mod iter;
pub mod joblib;
mod logger;
mod mappingproxy;
mod memory_view;
mod method;
mod module;
mod namedtuple;
mod namespace;
mod newtype;
pub mod numpy;
pub mod pandas;
mod partial;
mod pickled_module;
mod property;
mod rebuild;
mod shape;
mod signature;
mod singleton;
mod skeletons;
pub mod sklearn;
pub mod source;
pub mod std_types;
mod target;
mod text_file;
pub mod torch;
mod typevar;
mod weak_set;

pub use self::alias::{Alias, AliasForm, AliasParts};
pub use self::attribute::{Attribute, AttributeParts};
pub use self::builtin_type::{BuiltinType, BuiltinTypeParts};
pub use self::cell::Cell;
pub use self::class::Class;
pub use self::class_builder::ClassBuilder;
pub use self::class_parts::{ClassKind, ClassParts};
pub use self::classmethod::{ClassMethod, ClassMethodParts, StaticMethod, StaticMethodParts};
pub use self::code::{Code, CodeParts};
pub use self::compiled::{CompiledModule, ModuleOptions};
pub use self::dataclass::{Dataclass, DataclassField, FieldKind, FieldParts};
pub use self::dialect::{Dialect, Helper, Release};
pub use self::dict_view::{DictView, DictViewKind, DictViewParts};
pub use self::edit::{ClassEdit, FunctionEdit};
pub use self::enumeration::{EnumMember, EnumMemberParts, Enumeration};
pub use self::function::Function;
pub use self::function_builder::{CodeSource, FunctionBuilder};
pub use self::function_parts::{Closure, FunctionParts};
pub(crate) use self::given::Given;
pub use self::iter::{Iter, IterParts};
pub use self::logger::{Logger, LoggerParts};
pub use self::mappingproxy::{MappingProxy, MappingProxyParts};
pub use self::memory_view::{MemoryView, MemoryViewParts};
pub use self::method::{Method, MethodParts};
pub use self::module::{Module, ModuleParts};
pub use self::namedtuple::{NamedTuple, NamedTupleParts};
pub use self::namespace::{Namespace, NamespaceParts};
pub use self::newtype::{NewType, NewTypeParts};
pub use self::partial::{Partial, PartialParts};
pub use self::pickled_module::PickledModule;
pub use self::property::{Property, PropertyParts};
pub use self::rebuild::{Kept, Rebuilt};
pub use self::shape::Handles;
pub use self::signature::{Parameter, ParameterKind, Signature};
pub use self::singleton::{Singleton, SingletonParts, TypeOf, TypeOfParts};
pub use self::source::{Source, SourceModule};
pub use self::target::Target;
pub use self::text_file::{TextFile, TextFileParts};
pub use self::typevar::{TypeVar, TypeVarParts, TypeVarSlots};
pub use self::weak_set::{WeakSet, WeakSetParts};
pub use crate::marshal::Layout;

use crate::error::Result;
use crate::heap::{Heap, ToPy, Value};

/// What an object of a heap can be made of: every [`ToPy`] value, and the constructs of this module, where it can fail.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::Build;
/// use cloudpickle::{Heap, Source};
///
/// let mut heap = Heap::new();
/// let items: [&dyn Build; 2] = [&"spam", &Source::lambda("lambda x: x + 1")];
/// let items = items.iter().map(|item| item.build(&mut heap)).collect::<Result<Vec<_>, _>>()?;
/// let list = heap.list(items);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
pub trait Build {
    /// Adds the object to a heap.
    ///
    /// # Errors
    ///
    /// What keeps the object from being made; never for [`ToPy`] values.
    fn build(&self, heap: &mut Heap<'_>) -> Result<Value>;
}

impl<T: ToPy + ?Sized> Build for T {
    fn build(&self, heap: &mut Heap<'_>) -> Result<Value> {
        Ok(self.to_py(heap))
    }
}
