//! Code objects: `types.CodeType` as the constructor takes it.
//!
//! A code object is a call of `types.CodeType` with all its fields. Which there are depends on the Python that wrote it, and their
//! number tells it:
//!
//! ```text
//! 14   Python 2        argcount nlocals ..
//! 15   3.6, 3.7        argcount kwonlyargcount nlocals ..
//! 16   3.8 to 3.10     argcount posonlyargcount kwonlyargcount nlocals ..    (the line table of 3.10 is another one)
//! 18   3.11 and later  and qualname behind name, exceptiontable behind linetable
//! ```

use std::borrow::Cow;

use super::{Dialect, Target, dialect, dill};
use crate::bytecode::{CodeFields, Instructions, Listing, Needs, Version};
use crate::error::Result;
use crate::heap::{Heap, Obj, Value};
use crate::int;
use crate::marshal::{Field, Layout};
use crate::text::PyStr;

/// A code object of a pickle: a `Copy` view.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Code, CodeParts, Target};
/// use cloudpickle::Heap;
///
/// let mut heap = Heap::new();
/// let parts = CodeParts { name: "f".into(), argcount: 1, varnames: vec!["x".into()], ..CodeParts::default() };
/// let code = parts.build(&mut heap, &Target::cpython(3, 12));
/// let code = Code::reflect(heap.obj(code))?;
/// assert_eq!(code.name(), "f");
/// assert_eq!(code.varnames().next().unwrap(), "x");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Code<'h> {
    object: Obj<'h>,
    args: Obj<'h>,
    shape: Layout,
    /// Where the fields begin: dill may have something before them.
    first: usize,
}

