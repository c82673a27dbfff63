//! From objects of a heap to visitors.

use serde::de::value::{BytesDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::context::{Content, Context, Step};
use super::shape::{Shape, Want};
use crate::error::{Error, ErrorKind, Result};
use crate::heap::Value;
use crate::int::Int;
use crate::ser::marker;

/// One object to be read.
pub(crate) struct Object<'x, 'c, 'de> {
    context: &'x Context<'c, 'de>,
    value: Value,
}

impl Clone for Object<'_, '_, '_> {
    fn clone(&self) -> Self {
        *self
    }
}

impl Copy for Object<'_, '_, '_> {}

/// Gives an int to a visitor: the smallest of 64 and 128 bits that holds it.
pub(super) fn visit_int<'de, V: Visitor<'de>>(n: &Int, visitor: V) -> Result<V::Value> {
    let n = match n {
        Int::Small(n) => return visitor.visit_i64(*n),
        Int::Big(n) => n,
    };
    if let Ok(n) = u64::try_from(n) {
        visitor.visit_u64(n)
    } else if let Ok(n) = i128::try_from(n) {
        visitor.visit_i128(n)
    } else if let Ok(n) = u128::try_from(n) {
        visitor.visit_u128(n)
    } else {
        Err(Error::invalid_value(Unexpected::Other(&format!("an int of {} bits", n.bits())), &visitor))
    }
}

/// The text of bytes that are UTF-8 with surrogates.
fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| ErrorKind::NotUtf8 { valid_up_to: error.valid_up_to() }.into())
}

impl<'x, 'c, 'de: 'c> Object<'x, 'c, 'de> {
    pub(crate) fn new(context: &'x Context<'c, 'de>, value: Value) -> Self {
        Self { context, value }
    }

    fn at(self, value: Value) -> Self {
        Self { context: self.context, value }
    }

    /// Whether it is read as `None`, because it is inside itself.
    fn is_cut(self) -> bool {
        self.context.options.cycles_as_none
            && matches!(self.value, Value::List(_) | Value::Dict(_) | Value::Tuple(_) | Value::Set(_) | Value::Call(_))
            && self.context.is_open(self.value)
    }

    fn visit<V: Visitor<'de>>(self, visitor: V, want: Want) -> Result<V::Value> {
        self.context.charge(0)?;
        if self.is_cut() {
            return visitor.visit_unit();
        }
        match self.context.shape(self.value, want)? {
            Shape::None => visitor.visit_unit(),
            Shape::Bool(bool) => visitor.visit_bool(bool),
            Shape::Int(n) => visit_int(&n, visitor),
            Shape::Float(float) => visitor.visit_f64(float),
            Shape::Str(content) => {
                self.context.charge(content.bytes().len())?;
                match content {
                    Content::Lasting(bytes) => visitor.visit_borrowed_str(text(bytes)?),
                    Content::Passing(bytes) => visitor.visit_str(text(bytes)?),
                }
            }
            Shape::Text(text) => visitor.visit_string(text),
            Shape::Bytes(content) => {
                self.context.charge(content.bytes().len())?;
                match content {
                    _ if want == Want::Items => self.bytes(content.bytes(), visitor),
                    Content::Lasting(bytes) => visitor.visit_borrowed_bytes(bytes),
                    Content::Passing(bytes) => visitor.visit_bytes(bytes),
                }
            }
            Shape::Made(bytes) if want == Want::Items => self.bytes(&bytes, visitor),
            Shape::Made(bytes) => visitor.visit_byte_buf(bytes),
            Shape::Items(items) => self.items(items, visitor),
            Shape::Pairs(pairs, class) => self.pairs(&pairs, class, visitor),
            Shape::PairItems(items) => {
                let mut pairs = Vec::new();
                for item in items {
                    match self.context.heap.items(*item) {
                        [key, value] => pairs.extend([*key, *value]),
                        _ => return Err(self.context.heap.wrong_type("a pair", *item)),
                    }
                }
                self.pairs(&pairs, None, visitor)
            }
        }
    }

    /// Bytes as a sequence of ints, for a `Vec<u8>`.
    fn bytes<V: Visitor<'de>>(self, bytes: &[u8], visitor: V) -> Result<V::Value> {
        let mut items = SeqDeserializer::<_, Error>::new(bytes.iter().copied());
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn items<V: Visitor<'de>>(self, items: &[Value], visitor: V) -> Result<V::Value> {
        self.context.enter(self.value)?;
        let mut access = Items { object: self, items: items.iter(), next: 0 };
        let result = visitor.visit_seq(&mut access);
        let left = access.items.len();
        self.context.leave();
        let value = result?;
        if left > 0 { Err(Error::invalid_length(items.len(), &Fewer(items.len() - left))) } else { Ok(value) }
    }

    fn pairs<V: Visitor<'de>>(self, pairs: &[Value], class: Option<String>, visitor: V) -> Result<V::Value> {
        self.context.enter(self.value)?;
        let mut access = Pairs { object: self, pairs: pairs.chunks_exact(2), value: None, class, next: 0 };
        let result = visitor.visit_map(&mut access);
        let left = access.pairs.len();
        self.context.leave();
        let value = result?;
        if left > 0 { Err(Error::invalid_length(pairs.len() / 2, &Fewer(pairs.len() / 2 - left))) } else { Ok(value) }
    }
}

