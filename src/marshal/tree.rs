//! Marshal data as it is: a tree of items, from which the same bytes are written.

use super::item::{FLAG_REF, Item, unknown_type_code};
use super::layout::Layout;
use super::operand::{Operand, Reader};
use crate::error::{ErrorKind, Result};
use crate::int;

/// Marshal data, read without loss: what `marshal.dumps` wrote, with every choice of its writer.
///
/// The objects are looked at through [`Node`]s, or made in a heap by [`Marshal::load`].
///
/// # Examples
///
/// ```
/// use cloudpickle::Heap;
/// use cloudpickle::marshal::{Item, Marshal};
///
/// // marshal.dumps((1, "ab"))
/// let input = b"\xa9\x02\xe9\x01\x00\x00\x00\xda\x02ab";
/// let marshal = Marshal::parse(input, (3, 12))?;
/// assert_eq!(marshal.root().item(), Item::SmallTuple(2));
/// assert_eq!(marshal.to_bytes(), input);
///
/// let mut heap = Heap::new();
/// let value = marshal.load(&mut heap)?;
/// assert_eq!(heap.obj(value).to_string(), "(1, 'ab')");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marshal<'a> {
    pub(super) python: (u8, u8),
    /// Each item before its children.
    pub(super) nodes: Vec<Entry<'a>>,
    /// Which item has which number.
    pub(super) numbered: Vec<u32>,
    consumed: usize,
}

/// An item in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry<'a> {
    pub(super) item: Item<'a>,
    /// The first item behind this one and its children; 0 as long as they are being read.
    pub(super) end: u32,
    /// `FLAG_REF` is set.
    pub(super) flag: bool,
}

/// A container whose children are being read.
struct Frame {
    node: u32,
    left: Left,
}

#[derive(Clone, Copy)]
enum Left {
    /// So many items.
    Items(u32),
    /// Keys and values up to a `TYPE_NULL`.
    Pairs,
    /// The fields of a code object from this one on.
    Fields(u8),
}

/// The newest version of marshal that a Python reads.
pub(super) fn newest_version(python: (u8, u8)) -> u8 {
    match python {
        (..3, _) => 2,
        (3, ..14) => 4,
        _ => 5,
    }
}

impl<'a> Marshal<'a> {
    /// Reads what a version of Python marshalled: `marshal.loads` of that Python, without making the objects.
    ///
    /// The version decides which fields a code object has ([`Layout`]) and which type codes there are: slices since 3.14, and in
    /// Python 2 no references but those of interned strings. For data without code objects any version from 3.4 on is as good as
    /// the one that wrote it. As in Python, bytes behind the object are ignored; [`Marshal::consumed`] says where they begin.
    ///
    /// Objects may nest to any depth, where CPython reads 2000 levels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnexpectedEof`], [`ErrorKind::UnknownTypeCode`], [`ErrorKind::BadReference`] for an object that is not there
    /// yet, [`ErrorKind::NullObject`] for a `TYPE_NULL` where an object must be, [`ErrorKind::NegativeCount`],
    /// [`ErrorKind::BadLongDigit`], [`ErrorKind::BadNumber`], [`ErrorKind::NotUtf8`]; each where `r_object` in CPython's
    /// `Python/marshal.c` raises an exception. [`ErrorKind::LimitExceeded`] for inputs of 4 GiB and more.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::marshal::Marshal;
    ///
    /// let error = Marshal::parse(b"[\x02\0\0\0N", (3, 13)).unwrap_err();
    /// assert_eq!(error.to_string(), "1 more byte needed (at offset 0x6)");
    /// let error = Marshal::parse(b"(\x01\0\0\0r\x07\0\0\0", (3, 13)).unwrap_err();
    /// assert_eq!(error.to_string(), "reference 7 names no object in TYPE_REF (at offset 0x5)");
    /// ```
    pub fn parse(input: &'a [u8], python: (u8, u8)) -> Result<Self> {
        Self::parse_behind(input, 0, python)
    }

    /// Reads what stands behind the first `start` bytes of the input; offsets of errors are those in the whole of it.
    pub(super) fn parse_behind(input: &'a [u8], start: usize, python: (u8, u8)) -> Result<Self> {
        let limit = u32::MAX;
        if int::u32_from_usize(input.len()).is_none_or(|len| len == limit) {
            return Err(ErrorKind::LimitExceeded { what: "bytes of marshal data", limit: limit.into() }.into());
        }
        let mut reader = Reader::new(input.get(start..).unwrap_or_default());
        // Room for an item of 32 bytes in each 16 bytes of input: most data needs more, and then the vector grows.
        let nodes = Vec::with_capacity(reader.rest().len() / 16);
        let mut tree = Self { python, nodes, numbered: Vec::new(), consumed: 0 };
        let mut at = start;
        match tree.read(&mut reader, &mut at, input.len()) {
            Ok(()) => {
                tree.consumed = input.len() - start - reader.rest().len();
                Ok(tree)
            }
            Err(error) => {
                let ends = matches!(error.kind(), ErrorKind::UnexpectedEof { .. });
                Err(error.or_at(if ends { input.len() } else { at }, None))
            }
        }
    }