impl<'h> Code<'h> {
    /// Reads a code object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::WrongType`](crate::ErrorKind::WrongType) for what is no call of `types.CodeType` with the fields of a code object.
    pub fn reflect(object: Obj<'h>) -> Result<Self> {
        Self::recognise(object).ok_or_else(|| object.wanted("a code object"))
    }

    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let code = Self::of_call(object)?;
        let heap = object.heap();
        let is_text = |value: Value| matches!(value, Value::Str(_)) || heap.obj(value).as_py_str().is_ok();
        let fields = heap.items(code.args.value()).get(code.first..)?;
        let fits = code.shape.constructed().iter().zip(fields).all(|(field, value)| match field {
            Field::FirstLineNo => matches!(value, Value::Int(_)),
            Field::ArgCount
            | Field::PosOnlyArgCount
            | Field::KwOnlyArgCount
            | Field::NLocals
            | Field::StackSize
            | Field::Flags => {
                matches!(value, Value::Int(0..))
            }
            Field::Code | Field::LineTable | Field::ExceptionTable => {
                matches!(value, Value::Bytes(_)) || bytes_of(heap.obj(*value)).is_some()
            }
            Field::Consts => matches!(value, Value::Tuple(_)),
            Field::Names | Field::VarNames | Field::FreeVars | Field::CellVars => {
                matches!(value, Value::Tuple(_)) && heap.items(*value).iter().all(|item| is_text(*item))
            }
            Field::FileName | Field::Name | Field::QualName => is_text(*value),
            // No constructor takes these.
            Field::LocalsPlusNames | Field::LocalsPlusKinds => false,
        });
        fits.then_some(code)
    }

    /// A call of `types.CodeType` with a fitting number of arguments, whatever they are.
    fn of_call(object: Obj<'h>) -> Option<Self> {
        let call = match object.value() {
            Value::Call(_) => object.as_call().ok()?,
            _ => return None,
        };
        let callable = call.callable();
        let is_code = dialect::is_builtin_type(callable, "CodeType") || callable.is_global("types", "CodeType");
        let args = call.args();
        let first = if is_code { 0 } else { dill::code_arguments(object)? };
        let shape = Layout::of_constructor(args.len().ok()?.checked_sub(first)?)?;
        Some(Self { object, args, shape, first })
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> Obj<'h> {
        self.object
    }

    /// Which Pythons it is of.
    #[must_use]
    pub fn shape(self) -> Layout {
        self.shape
    }

    pub(super) fn field(self, field: Field) -> Option<Obj<'h>> {
        let at = self.shape.constructed().iter().position(|other| *other == field)?;
        let heap = self.object.heap();
        heap.items(self.args.value()).get(self.first + at).map(|value| heap.obj(*value))
    }

    fn int(self, field: Field) -> u32 {
        match self.field(field).map(Obj::value) {
            Some(Value::Int(n)) => n.try_into().unwrap_or(0),
            _ => 0,
        }
    }

    fn text(self, field: Field) -> Option<PyStr<'h>> {
        self.field(field)?.as_py_str().ok()
    }

    fn texts(self, field: Field) -> impl Iterator<Item = PyStr<'h>> + Clone + use<'h> {
        let items = self.field(field).and_then(|items| items.iter().ok());
        items.into_iter().flatten().filter_map(|item| item.as_py_str().ok())
    }

    /// `co_argcount`: positional parameters, the positional-only ones among them.
    #[must_use]
    pub fn argcount(self) -> u32 {
        self.int(Field::ArgCount)
    }

    /// `co_posonlyargcount`; 0 before Python 3.8.
    #[must_use]
    pub fn posonly(self) -> u32 {
        self.int(Field::PosOnlyArgCount)
    }

    /// `co_kwonlyargcount`.
    #[must_use]
    pub fn kwonly(self) -> u32 {
        self.int(Field::KwOnlyArgCount)
    }

    /// `co_nlocals`.
    #[must_use]
    pub fn nlocals(self) -> u32 {
        self.int(Field::NLocals)
    }

    /// `co_stacksize`.
    #[must_use]
    pub fn stacksize(self) -> u32 {
        self.int(Field::StackSize)
    }

    /// `co_flags`.
    #[must_use]
    pub fn flags(self) -> u32 {
        self.int(Field::Flags)
    }

    /// `co_firstlineno`.
    #[must_use]
    pub fn firstlineno(self) -> i32 {
        match self.field(Field::FirstLineNo).map(Obj::value) {
            Some(Value::Int(n)) => n,
            _ => 0,
        }
    }

    /// `co_name`.
    #[must_use]
    pub fn name(self) -> PyStr<'h> {
        self.text(Field::Name).unwrap_or_else(|| PyStr::from(""))
    }

    pub(crate) fn name_object(self) -> Obj<'h> {
        self.field(Field::Name).unwrap_or(self.object)
    }

    /// `co_qualname`; `None` before Python 3.11.
    #[must_use]
    pub fn qualname(self) -> Option<PyStr<'h>> {
        self.text(Field::QualName)
    }

    /// `co_filename`.
    #[must_use]
    pub fn filename(self) -> PyStr<'h> {
        self.text(Field::FileName).unwrap_or_else(|| PyStr::from(""))
    }

    /// `co_names`.
    pub fn names(self) -> impl Iterator<Item = PyStr<'h>> + Clone + use<'h> {
        self.texts(Field::Names)
    }

    /// `co_varnames`: parameters first.
    pub fn varnames(self) -> impl Iterator<Item = PyStr<'h>> + Clone + use<'h> {
        self.texts(Field::VarNames)
    }

    pub(super) fn varname_objects(self) -> &'h [Value] {
        self.field(Field::VarNames).map_or(&[], |names| self.object.heap().items(names.value()))
    }

    /// `co_freevars`: the names of the cells of a closure.
    pub fn freevars(self) -> impl Iterator<Item = PyStr<'h>> + Clone + use<'h> {
        self.texts(Field::FreeVars)
    }

    /// `co_cellvars`.
    pub fn cellvars(self) -> impl Iterator<Item = PyStr<'h>> + Clone + use<'h> {
        self.texts(Field::CellVars)
    }

    /// `co_consts`.
    pub fn consts(self) -> impl Iterator<Item = Obj<'h>> + Clone + use<'h> {
        self.field(Field::Consts).and_then(|items| items.iter().ok()).into_iter().flatten()
    }

    /// The docstring of a function with this code: `PyFunction_New` takes the first constant, where that is a str; from Python 3.14 on only
    /// if a flag says so.
    #[must_use]
    pub fn docstring(self, python: (u8, u8)) -> Option<Obj<'h>> {
        const HAS_DOCSTRING: u32 = 0x0400_0000;
        let first = self.consts().next().filter(|first| first.as_py_str().is_ok());
        first.filter(|_| python < (3, 14) || self.flags() & HAS_DOCSTRING != 0)
    }

    /// Code objects among the constants: of functions, classes and comprehensions inside.
    pub fn nested(self) -> impl Iterator<Item = Code<'h>> + Clone + use<'h> {
        self.consts().filter_map(Code::recognise)
    }

    /// `co_code`.
    #[must_use]
    pub fn bytecode(self) -> Cow<'h, [u8]> {
        self.field(Field::Code).and_then(bytes_of).unwrap_or_default()
    }

    /// `co_lnotab`, from Python 3.10 on `co_linetable`.
    #[must_use]
    pub fn linetable(self) -> Cow<'h, [u8]> {
        self.field(Field::LineTable).and_then(bytes_of).unwrap_or_default()
    }

    /// `co_exceptiontable`; `None` before Python 3.11.
    #[must_use]
    pub fn exceptiontable(self) -> Option<Cow<'h, [u8]>> {
        self.field(Field::ExceptionTable).and_then(bytes_of)
    }

    /// The fields that reading its bytecode takes.
    #[must_use]
    pub fn fields(self) -> CodeFields<'h> {
        let empty = self.object.heap().obj(Value::EMPTY_TUPLE);
        let tuple = |field| self.field(field).unwrap_or(empty);
        CodeFields {
            name: self.name(),
            filename: self.filename(),
            firstlineno: self.firstlineno(),
            bytecode: self.bytecode(),
            linetable: self.linetable(),
            exceptiontable: self.exceptiontable().unwrap_or_default(),
            consts: tuple(Field::Consts),
            names: tuple(Field::Names),
            varnames: tuple(Field::VarNames),
            cellvars: tuple(Field::CellVars),
            freevars: tuple(Field::FreeVars),
            nested: |object| Code::of_call(object).map(Code::fields),
        }
    }

    /// The newest version of Python that it can be of, by the number of its fields and by what is in it: see [`Version::fits`]. `None` when
    /// there is none, and for code objects of Python before 3.8.
    ///
    /// Nothing in a code object says which version it is of, so it is told by what only some versions have: opcodes, their arguments, tables. Short
    /// functions of 3.8 often have nothing that 3.9 does not have too, with the same meaning: they are read as 3.9. Whoever knows should say it; this is
    /// for those who do not.
    #[must_use]
    pub fn guess_version(self) -> Option<Version> {
        let code = self.fields();
        let fitting = |version: &Version| Layout::of_python(version.python()) == self.shape && version.fits(&code);
        Version::ALL.into_iter().rev().find(fitting)
    }

    /// Its instructions, as a version of Python reads them: `dis.get_instructions(code)`.
    #[must_use]
    pub fn instructions(self, version: Version) -> Instructions<'h> {
        Instructions::new(self.fields(), version)
    }

    /// The text that `dis.dis(code)` of a version of Python prints, nested code objects included: see [`Listing`].
    #[must_use]
    pub fn dis(self, version: Version) -> Listing<'h> {
        Listing::new(self.fields(), version)
    }

    /// The globals, attributes and modules that its instructions name, those of nested code objects included.
    #[must_use]
    pub fn needs(self, version: Version) -> Needs<'h> {
        Needs::new(self.fields(), version)
    }

    /// Its fields, to change and to build anew. The constants stay the objects of the heap that they are in.
    #[must_use]
    pub fn parts(self) -> CodeParts {
        let texts = |field| self.texts(field).map(|text| text.to_string_lossy().into_owned()).collect();
        CodeParts {
            argcount: self.argcount(),
            posonly: self.posonly(),
            kwonly: self.kwonly(),
            nlocals: self.nlocals(),
            stacksize: self.stacksize(),
            flags: self.flags(),
            bytecode: self.bytecode().into_owned(),
            consts: self.consts().map(Obj::value).collect(),
            names: texts(Field::Names),
            varnames: texts(Field::VarNames),
            filename: self.filename().to_string_lossy().into_owned(),
            name: self.name().to_string_lossy().into_owned(),
            qualname: self.qualname().map(|text| text.to_string_lossy().into_owned()),
            firstlineno: self.firstlineno(),
            linetable: self.linetable().into_owned(),
            exceptiontable: self.exceptiontable().unwrap_or_default().into_owned(),
            freevars: texts(Field::FreeVars),
            cellvars: texts(Field::CellVars),
        }
    }
}

