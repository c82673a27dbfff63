//! Arrays of numpy with dtype, shape and their first values.

use crate::heap::Obj;
use crate::reflect::numpy::{Array, Dtype, DtypeKind, MaskedArray, Scalar};

use super::made::leaf;
use super::node::{Around, Children, Node};
use super::step::Step;

/// How many values of an array are shown.
const VALUES: usize = 6;

/// An array, a scalar, a dtype.
pub(super) fn node(object: Obj<'_>) -> Option<Node<'_>> {
    if let Some(array) = Array::recognise(object) {
        return Some(array_node(object, "numpy.ndarray", array));
    }
    if let Some(masked) = MaskedArray::recognise(object) {
        return Some(array_node(object, "numpy.ma.MaskedArray", masked.data()));
    }
    if let Some(dtype) = Dtype::recognise(object) {
        return Some(leaf(object, "dtype", format!("numpy.dtype({})", dtype_name(dtype))));
    }
    let scalar = Scalar::recognise(object)?;
    let name = dtype_name(scalar.dtype());
    if let Some(content) = scalar.content() {
        let children = Children::Named(vec![(Step::Part("value", None), content)]);
        return Some(Node { object, kind: "scalar", around: Around::Angle(format!("<numpy scalar {name}")), children });
    }
    let value = scalar_text(scalar).unwrap_or_else(|| scalar.to_string());
    Some(leaf(object, "scalar", format!("numpy.{name}({value})")))
}

fn array_node<'h>(object: Obj<'h>, name: &str, array: Array<'h>) -> Node<'h> {
    let name = array.class().filter(|_| name == "numpy.ndarray").map_or_else(|| name.to_owned(), |class| format!("{class:.80}"));
    let name = if name == "numpy.recarray" { name } else { name.replace("numpy.core.multiarray.", "numpy.") };
    let dtype = array.dtype();
    let head = format!("<{name} {} {}", shape_text(&array.shape()), dtype_name(dtype));
    if dtype.has_objects() && !dtype.is_structure() {
        let items =
            array.objects().map(|items| items.enumerate().map(|(at, item)| (Step::Part("item", Some(at)), item)).collect());
        return Node { object, kind: "array", around: Around::Angle(head), children: Children::Named(items.unwrap_or_default()) };
    }
    let values = first_values(array);
    let more = if array.len() > values.len() && !values.is_empty() { ", ..." } else { "" };
    let colon = if values.is_empty() { "" } else { ": " };
    leaf(object, "array", format!("{head}{colon}{}{more}>", values.join(", ")))
}

/// A shape as Python prints a tuple.
fn shape_text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        all => format!("({})", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// A dtype by its name: `float64`, `int8`, `<U5`.
fn dtype_name(dtype: Dtype<'_>) -> String {
    let bits = dtype.item_size() * 8;
    match dtype.kind() {
        DtypeKind::Bool => "bool".to_owned(),
        DtypeKind::Int => format!("int{bits}"),
        DtypeKind::UInt => format!("uint{bits}"),
        DtypeKind::Float => format!("float{bits}"),
        DtypeKind::Complex => format!("complex{bits}"),
        DtypeKind::Object => "object".to_owned(),
        _ => dtype.to_string(),
    }
}

macro_rules! by_type {
    ($($kind:ident $size:literal $type:ty;)*) => {
        fn first_values(array: Array<'_>) -> Vec<String> {
            match (array.dtype().kind(), array.dtype().item_size()) {
                $((DtypeKind::$kind, $size) => {
                    let values = array.values::<$type>().into_iter().flatten().take(VALUES);
                    values.map(|value| number(value)).collect()
                })*
                _ => Vec::new(),
            }
        }

        fn scalar_text(scalar: Scalar<'_>) -> Option<String> {
            match (scalar.dtype().kind(), scalar.dtype().item_size()) {
                $((DtypeKind::$kind, $size) => scalar.value::<$type>().ok().map(number),)*
                _ => None,
            }
        }
    };
}
by_type! {
    Bool 1 bool;
    Int 1 i8; Int 2 i16; Int 4 i32; Int 8 i64;
    UInt 1 u8; UInt 2 u16; UInt 4 u32; UInt 8 u64;
    Float 4 f32; Float 8 f64;
}

/// A value as Python writes it, more or less: floats of 32 bits in few digits.
fn number(value: impl std::fmt::Debug) -> String {
    match format!("{value:?}").as_str() {
        "true" => "True".to_owned(),
        "false" => "False".to_owned(),
        "NaN" => "nan".to_owned(),
        text => text.to_owned(),
    }
}
