//! The items of a container, one by one.

use serde::de::{DeserializeSeed, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::Surprise;
use super::ahead::Mode;
use super::reader::*;

/// How many items a full batch has.
const BATCH: usize = 1000;

/// What kind of sequence it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    List,
    Set,
    /// A tuple above a mark.
    Marked,
    /// A tuple of three or fewer.
    Few,
}

pub(super) struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    ends: Ends,
    mode: Mode,
    /// What may end the items, here.
    closer: u8,
    /// What that grows by with each item: a tuple of few is ended by TUPLE1, TUPLE2 or TUPLE3.
    step: u8,
    /// So many items follow before anything but the closer has to be looked for.
    left: usize,
    /// What `left` was in the beginning.
    all: usize,
}

impl<'r, 'de> Items<'r, 'de> {
    #[inline(always)]
    fn new(reader: &'r mut Reader<'de>, ends: Ends, mode: Mode) -> Self {
        let (closer, step) = match ends {
            Ends::List => (APPENDS, 0),
            Ends::Set => (ADD_ITEMS, 0),
            Ends::Marked => (TUPLE, 0),
            Ends::Few => (TUPLE1 - 1, 1),
        };
        let all = match (mode, ends) {
            (Mode::Batch, Ends::Few) => 3,
            (Mode::Batch, _) => usize::MAX,
            _ => 0,
        };
        Self { reader, ends, mode, closer, step, left: all, all }
    }

    fn count(&self) -> usize {
        self.all - self.left
    }

    /// Whether there is another item; its container's opcode is read when there is none.
    #[inline(always)]
    fn has_next(&mut self) -> Result<bool, Surprise> {
        match self.reader.rest.first() {
            Some(&byte) if self.left > 0 && byte != self.closer && byte != FRAME => {
                self.left -= 1;
                self.closer += self.step;
                Ok(true)
            }
            _ => self.has_next_or_end(),
        }
    }

    /// The same, where it is not just the next item of a batch.
    #[inline(never)]
    fn has_next_or_end(&mut self) -> Result<bool, Surprise> {
        let more = self.is_more()?;
        if more && self.mode == Mode::Batch {
            self.left = self.left.checked_sub(1).ok_or(Surprise)?;
            self.closer += self.step;
        }
        Ok(more)
    }

    fn is_more(&mut self) -> Result<bool, Surprise> {
        match (self.mode, self.ends) {
            (Mode::Batch, Ends::List) => {
                if self.reader.peek()? != APPENDS {
                    return Ok(true);
                }
                self.end_batch()
            }
            (Mode::Batch, Ends::Set) => {
                if self.reader.peek()? != ADD_ITEMS {
                    return Ok(true);
                }
                self.end_batch()
            }
            (Mode::Batch, Ends::Marked) => {
                if self.reader.peek()? != TUPLE {
                    return Ok(true);
                }
                self.end_tuple()
            }
            (Mode::Batch, Ends::Few) => match (self.count(), self.reader.peek()?) {
                (1, TUPLE1) | (2, TUPLE2) | (3, TUPLE3) => self.end_tuple(),
                (0..=2, _) => Ok(true),
                _ => Err(Surprise),
            },
            (Mode::Single, _) => {
                self.mode = Mode::SingleRead;
                Ok(true)
            }
            (Mode::SingleRead, _) => {
                self.reader.expect(APPEND)?;
                self.mode = Mode::Done;
                Ok(false)
            }
            (Mode::Done, _) => Ok(false),
        }
    }

    fn end_tuple(&mut self) -> Result<bool, Surprise> {
        let offset = self.reader.offset();
        self.reader.skip_byte();
        (self.mode, self.left, self.all) = (Mode::Done, 0, 0);
        self.reader.memoize(Slot::At(offset))?;
        Ok(false)
    }

    fn end_empty_batch(&mut self) -> Result<bool, Surprise> {
        self.reader.skip_byte();
        (self.mode, self.left, self.all) = (Mode::Done, 0, 0);
        Ok(false)
    }