    /// Reads one object; `at` is where the item stands that is being read.
    fn read(&mut self, reader: &mut Reader<'a>, at: &mut usize, len: usize) -> Result<()> {
        let python2 = self.python.0 < 3;
        let fields = Layout::of_python(self.python).marshalled();
        let newest = newest_version(self.python);
        let mut frames: Vec<Frame> = Vec::new();
        // Whether the next item is a field of a code object, without a type code.
        let mut field = false;
        loop {
            *at = len - reader.rest().len();
            let end = int::u32_from_usize(self.nodes.len() + 1).unwrap_or(u32::MAX);
            let (item, flag) = match field {
                true => (Item::Field(i32::parse(reader)?), false),
                false => {
                    let byte = reader.byte()?;
                    let flag = byte & FLAG_REF != 0;
                    if flag && python2 {
                        return Err(unknown_type_code(byte));
                    }
                    let item = Item::parse(byte & !FLAG_REF, reader)?;
                    let known = match item {
                        Item::StringRef(_) => python2,
                        _ => item.version() <= newest,
                    };
                    if !known {
                        return Err(unknown_type_code(byte));
                    }
                    (item, flag)
                }
            };
            if item.takes_number() && (flag || python2 && matches!(item, Item::Interned(_))) {
                self.numbered.push(end - 1);
            }
            let left = match item {
                Item::SmallTuple(count @ 1..) => Some(Left::Items(count.into())),
                Item::Tuple(count @ 1..) | Item::List(count @ 1..) | Item::Set(count @ 1..) | Item::FrozenSet(count @ 1..) => {
                    Some(Left::Items(count))
                }
                Item::Slice => Some(Left::Items(3)),
                Item::Dict => Some(Left::Pairs),
                Item::Code => Some(Left::Fields(0)),
                Item::Ref(number) | Item::StringRef(number) => {
                    self.check_reference(number).map_err(|error| error.in_type(item.type_name()))?;
                    None
                }
                _ => None,
            };
            self.nodes.push(Entry { item, end: if left.is_some() { 0 } else { end }, flag });
            if let Some(left) = left {
                field = matches!(left, Left::Fields(_));
                frames.push(Frame { node: end - 1, left });
                continue;
            }
            field = false;
            // The item is complete, and with it perhaps those that it is the last child of.
            let mut null = item == Item::Null;
            loop {
                let Some(frame) = frames.last_mut() else {
                    return if null { Err(ErrorKind::NullObject.into()) } else { Ok(()) };
                };
                let done = match &mut frame.left {
                    Left::Pairs => null,
                    _ if null => return Err(ErrorKind::NullObject.into()),
                    Left::Items(count) => {
                        *count -= 1;
                        *count == 0
                    }
                    Left::Fields(next) => {
                        *next += 1;
                        field = fields.get(usize::from(*next)).is_some_and(|field| field.is_int());
                        usize::from(*next) == fields.len()
                    }
                };
                if !done {
                    break;
                }
                if let Some(entry) = self.nodes.get_mut(int::usize_from_u32(frame.node)) {
                    entry.end = end;
                }
                frames.pop();
                null = false;
            }
        }
    }

    /// Whether an object of this number is there, and made already where it is made last.
    fn check_reference(&self, number: u32) -> Result<()> {
        let node = self.numbered.get(int::usize_from_u32(number));
        let entry = node.and_then(|node| self.nodes.get(int::usize_from_u32(*node)));
        match entry {
            Some(entry) if entry.end != 0 || !entry.item.is_made_last() => Ok(()),
            _ => Err(ErrorKind::BadReference(number).into()),
        }
    }

    /// The version of Python that it was read for.
    #[must_use]
    pub fn python(&self) -> (u8, u8) {
        self.python
    }

    /// How many bytes of the input the object took.
    #[must_use]
    pub fn consumed(&self) -> usize {
        self.consumed
    }

    /// The object.
    #[must_use]
    pub fn root(&self) -> Node<'_, 'a> {
        Node { marshal: self, at: 0 }
    }

    /// The bytes that it was read from.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.consumed);
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for entry in &self.nodes {
            entry.item.emit(entry.flag, out);
        }
    }
}

/// An object of marshal data in its place: a `Copy` view.
///
/// # Examples
///
/// ```
/// use cloudpickle::marshal::{Item, Marshal};
///
/// // marshal.dumps([x, x]) with x = ()
/// let marshal = Marshal::parse(b"[\x02\0\0\0\xa9\0r\0\0\0\0", (3, 13))?;
/// let items: Vec<_> = marshal.root().children().collect();
/// assert!(items[0].has_flag());
/// assert_eq!(items[1].item(), Item::Ref(0));
/// assert_eq!(items[1].target().unwrap().item(), Item::SmallTuple(0));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Node<'m, 'a> {
    marshal: &'m Marshal<'a>,
    at: u32,
}

impl<'m, 'a> Node<'m, 'a> {
    fn entry(self) -> Entry<'a> {
        let entry = self.marshal.nodes.get(int::usize_from_u32(self.at));
        entry.copied().unwrap_or(Entry { item: Item::Null, end: self.at, flag: false })
    }

    /// Its type code and what stands behind that.
    #[must_use]
    pub fn item(self) -> Item<'a> {
        self.entry().item
    }

    /// Whether `FLAG_REF` is set: references may name it.
    #[must_use]
    pub fn has_flag(self) -> bool {
        self.entry().flag
    }

    /// The items of a tuple, list, set, frozenset or slice, the keys and values of a dict in turn with the [`Item::Null`] behind
    /// them, the fields of a code object; nothing for others.
    pub fn children(self) -> impl Iterator<Item = Node<'m, 'a>> + Clone + use<'m, 'a> {
        let mut next = self.at + 1;
        let end = self.entry().end;
        std::iter::from_fn(move || {
            let child = Node { marshal: self.marshal, at: next };
            (next < end).then(|| {
                next = child.entry().end;
                child
            })
        })
    }

    /// The object that a reference names; `None` for other items.
    #[must_use]
    pub fn target(self) -> Option<Node<'m, 'a>> {
        let (Item::Ref(number) | Item::StringRef(number)) = self.item() else { return None };
        let at = self.marshal.numbered.get(int::usize_from_u32(number))?;
        Some(Node { marshal: self.marshal, at: *at })
    }
}