/// What a type that did not take all wanted.
struct Fewer(usize);

impl serde::de::Expected for Fewer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} items", self.0)
    }
}

impl<'x, 'c, 'de: 'c> Deserializer<'de> for Object<'x, 'c, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.visit(visitor, Want::Any)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let none = match self.value {
            Value::None => true,
            Value::Global(_) | Value::Persistent(_) | Value::Extension(_) => self.context.options.globals_as_none,
            _ => self.is_cut(),
        };
        if none { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.value {
            Value::EMPTY_TUPLE => visitor.visit_unit(),
            _ => self.visit(visitor, Want::Any),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name != marker::INT {
            return match self.context.special(name, self.value)? {
                Some(text) => visitor.visit_string(text),
                None => visitor.visit_newtype_struct(self),
            };
        }
        match self.context.shape(self.value, Want::Any)? {
            Shape::Int(Int::Small(n)) => visitor.visit_i64(n),
            Shape::Int(Int::Big(n)) => visitor.visit_bytes(&n.to_signed_bytes_le()),
            _ => Err(self.context.heap.wrong_type("int", self.value)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.visit(visitor, Want::Items)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.visit(visitor, Want::Items)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.visit(visitor, Want::Items)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.context.charge(0)?;
        let (variant, data, step) = match self.context.shape(self.value, Want::Any)? {
            Shape::Str(content) => {
                return visitor.visit_enum(Variant { name: Name::Str(text(content.bytes())?), data: None });
            }
            Shape::Text(name) => return visitor.visit_enum(Variant { name: Name::Str(&name), data: None }),
            Shape::Made(name) => return visitor.visit_enum(Variant { name: Name::Bytes(&name), data: None }),
            Shape::Bytes(name) => return visitor.visit_enum(Variant { name: Name::Bytes(name.bytes()), data: None }),
            Shape::Pairs(pairs, _) => match &*pairs {
                [variant, data] => (*variant, Some(*data), Step::Value(*variant, 0)),
                _ => return Err(self.context.heap.wrong_type("a variant, as a str or a dict of one pair", self.value)),
            },
            // The form of serde-pickle up to 0.6.
            Shape::Items([variant]) => (*variant, None, Step::Item(0)),
            Shape::Items([variant, data]) => (*variant, Some(*data), Step::Data),
            _ => return Err(self.context.heap.wrong_type("a variant, as a str or a dict of one pair", self.value)),
        };
        self.context.enter(self.value)?;
        let data = data.map(|data| self.at(data));
        let result = visitor.visit_enum(Variant { name: Name::Object(self.at(variant)), data });
        self.context.leave();
        result.map_err(|error| self.context.step(error, step))
    }

    /// A dict keeps the last value of a key; a struct is to see no other.
    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        if self.is_cut() {
            return self.visit(visitor, Want::Any);
        }
        match self.context.shape(self.value, Want::Any)? {
            Shape::Pairs(pairs, class) => {
                self.context.charge(0)?;
                match self.context.without_repeated(&pairs) {
                    Some(pairs) => self.pairs(&pairs, class, visitor),
                    None => self.pairs(&pairs, class, visitor),
                }
            }
            _ => self.visit(visitor, Want::Any),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf map identifier
    }
}

impl<'de, 'x, 'c> IntoDeserializer<'de, Error> for Object<'x, 'c, 'de>
where
    'de: 'c,
{
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Items<'x, 'c, 'de, 'i> {
    object: Object<'x, 'c, 'de>,
    items: std::slice::Iter<'i, Value>,
    next: usize,
}

impl<'x, 'c, 'de: 'c> SeqAccess<'de> for Items<'x, 'c, 'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        let value = seed.deserialize(self.object.at(*item));
        value.map(Some).map_err(|error| self.object.context.step(error, Step::Item(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Pairs<'x, 'c, 'de, 'i> {
    object: Object<'x, 'c, 'de>,
    pairs: std::slice::ChunksExact<'i, Value>,
    value: Option<(Value, Value)>,
    /// The class, which comes first.
    class: Option<String>,
    next: usize,
}

impl<'x, 'c, 'de: 'c> MapAccess<'de> for Pairs<'x, 'c, 'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let context = self.object.context;
        if self.class.is_some()
            && let Some(key) = &context.options.class_key
        {
            return seed.deserialize(StrDeserializer::<Error>::new(key)).map(Some);
        }
        let Some(&[key, value]) = self.pairs.next() else { return Ok(None) };
        self.value = Some((key, value));
        self.next += 1;
        let pair = self.next - 1;
        seed.deserialize(self.object.at(key)).map(Some).map_err(|error| context.step(error, Step::Key(pair)))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        if let Some(class) = self.class.take() {
            return seed.deserialize(StrDeserializer::<Error>::new(&class));
        }
        let Some((key, value)) = self.value.take() else { return Err(Error::custom("a value was asked for before its key")) };
        let pair = self.next - 1;
        let step = Step::Value(key, pair);
        seed.deserialize(self.object.at(value)).map_err(|error| self.object.context.step(error, step))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.pairs.len())
    }
}

enum Name<'n, 'x, 'c, 'de> {
    Str(&'n str),
    Bytes(&'n [u8]),
    Object(Object<'x, 'c, 'de>),
}

struct Variant<'n, 'x, 'c, 'de> {
    name: Name<'n, 'x, 'c, 'de>,
    data: Option<Object<'x, 'c, 'de>>,
}

impl<'x, 'c, 'de: 'c> EnumAccess<'de> for Variant<'_, 'x, 'c, 'de> {
    type Error = Error;
    type Variant = Data<'x, 'c, 'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self::Variant)> {
        let variant = match self.name {
            Name::Str(name) => seed.deserialize(StrDeserializer::<Error>::new(name)),
            Name::Bytes(name) => seed.deserialize(BytesDeserializer::<Error>::new(name)),
            Name::Object(object) => seed.deserialize(object),
        }?;
        Ok((variant, Data(self.data)))
    }
}

/// The data of a variant.
pub(super) struct Data<'x, 'c, 'de>(Option<Object<'x, 'c, 'de>>);

impl<'x, 'c, 'de: 'c> VariantAccess<'de> for Data<'x, 'c, 'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        match self.0 {
            None => Ok(()),
            Some(object) => serde::Deserialize::deserialize(object),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        match self.0 {
            Some(object) => seed.deserialize(object),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &"newtype variant")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        match self.0 {
            Some(object) => object.visit(visitor, Want::Items),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &"tuple variant")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        match self.0 {
            Some(object) => object.visit(visitor, Want::Any),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &"struct variant")),
        }
    }
}