    fn end_batch(&mut self) -> Result<bool, Surprise> {
        let count = self.count();
        self.reader.skip_byte();
        (self.mode, self.left, self.all) = (Mode::Done, 0, 0);
        if count == 0 || !count.is_multiple_of(BATCH) {
            return Ok(false);
        }
        self.mode = match self.ends {
            Ends::List => self.reader.mode(1, APPEND)?,
            _ if self.reader.peek()? == MARK => {
                self.reader.skip_byte();
                Mode::Batch
            }
            _ => Mode::Done,
        };
        if self.mode == Mode::Batch {
            (self.left, self.all) = (usize::MAX - count, usize::MAX);
        }
        match (self.mode, self.reader.peek()?) {
            // An empty batch.
            (Mode::Batch, APPENDS) if self.ends == Ends::List => self.end_empty_batch(),
            (Mode::Batch, ADD_ITEMS) if self.ends == Ends::Set => self.end_empty_batch(),
            (Mode::Done, _) => Ok(false),
            (Mode::Single, _) => {
                self.mode = Mode::SingleRead;
                Ok(true)
            }
            _ => Ok(true),
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Surprise;

    #[inline(always)]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Surprise> {
        if !self.has_next()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

pub(super) struct Pairs<'r, 'de> {
    reader: &'r mut Reader<'de>,
    mode: Mode,
    count: usize,
}

impl Pairs<'_, '_> {
    #[inline(always)]
    fn has_next(&mut self) -> Result<bool, Surprise> {
        match self.reader.rest.first() {
            Some(&byte) if byte != SET_ITEMS && byte != FRAME && self.mode == Mode::Batch => Ok(true),
            _ => self.has_next_or_end(),
        }
    }

    /// The same, where it is not just the next pair of a batch.
    #[inline(never)]
    fn has_next_or_end(&mut self) -> Result<bool, Surprise> {
        match self.mode {
            Mode::Batch => {
                if self.reader.peek()? != SET_ITEMS {
                    return Ok(true);
                }
                self.end_batch()
            }
            Mode::Single => {
                self.mode = Mode::SingleRead;
                Ok(true)
            }
            Mode::SingleRead => {
                self.reader.expect(SET_ITEM)?;
                self.mode = Mode::Done;
                Ok(false)
            }
            Mode::Done => Ok(false),
        }
    }

    fn end_batch(&mut self) -> Result<bool, Surprise> {
        self.reader.skip_byte();
        self.mode = Mode::Done;
        if self.count == 0 || !self.count.is_multiple_of(BATCH) {
            return Ok(false);
        }
        self.mode = self.reader.mode(2, SET_ITEM)?;
        match (self.mode, self.reader.peek()?) {
            // An empty batch: the C pickler writes one behind full ones.
            (Mode::Batch, SET_ITEMS) => {
                self.reader.skip_byte();
                self.mode = Mode::Done;
                Ok(false)
            }
            (Mode::Done, _) => Ok(false),
            (Mode::Single, _) => {
                self.mode = Mode::SingleRead;
                Ok(true)
            }
            _ => Ok(true),
        }
    }
}

impl<'de> MapAccess<'de> for Pairs<'_, 'de> {
    type Error = Surprise;

    #[inline(always)]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Surprise> {
        if !self.has_next()? {
            return Ok(None);
        }
        self.count += 1;
        self.reader.hashing += 1;
        let key = seed.deserialize(&mut *self.reader)?;
        self.reader.hashing -= 1;
        Ok(Some(key))
    }

    #[inline(always)]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Surprise> {
        self.reader.peek()?;
        self.reader.value_at = self.reader.offset();
        seed.deserialize(&mut *self.reader)
    }
}

/// A variant without data.
struct Unit<'de>(&'de str);

impl<'de> EnumAccess<'de> for Unit<'de> {
    type Error = Surprise;
    type Variant = UnitData;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, UnitData), Surprise> {
        let name = serde::de::value::BorrowedStrDeserializer::<Surprise>::new(self.0);
        seed.deserialize(name).map(|variant| (variant, UnitData))
    }
}

struct UnitData;

impl<'de> VariantAccess<'de> for UnitData {
    type Error = Surprise;