/// Bytes, and the ways in which they are written where the protocol has none: a text in Latin-1, a call that encodes it.
pub(super) fn bytes_of(object: Obj<'_>) -> Option<Cow<'_, [u8]>> {
    match object.value() {
        Value::Bytes(_) | Value::ByteString(_) => object.as_bytes().ok().map(Cow::Borrowed),
        Value::Call(_) if object.as_call().is_ok_and(|call| call.callable().is_global("builtins", "bytearray")) => None,
        _ => object.called_bytes(),
    }
}

/// The fields of a code object, to build one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodeParts {
    /// `co_argcount`.
    pub argcount: u32,
    /// `co_posonlyargcount`; left out before Python 3.8.
    pub posonly: u32,
    /// `co_kwonlyargcount`.
    pub kwonly: u32,
    /// `co_nlocals`.
    pub nlocals: u32,
    /// `co_stacksize`.
    pub stacksize: u32,
    /// `co_flags`.
    pub flags: u32,
    /// `co_code`.
    pub bytecode: Vec<u8>,
    /// `co_consts`.
    pub consts: Vec<Value>,
    /// `co_names`.
    pub names: Vec<String>,
    /// `co_varnames`.
    pub varnames: Vec<String>,
    /// `co_filename`.
    pub filename: String,
    /// `co_name`.
    pub name: String,
    /// `co_qualname`, the name where there is none; left out before Python 3.11.
    pub qualname: Option<String>,
    /// `co_firstlineno`.
    pub firstlineno: i32,
    /// `co_lnotab` or `co_linetable`.
    pub linetable: Vec<u8>,
    /// `co_exceptiontable`; left out before Python 3.11.
    pub exceptiontable: Vec<u8>,
    /// `co_freevars`.
    pub freevars: Vec<String>,
    /// `co_cellvars`.
    pub cellvars: Vec<String>,
}

