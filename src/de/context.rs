//! What the readers of all objects of one value share: where text is, how much may be repeated, where an error was.

use std::cell::{Cell, RefCell};

use super::options::Options;
use super::place;
use crate::error::{Error, ErrorKind, Result};
use crate::heap::{Heap, Value};
use crate::unpickle::Pickle;

/// A step from an object to one in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// An item of a sequence.
    Item(usize),
    /// A key of the pair with this number.
    Key(usize),
    /// The value of a key, in the pair with this number.
    Value(Value, usize),
    /// The data of a variant in a tuple.
    Data,
}

/// Bytes of a str or of bytes, and how long they last.
pub(crate) enum Content<'c, 'de> {
    /// As long as the input or the heap.
    Lasting(&'de [u8]),
    /// As long as the reading.
    Passing(&'c [u8]),
}

impl<'c, 'de: 'c> Content<'c, 'de> {
    pub(crate) fn bytes(&self) -> &'c [u8] {
        match self {
            Self::Lasting(bytes) => bytes,
            Self::Passing(bytes) => bytes,
        }
    }
}

/// What the readers of all objects of one value share.
pub(crate) struct Context<'c, 'de> {
    pub(crate) heap: &'c Heap<'c>,
    /// The heap again, when it outlives the value.
    lasting: Option<&'de Heap<'de>>,
    /// The input that the heap's text is in, when that outlives the value.
    input: Option<&'de [u8]>,
    pub(crate) options: &'c Options,
    /// How much may be read yet.
    allowance: Cell<u64>,
    /// The containers that are being read.
    open: RefCell<Vec<Value>>,
    /// The way to the object of an error, from there to the root, each step with its depth.
    trail: RefCell<Vec<(usize, Step)>>,
}

impl<'c, 'de> Context<'c, 'de> {
    fn new(heap: &'c Heap<'c>, options: &'c Options, input: Option<&'de [u8]>, lasting: Option<&'de Heap<'de>>) -> Self {
        let size = heap.pool.len() as u64 + (heap.store.input_len() + heap.store.owned()) as u64 / 32 + heap.count();
        let allowance = Cell::new(options.max_repeats.saturating_add(size));
        Self { heap, lasting, input, options, allowance, open: RefCell::default(), trail: RefCell::default() }
    }

    /// Objects of a pickle whose input outlives them.
    pub(crate) fn of_pickle(pickle: &'c Pickle<'c>, input: &'de [u8], options: &'c Options) -> Self {
        Self::new(&pickle.heap, options, Some(input), None)
    }

    /// Objects of a heap that outlives the value.
    pub(crate) fn of_heap(heap: &'de Heap<'de>, options: &'c Options) -> Self
    where
        'de: 'c,
    {
        Self::new(heap, options, None, Some(heap))
    }

    pub(crate) fn content(&self, value: Value) -> Content<'c, 'de> {
        if let Some(heap) = self.lasting {
            return Content::Lasting(heap.content(value));
        }
        match (self.input, self.heap.input_range(value)) {
            (Some(input), Some(range)) => match input.get(range) {
                Some(bytes) => Content::Lasting(bytes),
                None => Content::Passing(self.heap.content(value)),
            },
            _ => Content::Passing(self.heap.content(value)),
        }
    }

    /// Takes an object of so many bytes off the allowance.
    #[inline]
    pub(crate) fn charge(&self, bytes: usize) -> Result<()> {
        match self.allowance.get().checked_sub(1 + bytes as u64 / 32) {
            Some(left) => {
                self.allowance.set(left);
                Ok(())
            }
            None => Err(ErrorKind::LimitExceeded { what: "repeated objects", limit: self.options.max_repeats }.into()),
        }
    }

    /// Whether a container is being read.
    pub(crate) fn is_open(&self, value: Value) -> bool {
        self.open.borrow().contains(&value)
    }

    pub(crate) fn enter(&self, value: Value) -> Result<()> {
        let mut open = self.open.borrow_mut();
        if open.contains(&value) && value != Value::EMPTY_TUPLE {
            return Err(ErrorKind::Cycle.into());
        }
        if open.len() >= self.options.max_depth {
            return Err(ErrorKind::LimitExceeded { what: "levels of nesting", limit: self.options.max_depth as u64 }.into());
        }
        open.push(value);
        Ok(())
    }

    pub(crate) fn leave(&self) {
        self.open.borrow_mut().pop();
    }

    /// Notes that an error came from a step down from here.
    #[cold]
    pub(crate) fn step(&self, error: Error, step: Step) -> Error {
        let depth = self.open.borrow().len();
        let mut trail = self.trail.borrow_mut();
        if trail.last().is_some_and(|(last, _)| *last != depth + 1) {
            // What is there belongs to an error that the type went over.
            trail.clear();
        }
        trail.push((depth, step));
        error
    }

    /// Adds to an error where it was.
    #[cold]
    pub(crate) fn locate(&self, error: Error) -> Error {
        let steps: Vec<Step> = self.trail.borrow().iter().rev().map(|(_, step)| *step).collect();
        let path = place::path(self.heap, &steps);
        let error = if path.is_empty() { error } else { error.on_path(path) };
        let offset = match self.input {
            Some(input) => place::offset(input, &steps),
            None => None,
        };
        match offset {
            Some(offset) => error.or_at(offset, None),
            None => error,
        }
    }
}
