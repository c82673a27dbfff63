//! What types ask for.

use serde::de::{Deserializer, Visitor};

use super::Surprise;
use super::access::Ends;
use super::ahead::Mode;
use super::reader::*;
use crate::int::{self, Int};
use crate::ser::marker;

impl<'de> Reader<'de> {
    /// Whatever comes.
    fn any<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        self.peek()?;
        let (offset, place) = (self.offset(), self.place());
        let token = self.token()?;
        let simple = !matches!(token, Token::List | Token::Dict | Token::Set | Token::Mark | Token::EmptyTuple | Token::Class);
        if simple && self.tuple_at != offset && self.begins_tuple() {
            self.back(place);
            self.tuple_at = offset;
            return self.items(visitor, Ends::Few, Mode::Batch);
        }
        self.visit(token, visitor)
    }

    #[inline]
    fn visit<V: Visitor<'de>>(&mut self, token: Token<'de>, visitor: V) -> Result<V::Value, Surprise> {
        match token {
            Token::None => visitor.visit_unit(),
            Token::Bool(bool) => visitor.visit_bool(bool),
            Token::Int(n) => visitor.visit_i64(n),
            Token::Big(bytes) => visit_big(bytes, visitor),
            Token::Float(float) => visitor.visit_f64(float),
            Token::Str(text) => visitor.visit_borrowed_str(text),
            Token::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Token::List => self.list(visitor),
            Token::Dict => self.dict(visitor),
            Token::Set => self.set(visitor),
            Token::Mark => self.items(visitor, Ends::Marked, Mode::Batch),
            Token::EmptyTuple => self.items(visitor, Ends::Marked, Mode::Done),
            Token::Class => self.instance(visitor),
        }
    }

    /// What holds no other objects: the type says so.
    #[inline(never)]
    fn simple<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        match self.token()? {
            Token::None => visitor.visit_unit(),
            Token::Bool(bool) => visitor.visit_bool(bool),
            Token::Int(n) => visitor.visit_i64(n),
            Token::Big(bytes) => visit_big(bytes, visitor),
            Token::Float(float) => visitor.visit_f64(float),
            Token::Str(text) => visitor.visit_borrowed_str(text),
            Token::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            _ => Err(Surprise),
        }
    }

    #[inline(always)]
    fn text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        match self.short_str()? {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.simple(visitor),
        }
    }

    #[inline(always)]
    fn int<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        // The operand is read as if it were the longest, so that nothing but its length depends on the opcode.
        let Some(&[opcode, a, b, c, d]) = self.rest.first_chunk() else { return self.simple(visitor) };
        let (n, length) = match opcode {
            BIN_INT1 => (i32::from(a), 2),
            BIN_INT2 => (i32::from(u16::from_le_bytes([a, b])), 3),
            BIN_INT => (i32::from_le_bytes([a, b, c, d]), 5),
            _ => return self.simple(visitor),
        };
        self.rest = self.rest.get(length..).unwrap_or_default();
        visitor.visit_i64(n.into())
    }

    #[inline(always)]
    fn float<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        if let [BIN_FLOAT, operand @ ..] = self.rest
            && let Some((bits, rest)) = operand.split_first_chunk()
        {
            self.rest = rest;
            return visitor.visit_f64(f64::from_be_bytes(*bits));
        }
        self.simple(visitor)
    }

    #[inline(always)]
    fn bool<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        let bool = match self.rest.first() {
            Some(&NEW_TRUE) => true,
            Some(&NEW_FALSE) => false,
            _ => return self.simple(visitor),
        };
        self.skip_byte();
        visitor.visit_bool(bool)
    }

    /// A sequence, of so many items where the type knows.
    fn sequence<V: Visitor<'de>>(&mut self, visitor: V, length: Option<usize>) -> Result<V::Value, Surprise> {
        let few = matches!(length, Some(1..=3));
        match self.peek()? {
            EMPTY_LIST => {
                if let Some(length) = length
                    && few
                    && !self.list_has(length)?
                {
                    return self.items(visitor, Ends::Few, Mode::Batch);
                }
                self.open()?;
                return self.list(visitor);
            }
            MARK => {
                self.skip_byte();
                return self.items(visitor, Ends::Marked, Mode::Batch);
            }
            EMPTY_DICT if few => return self.items(visitor, Ends::Few, Mode::Batch),
            SHORT_BIN_UNICODE | BIN_GET | LONG_BIN_GET if self.begins_class() => {
                self.token()?;
                self.class()?;
                return self.made_from(visitor);
            }
            BIN_INT | BIN_INT1 | BIN_INT2 | BIN_FLOAT | NONE | SHORT_BIN_UNICODE => {
                self.tuple_at = self.offset();
                return self.items(visitor, Ends::Few, Mode::Batch);
            }
            _ => {}
        }
        let place = self.place();
        match self.token()? {
            Token::List => self.list(visitor),
            Token::Set => self.set(visitor),
            Token::Mark => self.items(visitor, Ends::Marked, Mode::Batch),
            Token::EmptyTuple => self.items(visitor, Ends::Marked, Mode::Done),
            Token::Class => self.made_from(visitor),
            Token::Dict => Err(Surprise),
            Token::Bytes(_) if length.is_none() && !self.begins_tuple() => Err(Surprise),
            _ => {
                self.back(place);
                self.tuple_at = self.offset();
                self.items(visitor, Ends::Few, Mode::Batch)
            }
        }
    }

    #[inline]
    fn fields<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        if self.peek()? == EMPTY_DICT {
            self.open()?;
            return self.dict(visitor);
        }
        match self.token()? {
            Token::Dict => self.dict(visitor),
            Token::Class => self.instance(visitor),
            Token::Mark => self.items(visitor, Ends::Marked, Mode::Batch),
            // The module of a class.
            Token::Str(_) => {
                self.class()?;
                self.instance(visitor)
            }
            _ => Err(Surprise),
        }
    }
}