impl CodeParts {
    /// Builds the code object in the shape that the target's Python takes. The bytecode is taken as it is: it runs on the Python that
    /// it was compiled for only.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Value {
        self.build_shape(heap, Layout::of_python(target.python()), target.dialect_of())
    }

    /// Builds the code object in a shape.
    pub(super) fn build_shape(&self, heap: &mut Heap<'_>, shape: Layout, dialect: &Dialect) -> Value {
        let mut args = Vec::with_capacity(shape.constructed().len());
        for field in shape.constructed() {
            let value = match field {
                Field::ArgCount => heap.int(self.argcount),
                Field::PosOnlyArgCount => heap.int(self.posonly),
                Field::KwOnlyArgCount => heap.int(self.kwonly),
                Field::NLocals => heap.int(self.nlocals),
                Field::StackSize => heap.int(self.stacksize),
                Field::Flags => heap.int(self.flags),
                Field::Code => heap.bytes(self.bytecode.clone()),
                Field::Consts => heap.tuple(self.consts.iter().copied()),
                Field::Names => texts(heap, &self.names),
                Field::VarNames => texts(heap, &self.varnames),
                Field::FileName => heap.str(&self.filename),
                Field::Name => heap.str(&self.name),
                Field::QualName => heap.str(self.qualname.as_ref().unwrap_or(&self.name)),
                Field::FirstLineNo => heap.int(self.firstlineno),
                Field::LineTable => heap.bytes(self.linetable.clone()),
                Field::ExceptionTable => heap.bytes(self.exceptiontable.clone()),
                Field::FreeVars => texts(heap, &self.freevars),
                Field::CellVars => texts(heap, &self.cellvars),
                Field::LocalsPlusNames | Field::LocalsPlusKinds => continue,
            };
            args.push(value);
        }
        let code_type = dialect.builtin_type(heap, "CodeType");
        let args = heap.tuple(args);
        heap.call(code_type, args)
    }
}

fn texts(heap: &mut Heap<'_>, texts: &[String]) -> Value {
    let items: Vec<_> = texts.iter().map(|text| heap.str(text)).collect();
    heap.tuple(items)
}

/// How many of a function's parameters a count speaks of, as an index.
pub(crate) fn count(n: u32) -> usize {
    int::usize_from_u32(n)
}
