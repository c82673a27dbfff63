//! The opcodes of pickle protocols 0 to 5: one table, one row per opcode.
//!
//! A pickle is a program for a stack machine. Each instruction is one byte, the opcode, and for some opcodes an operand behind
//! it. Everything else in this crate that knows about opcodes is made from the table in this file: the [`Opcode`] enum here,
//! the operations with operands ([`Op`](crate::op::Op)), their reader, writer and disassembler. A test holds the table against
//! `pickletools.opcodes` of every CPython found.
//!
//! ```text
//! 80 04                      PROTO 4
//! 95 0b 00 00 00 00 00 00 00 FRAME 11
//! 5d 94 28 4b 01 4b 02 65    EMPTY_LIST  MEMOIZE  MARK  BININT1 1  BININT1 2  APPENDS
//! 2e                         STOP
//! ```

use std::fmt;

/// Calls a macro with every row of the opcode table.
///
/// One row reads
///
/// ```text
/// /// Push a four-byte signed int.
/// BININT = b'J' => BinInt(i32), [] -> [Int], proto 1;
/// ```
///
/// that is: CPython's name, the byte, the Rust name with the type of the operand if there is one, the items that the opcode takes
/// from the stack and those it leaves there (the last is the top), and the protocol that brought it. Names, operand kinds and stack effects
/// are those of `pickletools.opcodes`, and so is the order of the rows.
macro_rules! for_each_opcode {
    ($receiver:ident) => {
        $receiver! {
            /// Push an int written in decimal, or a bool written as `00` or `01`.
            INT              = b'I'    => Int(DecimalNlShort<'a>),              [] -> [IntOrBool], proto 0;
            /// Push a four-byte signed int.
            BININT           = b'J'    => BinInt(i32),                          [] -> [Int], proto 1;
            /// Push a one-byte unsigned int.
            BININT1          = b'K'    => BinInt1(u8),                          [] -> [Int], proto 1;
            /// Push a two-byte unsigned int.
            BININT2          = b'M'    => BinInt2(u16),                         [] -> [Int], proto 1;
            /// Push an int written in decimal with an `L` behind it.
            LONG             = b'L'    => Long(DecimalNlLong<'a>),              [] -> [Int], proto 0;
            /// Push an int in two's complement, with a one-byte count.
            LONG1            = b'\x8a' => Long1(Long1<'a>),                     [] -> [Int], proto 2;
            /// Push an int in two's complement, with a four-byte count.
            LONG4            = b'\x8b' => Long4(Long4<'a>),                     [] -> [Int], proto 2;
            /// Push a Python 2 string written as its `repr`.
            STRING           = b'S'    => String(StringNl<'a>),                 [] -> [BytesOrStr], proto 0;
            /// Push a Python 2 string with a four-byte count.
            BINSTRING        = b'T'    => BinString(String4<'a>),               [] -> [BytesOrStr], proto 1;
            /// Push a Python 2 string with a one-byte count.
            SHORT_BINSTRING  = b'U'    => ShortBinString(String1<'a>),          [] -> [BytesOrStr], proto 1;
            /// Push bytes with a four-byte count.
            BINBYTES         = b'B'    => BinBytes(Bytes4<'a>),                 [] -> [Bytes], proto 3;
            /// Push bytes with a one-byte count.
            SHORT_BINBYTES   = b'C'    => ShortBinBytes(Bytes1<'a>),            [] -> [Bytes], proto 3;
            /// Push bytes with an eight-byte count.
            BINBYTES8        = b'\x8e' => BinBytes8(Bytes8<'a>),                [] -> [Bytes], proto 4;
            /// Push a bytearray with an eight-byte count.
            BYTEARRAY8       = b'\x96' => ByteArray8(ByteArray8<'a>),           [] -> [ByteArray], proto 5;
            /// Push the next out-of-band buffer.
            NEXT_BUFFER      = b'\x97' => NextBuffer,                           [] -> [Buffer], proto 5;
            /// Make the buffer on top of the stack read-only.
            READONLY_BUFFER  = b'\x98' => ReadonlyBuffer,                       [Buffer] -> [Buffer], proto 5;
            /// Push `None`.
            NONE             = b'N'    => None,                                 [] -> [None], proto 0;
            /// Push `True`.
            NEWTRUE          = b'\x88' => NewTrue,                              [] -> [Bool], proto 2;
            /// Push `False`.
            NEWFALSE         = b'\x89' => NewFalse,                             [] -> [Bool], proto 2;
            /// Push a str in the raw-unicode-escape encoding.
            UNICODE          = b'V'    => Unicode(UnicodeStringNl<'a>),         [] -> [Str], proto 0;
            /// Push a str in UTF-8 with a one-byte count.
            SHORT_BINUNICODE = b'\x8c' => ShortBinUnicode(UnicodeString1<'a>),  [] -> [Str], proto 4;
            /// Push a str in UTF-8 with a four-byte count.
            BINUNICODE       = b'X'    => BinUnicode(UnicodeString4<'a>),       [] -> [Str], proto 1;
            /// Push a str in UTF-8 with an eight-byte count.
            BINUNICODE8      = b'\x8d' => BinUnicode8(UnicodeString8<'a>),      [] -> [Str], proto 4;
            /// Push a float written as its `repr`.
            FLOAT            = b'F'    => Float(FloatNl<'a>),                   [] -> [Float], proto 0;
            /// Push a float: eight bytes, IEEE 754, big-endian.
            BINFLOAT         = b'G'    => BinFloat(Float8),                     [] -> [Float], proto 1;
            /// Push an empty list.
            EMPTY_LIST       = b']'    => EmptyList,                            [] -> [List], proto 1;
            /// Append the object on top of the stack to the list below it.
            APPEND           = b'a'    => Append,                               [List Any] -> [List], proto 0;
            /// Extend a list by the objects above the last mark.
            APPENDS          = b'e'    => Appends,                              [List Mark Slice] -> [List], proto 1;
            /// Push a list of the objects above the last mark.
            LIST             = b'l'    => List,                                 [Mark Slice] -> [List], proto 0;
            /// Push an empty tuple.
            EMPTY_TUPLE      = b')'    => EmptyTuple,                           [] -> [Tuple], proto 1;
            /// Push a tuple of the objects above the last mark.
            TUPLE            = b't'    => Tuple,                                [Mark Slice] -> [Tuple], proto 0;
            /// Push a tuple of the top object.
            TUPLE1           = b'\x85' => Tuple1,                               [Any] -> [Tuple], proto 2;
            /// Push a tuple of the top two objects.
            TUPLE2           = b'\x86' => Tuple2,                               [Any Any] -> [Tuple], proto 2;
            /// Push a tuple of the top three objects.
            TUPLE3           = b'\x87' => Tuple3,                               [Any Any Any] -> [Tuple], proto 2;
            /// Push an empty dict.
            EMPTY_DICT       = b'}'    => EmptyDict,                            [] -> [Dict], proto 1;
            /// Push a dict of the keys and values above the last mark.
            DICT             = b'd'    => Dict,                                 [Mark Slice] -> [Dict], proto 0;
            /// Set one key of a dict.
            SETITEM          = b's'    => SetItem,                              [Dict Any Any] -> [Dict], proto 0;
            /// Set keys of a dict to the values, in pairs above the last mark.
            SETITEMS         = b'u'    => SetItems,                             [Dict Mark Slice] -> [Dict], proto 1;
            /// Push an empty set.
            EMPTY_SET        = b'\x8f' => EmptySet,                             [] -> [Set], proto 4;
            /// Add the objects above the last mark to a set.
            ADDITEMS         = b'\x90' => AddItems,                             [Set Mark Slice] -> [Set], proto 4;
            /// Push a frozenset of the objects above the last mark.
            FROZENSET        = b'\x91' => FrozenSet,                            [Mark Slice] -> [FrozenSet], proto 4;
            /// Drop the top object, or the mark if that is on top.
            POP              = b'0'    => Pop,                                  [Any] -> [], proto 0;
            /// Push the top object once more.
            DUP              = b'2'    => Dup,                                  [Any] -> [Any Any], proto 0;
            /// Push a mark.
            MARK             = b'('    => Mark,                                 [] -> [Mark], proto 0;
            /// Drop everything down to the last mark, and the mark.
            POP_MARK         = b'1'    => PopMark,                              [Mark Slice] -> [], proto 1;
            /// Push the object of a memo slot, its index written in decimal.
            GET              = b'g'    => Get(DecimalNlShort<'a>),              [] -> [Any], proto 0;
            /// Push the object of a memo slot, by a one-byte index.
            BINGET           = b'h'    => BinGet(u8),                           [] -> [Any], proto 1;
            /// Push the object of a memo slot, by a four-byte index.
            LONG_BINGET      = b'j'    => LongBinGet(u32),                      [] -> [Any], proto 1;
            /// Store the top object in a memo slot, its index written in decimal.
            PUT              = b'p'    => Put(DecimalNlShort<'a>),              [] -> [], proto 0;
            /// Store the top object in a memo slot, by a one-byte index.
            BINPUT           = b'q'    => BinPut(u8),                           [] -> [], proto 1;
            /// Store the top object in a memo slot, by a four-byte index.
            LONG_BINPUT      = b'r'    => LongBinPut(u32),                      [] -> [], proto 1;
            /// Store the top object in the next memo slot.
            MEMOIZE          = b'\x94' => Memoize,                              [Any] -> [Any], proto 4;
            /// Push the global that a one-byte extension code stands for.
            EXT1             = b'\x82' => Ext1(u8),                             [] -> [Any], proto 2;
            /// Push the global that a two-byte extension code stands for.
            EXT2             = b'\x83' => Ext2(u16),                            [] -> [Any], proto 2;
            /// Push the global that a four-byte extension code stands for.
            EXT4             = b'\x84' => Ext4(i32),                            [] -> [Any], proto 2;
            /// Push a global: two lines, module and name.
            GLOBAL           = b'c'    => Global(StringNlNoEscapePair<'a>),     [] -> [Any], proto 0;
            /// Push a global, its module and qualified name taken from the stack.
            STACK_GLOBAL     = b'\x93' => StackGlobal,                          [Str Str] -> [Any], proto 4;
            /// Call a callable with a tuple of arguments.
            REDUCE           = b'R'    => Reduce,                               [Any Any] -> [Any], proto 0;
            /// Give an object its state, by `__setstate__` or into its `__dict__`.
            BUILD            = b'b'    => Build,                                [Any Any] -> [Any], proto 0;
            /// Make an instance: two lines, module and class, and the arguments above the last mark.
            INST             = b'i'    => Inst(StringNlNoEscapePair<'a>),       [Mark Slice] -> [Any], proto 0;
            /// Make an instance: the class and its arguments are above the last mark.
            OBJ              = b'o'    => Obj,                                  [Mark Any Slice] -> [Any], proto 1;
            /// Make an instance by `cls.__new__(cls, *args)`.
            NEWOBJ           = b'\x81' => NewObj,                               [Any Any] -> [Any], proto 2;
            /// Make an instance by `cls.__new__(cls, *args, **kwargs)`.
            NEWOBJ_EX        = b'\x92' => NewObjEx,                             [Any Any Any] -> [Any], proto 4;
            /// Say which protocol the stream is in.
            PROTO            = b'\x80' => Proto(u8),                            [] -> [], proto 2;
            /// Stop: the top object is the result.
            STOP             = b'.'    => Stop,                                 [Any] -> [], proto 0;
            /// Say how many bytes may be read at once.
            FRAME            = b'\x95' => Frame(u64),                           [] -> [], proto 4;
            /// Push the object of a persistent id, a line of text.
            PERSID           = b'P'    => PersId(StringNlNoEscape<'a>),         [] -> [Any], proto 0;
            /// Push the object of a persistent id taken from the stack.
            BINPERSID        = b'Q'    => BinPersId,                            [Any] -> [Any], proto 1;
        }
    };
}
pub(crate) use for_each_opcode;

/// Makes `Opcode` and its properties out of the rows.
macro_rules! define_opcode {
    ($(
        $(#[$doc:meta])*
        $name:ident = $byte:literal => $variant:ident $(($operand:ty))?,
        [$($before:ident)*] -> [$($after:ident)*], proto $proto:literal;
    )*) => {
        /// An opcode: one byte of the pickle machine's instructions, without its operand.
        ///
        /// The variants have CPython's names in Rust's spelling; [`name`](Self::name) gives the original.
        ///
        /// # Examples
        ///
        /// ```
        /// use cloudpickle::Opcode;
        ///
        /// let opcode = Opcode::from_byte(b'J').unwrap();
        /// assert_eq!(opcode, Opcode::BinInt);
        /// assert_eq!(opcode.name(), "BININT");
        /// assert_eq!(opcode.proto(), 1);
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Opcode {
            $($(#[$doc])* $variant = $byte,)*
        }

        impl Opcode {
            /// All 68 opcodes, in the order of `pickletools.opcodes`.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The opcode that a byte stands for; `None` when no protocol has it.
            #[must_use]
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The byte that stands for it in a stream.
            #[must_use]
            pub const fn byte(self) -> u8 {
                match self {
                    $(Self::$variant => $byte,)*
                }
            }

            /// CPython's name, such as `"SHORT_BINUNICODE"`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)*
                }
            }

            /// What the opcode takes from the stack, the top last.
            #[must_use]
            pub const fn stack_before(self) -> &'static [StackItem] {
                match self {
                    $(Self::$variant => &[$(StackItem::$before),*],)*
                }
            }

            /// What the opcode leaves on the stack, the top last.
            #[must_use]
            pub const fn stack_after(self) -> &'static [StackItem] {
                match self {
                    $(Self::$variant => &[$(StackItem::$after),*],)*
                }
            }

            /// The protocol that brought the opcode.
            #[must_use]
            pub const fn proto(self) -> u8 {
                match self {
                    $(Self::$variant => $proto,)*
                }
            }
        }
    };
}
for_each_opcode!(define_opcode);

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What lies on the stack of the pickle machine, as the stack effects of `pickletools` call it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StackItem {
    /// Any object.
    Any,
    /// `None`.
    None,
    /// A bool.
    Bool,
    /// An int, or a bool for `00` and `01`.
    IntOrBool,
    /// An int.
    Int,
    /// A float.
    Float,
    /// A str.
    Str,
    /// A Python 2 string, which becomes bytes or a str.
    BytesOrStr,
    /// Bytes.
    Bytes,
    /// A bytearray.
    ByteArray,
    /// An out-of-band buffer.
    Buffer,
    /// A tuple.
    Tuple,
    /// A list.
    List,
    /// A dict.
    Dict,
    /// A set.
    Set,
    /// A frozenset.
    FrozenSet,
    /// A mark.
    Mark,
    /// The objects above the last mark.
    Slice,
}

impl StackItem {
    /// The name that `pickletools` gives it, such as `"int_or_bool"`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::opcode::StackItem;
    ///
    /// assert_eq!(StackItem::Slice.name(), "stackslice");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::None => "None",
            Self::Bool => "bool",
            Self::IntOrBool => "int_or_bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Str => "str",
            Self::BytesOrStr => "bytes_or_str",
            Self::Bytes => "bytes",
            Self::ByteArray => "bytearray",
            Self::Buffer => "buffer",
            Self::Tuple => "tuple",
            Self::List => "list",
            Self::Dict => "dict",
            Self::Set => "set",
            Self::FrozenSet => "frozenset",
            Self::Mark => "mark",
            Self::Slice => "stackslice",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_back() {
        assert_eq!(Opcode::ALL.len(), 68);
        for byte in 0..=u8::MAX {
            if let Some(opcode) = Opcode::from_byte(byte) {
                assert_eq!(opcode.byte(), byte);
                assert!(Opcode::ALL.contains(&opcode));
            }
        }
    }
}