fn visit_big<'de, V: Visitor<'de>>(bytes: &[u8], visitor: V) -> Result<V::Value, Surprise> {
    let n = match int::from_le_bytes_signed(bytes) {
        Int::Small(n) => return visitor.visit_i64(n),
        Int::Big(n) => n,
    };
    if let Ok(n) = u64::try_from(&n) {
        visitor.visit_u64(n)
    } else if let Ok(n) = i128::try_from(&n) {
        visitor.visit_i128(n)
    } else if let Ok(n) = u128::try_from(&n) {
        visitor.visit_u128(n)
    } else {
        Err(Surprise)
    }
}

macro_rules! asks {
    ($($way:ident: $($method:ident)*;)*) => {
        $($(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
            self.$way(visitor)
        })*)*
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Surprise;

    asks! {
        any: deserialize_any;
        bool: deserialize_bool;
        simple: deserialize_char deserialize_bytes deserialize_byte_buf;
        int: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128;
        int: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128;
        float: deserialize_f32 deserialize_f64;
        text: deserialize_str deserialize_string deserialize_identifier;
        fields: deserialize_map;
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        if self.peek()? == NONE {
            self.skip_byte();
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        match self.token()? {
            Token::None | Token::EmptyTuple => visitor.visit_unit(),
            _ => Err(Surprise),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Surprise> {
        self.deserialize_unit(visitor)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Surprise> {
        if name != marker::INT {
            // Dates and their like are calls.
            return if name.starts_with(marker::PREFIX) { Err(Surprise) } else { visitor.visit_newtype_struct(self) };
        }
        match self.token()? {
            Token::Int(n) => visitor.visit_i64(n),
            Token::Big(bytes) => match int::from_le_bytes_signed(bytes) {
                Int::Small(n) => visitor.visit_i64(n),
                Int::Big(n) => visitor.visit_bytes(&n.to_signed_bytes_le()),
            },
            _ => Err(Surprise),
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        self.sequence(visitor, None)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Surprise> {
        self.sequence(visitor, Some(length))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, length: usize, visitor: V) -> Result<V::Value, Surprise> {
        self.sequence(visitor, Some(length))
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Surprise> {
        self.fields(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Surprise> {
        self.variant(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        let skipped = self.skim();
        self.failed |= skipped.is_err();
        skipped?;
        visitor.visit_unit()
    }
}