    fn unit_variant(self) -> Result<(), Surprise> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Surprise> {
        Err(Surprise)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Surprise> {
        Err(Surprise)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Surprise> {
        Err(Surprise)
    }
}

/// A variant with data: key and value of a dict.
struct Data<'r, 'de>(&'r mut Reader<'de>);

impl<'de> EnumAccess<'de> for Data<'_, 'de> {
    type Error = Surprise;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Surprise> {
        self.0.hashing += 1;
        let variant = seed.deserialize(&mut *self.0)?;
        self.0.hashing -= 1;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Data<'_, 'de> {
    type Error = Surprise;

    fn unit_variant(self) -> Result<(), Surprise> {
        serde::Deserialize::deserialize(self.0)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Surprise> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Surprise> {
        serde::Deserializer::deserialize_tuple(self.0, length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Surprise> {
        serde::Deserializer::deserialize_struct(self.0, "", fields, visitor)
    }
}

impl<'de> Reader<'de> {
    /// Notes that a container was left in the middle when a visitor gives up.
    #[inline(always)]
    fn kept<T>(&mut self, result: Result<T, Surprise>) -> Result<T, Surprise> {
        self.failed |= result.is_err();
        result
    }

    #[inline]
    pub(super) fn items<V: Visitor<'de>>(&mut self, visitor: V, ends: Ends, mode: Mode) -> Result<V::Value, Surprise> {
        self.enter()?;
        if ends == Ends::Few {
            self.value_at = usize::MAX;
        }
        let hashed = u32::from(ends == Ends::Set);
        self.hashing += hashed;
        let mut items = Items::new(self, ends, mode);
        let result = visitor.visit_seq(&mut items);
        let result = match result {
            Ok(value) if items.mode == Mode::Done => Ok(value),
            Ok(value) => match items.next_element_seed(std::marker::PhantomData::<IgnoredAny>) {
                Ok(None) => Ok(value),
                _ => Err(Surprise),
            },
            Err(surprise) => Err(surprise),
        };
        self.hashing -= hashed;
        self.depth += 1;
        self.kept(result)
    }

    #[inline]
    pub(super) fn list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        // Behind a value of a dict stands a key, and no key opens a container: then it is the list's only item.
        let certain = self.opened == self.value_at;
        let mode = match self.peek()? {
            EMPTY_LIST | EMPTY_DICT if certain => Mode::Single,
            _ => self.mode(1, APPEND)?,
        };
        self.items(visitor, Ends::List, mode)
    }

    pub(super) fn set<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        let marked = self.peek()? == MARK;
        if marked {
            self.skip_byte();
        }
        self.items(visitor, Ends::Set, if marked { Mode::Batch } else { Mode::Done })
    }

    #[inline]
    pub(super) fn dict<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        let mode = self.mode(2, SET_ITEM)?;
        self.enter()?;
        let mut pairs = Pairs { reader: self, mode, count: 0 };
        let result = visitor.visit_map(&mut pairs);
        let result = match result {
            Ok(value) if pairs.mode == Mode::Done => Ok(value),
            Ok(value) => match pairs.has_next() {
                Ok(false) => Ok(value),
                _ => Err(Surprise),
            },
            Err(surprise) => Err(surprise),
        };
        self.depth += 1;
        self.kept(result)
    }

    /// An instance whose class was just read: arguments, then a state.
    pub(super) fn instance<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        if self.peek()? != EMPTY_TUPLE {
            return self.made_from(visitor);
        }
        self.skip_byte();
        let offset = self.offset();
        self.expect(NEW_OBJ)?;
        self.memoize(Slot::At(offset))?;
        match self.token()? {
            Token::Dict => {}
            _ => return Err(Surprise),
        }
        let value = self.dict(visitor)?;
        let built = self.expect(BUILD);
        self.kept(built)?;
        Ok(value)
    }

    /// An instance without a state, whose class was just read: a namedtuple.
    pub(super) fn made_from<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        let value = match self.peek()? {
            MARK => {
                self.skip_byte();
                self.items(visitor, Ends::Marked, Mode::Batch)?
            }
            _ => self.items(visitor, Ends::Few, Mode::Batch)?,
        };
        let offset = self.offset();
        let made = self.expect(NEW_OBJ).and_then(|()| self.memoize(Slot::At(offset)));
        self.kept(made)?;
        Ok(value)
    }

    pub(super) fn variant<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        match self.token()? {
            Token::Str(name) if self.peek()? != TUPLE1 => visitor.visit_enum(Unit(name)),
            Token::Dict => {
                let closer = match self.mode(2, SET_ITEM)? {
                    Mode::Batch => SET_ITEMS,
                    Mode::Single => SET_ITEM,
                    _ => return Err(Surprise),
                };
                self.enter()?;
                let result = visitor.visit_enum(Data(self));
                let result = result.and_then(|value| self.expect(closer).map(|()| value));
                self.depth += 1;
                self.kept(result)
            }
            _ => Err(Surprise),
        }
    }
}
