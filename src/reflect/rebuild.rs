//! Rebuilding: every construct of a pickle is taken apart and built anew, for the same cloudpickle or for another.
//!
//! A construct is read as its Rust type ([`Function`](super::Function), [`Class`](super::Class), ..), and what that type knows of it is all
//! that the new one is made of. So a pickle that is the same after it was rebuilt is one that the types have understood, and one that is
//! rebuilt for another [`Dialect`] runs where that is installed.
//!
//! What is not a construct stays the object that it was, and names and other data without identity that a new construct shares with the
//! old one (`'__name__'`, the type of functions) stay shared with the rest of the pickle.

use std::collections::HashMap;

use super::construct::lift;
use super::skeletons::{self, Skeletons};
use super::{Code, Dialect, Helper, Layout, Release, Target, code};
use crate::error::{Error, ErrorKind};
use crate::heap::{CallId, EventKind, Fresh, Heap, NO_EVENT, Reach, Slot, Value};
use crate::unpickle::{PROLOGUE, Pickle};

/// What came of rebuilding a pickle.
#[derive(Clone, Debug, Default)]
pub struct Rebuilt {
    /// How many constructs were built anew.
    pub built: usize,
    /// Those that stayed as they were, or lost something.
    pub kept: Vec<Kept>,
}

/// A construct that could not be built anew, or not whole.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The construct.
    pub object: Value,
    /// What it would have become: another shape than that which the pickle has. With an error it did become that, without what the error
    /// names. `None` where building failed.
    pub became: Option<Value>,
    /// Why building failed, or what was lost.
    pub error: Option<Error>,
}

impl Pickle<'_> {
    /// Takes every construct apart and builds it anew for the cloudpickle that wrote the pickle.
    ///
    /// A construct of which the new shape would not be that of the old is kept as it is, so nothing is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/counter.pkl"));
    /// let mut pickle = cloudpickle::loads(bytes)?;
    /// let rebuilt = pickle.rebuild();
    /// assert!(rebuilt.built > 0 && rebuilt.kept.is_empty());
    /// assert_eq!(pickle.dumps()?, bytes);
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn rebuild(&mut self) -> Rebuilt {
        let target = Target::detect(self);
        self.rebuild_as(&target, true)
    }

    /// Takes every construct apart and builds it anew for another release of cloudpickle, or a copy of it in another package. A pickle
    /// without functions and classes by value stays as it is.
    ///
    /// What the dialect cannot say is kept as it was and told. Only a pickle of which nothing is told in [`Rebuilt::kept`] is sure to load as
    /// the same there.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Dialect;
    ///
    /// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/counter.pkl"));
    /// let mut pickle = cloudpickle::loads(bytes)?;
    /// let rebuilt = pickle.redialect(&Dialect::PYSPARK);
    /// assert!(rebuilt.kept.is_empty());
    /// assert_eq!(Dialect::detect(pickle.root()), Some(Dialect::PYSPARK));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    pub fn redialect(&mut self, dialect: &Dialect) -> Rebuilt {
        let target = Target::detect(self);
        let same = target.dialect_of() == dialect;
        self.rebuild_as(&target.dialect(dialect.clone()), same)
    }

    fn rebuild_as(&mut self, target: &Target, same: bool) -> Rebuilt {
        let found = Dialect::detect_in(&self.heap, everything(self));
        let Some(from) = found.or_else(|| same.then(Dialect::default)) else { return Rebuilt::default() };
        let root = self.root;
        let mut rebuilder = Rebuilder {
            heap: &mut self.heap,
            replaced: HashMap::new(),
            skeletons: Skeletons::new(),
            rebuilt: Rebuilt::default(),
        };
        rebuilder.run(root, &from, target, same);
        let Rebuilder { replaced, skeletons, mut rebuilt, .. } = rebuilder;
        self.heap.replace(&replaced);
        self.root = replaced.get(&root).copied().unwrap_or(root);
        if !skeletons.is_empty() {
            skeletons::tie(&mut self.heap, self.root, &skeletons);
            skeletons::leave_unmarked(self, &skeletons);
        }
        if from.release() != target.dialect_of().release() {
            rebuilt.kept.extend(self.unknown_helpers(target.dialect_of()));
        }
        rebuilt
    }

    /// Helpers that a release does not have: what is made by them cannot be made there.
    fn unknown_helpers(&self, dialect: &Dialect) -> Vec<Kept> {
        let mut reach = everything(self);
        let mut found = Vec::new();
        while let Some(value) = reach.next(&self.heap) {
            if let Some(helper) = Helper::of(self.heap.obj(value)).filter(|helper| !helper.is_in(dialect.release())) {
                let error = ErrorKind::NotInDialect { what: helper.makes(), dialect: dialect.to_string() };
                found.push(Kept { object: value, became: None, error: Some(error.into()) });
            }
        }
        found
    }
}

/// The root of a pickle, and what the stream made before it.
fn everything(pickle: &Pickle<'_>) -> Reach {
    let mut reach = Reach::default();
    reach.visit(pickle.root);
    reach.visit_effects(&pickle.heap, PROLOGUE);
    reach
}

impl Target {
    /// The target that a pickle was written for, as far as it shows: its protocol, the dialect, and the oldest Python that takes its code
    /// objects.
    #[must_use]
    pub fn detect(pickle: &Pickle<'_>) -> Self {
        let heap = &pickle.heap;
        let mut reach = everything(pickle);
        let (mut python, mut setters) = (None, false);
        while let Some(value) = reach.next(heap) {
            let object = heap.obj(value);
            let found = match value {
                Value::Call(_) => Code::reflect(object).ok().map(|code| match code.shape() {
                    Layout::Python27 => (2, 7),
                    Layout::Python36 => (3, 7),
                    Layout::Python38 => (3, 8),
                    Layout::Python311 => (3, 11),
                }),
                Value::Global(_) => match Helper::of(object) {
                    Some(Helper::FillFunction | Helper::RehydrateSkeletonClass) => Some((3, 7)),
                    Some(Helper::FunctionSetState | Helper::ClassSetState) => {
                        setters = true;
                        None
                    }
                    _ => None,
                },
                _ => None,
            };
            python = python.max(found);
        }
        let dialect = Dialect::detect_in(heap, everything(pickle)).unwrap_or_default();
        let setters = setters && dialect.release() <= Release::V1_2;
        // Nothing shows it. Up to protocol 4 it can be 3.6 and 3.7, and what is built for those loads later too.
        let (major, minor) = python.unwrap_or(if pickle.protocol < 5 && !setters { (3, 7) } else { (3, 8) });
        Self::cpython(major, minor).dialect(dialect).protocol(pickle.protocol)
    }
}

struct Rebuilder<'r, 'a> {
    heap: &'r mut Heap<'a>,
    replaced: HashMap<Value, Value>,
    /// Those of the calls that were made to fill them, where they were not made so before.
    skeletons: Skeletons,
    rebuilt: Rebuilt,
}

impl Rebuilder<'_, '_> {
    fn run(&mut self, root: Value, from: &Dialect, target: &Target, same: bool) {
        let mut reach = Reach::default();
        reach.visit(root);
        reach.visit_effects(self.heap, PROLOGUE);
        let mut calls = Vec::new();
        while let Some(value) = reach.next(self.heap) {
            match value {
                Value::Call(id) => calls.push(id),
                Value::Global(_) if !same => {
                    if let Some(helper) = Helper::of(self.heap.obj(value)) {
                        self.replaced.insert(value, target.dialect_of().helper(self.heap, helper));
                    }
                }
                _ => {}
            }
        }
        // What a construct is made of was made before it: those that are part of another come after that one.
        calls.sort_unstable_by(|a, b| b.cmp(a));
        for old in calls.into_iter().map(Value::Call) {
            if self.replaced.contains_key(&old) {
                continue;
            }
            let Some(parts) = lift(self.heap.obj(old), from) else { continue };
            let lost = parts.lost(self.heap, target);
            let fresh = self.heap.fresh_from_here();
            match parts.build_for(self.heap, target) {
                Ok(new) => {
                    let mut twins = Twins { heap: self.heap, fresh, pairs: Vec::new(), open: Vec::new() };
                    let agree = twins.adopt(new, old);
                    let pairs = twins.pairs;
                    if agree || !same {
                        self.replace(&pairs, (old, new), same);
                        self.replace_skeleton(old, new);
                        if let Some(what) = lost.filter(|_| !same) {
                            let error = ErrorKind::NotInDialect { what, dialect: target.dialect_of().to_string() };
                            self.rebuilt.kept.push(Kept { object: old, became: Some(new), error: Some(error.into()) });
                        }
                    } else {
                        self.rebuilt.kept.push(Kept { object: old, became: Some(new), error: None });
                    }
                }
                Err(error) => self.rebuilt.kept.push(Kept { object: old, became: None, error: Some(error) }),
            }
        }
    }

    /// What refers to the skeleton of an object refers to that of the new one, or to the new one where that is no skeleton and a call that
    /// fills it.
    fn replace_skeleton(&mut self, old: Value, new: Value) {
        match (skeleton_of(self.heap, old), skeleton_of(self.heap, new)) {
            (Some(from), to) => drop(self.replaced.insert(from, to.unwrap_or(new))),
            (None, Some(skeleton)) => drop(self.skeletons.insert(new, skeleton)),
            (None, None) => {}
        }
    }

    fn replace(&mut self, pairs: &[(Value, Value)], construct: (Value, Value), same: bool) {
        self.rebuilt.built += 1;
        for (old, new) in pairs.iter().copied().chain([construct]) {
            if self.heap.memoized.holds(old) {
                self.heap.memoized.insert(new);
            }
            if let (Value::Call(from), Value::Call(to)) = (old, new) {
                self.replaced.entry(old).or_insert(new);
                let arguments = |call: CallId| self.heap.items(self.heap.events[call.index()].object);
                if let Some(mut habits) = self.heap.recursive.get(&from).copied()
                    && arguments(from).len() == arguments(to).len()
                {
                    if !same && habits.outer_args.is_some() {
                        let items = arguments(to).to_vec();
                        habits.outer_args = Some(self.heap.tuple(items));
                    }
                    self.heap.recursive.insert(to, habits);
                }
            }
        }
    }
}

/// What a call fills.
fn skeleton_of(heap: &Heap<'_>, object: Value) -> Option<Value> {
    match Helper::called(heap.obj(object))? {
        Helper::FillFunction | Helper::RehydrateSkeletonClass => {
            Some(heap.obj(object).as_call().ok()?.args().get(0).ok()?.value())
        }
        _ => None,
    }
}

/// A new construct beside the old one.
struct Twins<'t, 'a> {
    heap: &'t mut Heap<'a>,
    /// What was made for the new one.
    fresh: Fresh,
    /// Objects of the old one, and those that take their place.
    pairs: Vec<(Value, Value)>,
    open: Vec<(Value, Value)>,
}

impl Twins<'_, '_> {
    /// Whether the new one has the shape of the old. What has no identity is taken over from the old one.
    fn adopt(&mut self, new: Value, old: Value) -> bool {
        self.open.push((new, old));
        let mut agree = true;
        while let Some((new, old)) = self.open.pop() {
            agree &= self.compare(new, old);
        }
        agree
    }

    fn compare(&mut self, new: Value, old: Value) -> bool {
        if !self.fresh.holds(new) {
            return false;
        }
        match (new, old) {
            (Value::Call(a), Value::Call(b)) => {
                let (made, found) = (self.heap.events[a.index()], self.heap.events[b.index()]);
                if made.kind != found.kind {
                    return false;
                }
                self.pairs.push((old, new));
                self.slot(Slot::Subject(a.0), made.subject, found.subject);
                self.slot(Slot::Object(a.0), made.object, found.object);
                self.effects(new, made.next, found.next)
            }
            (Value::Tuple(_), Value::Tuple(_)) | (Value::List(_), Value::List(_)) | (Value::Dict(_), Value::Dict(_)) => {
                let (made, found) = (self.heap.items(new).to_vec(), self.heap.items(old).to_vec());
                if made.len() != found.len() {
                    return false;
                }
                self.pairs.push((old, new));
                for (at, (a, b)) in made.into_iter().zip(found).enumerate() {
                    self.slot(Slot::Item(new, at), a, b);
                }
                true
            }
            _ => false,
        }
    }

    /// What is done to the new one, beside what was done to the old; what else was done to that is done to the new one too.
    fn effects(&mut self, target: Value, mut made: u32, mut found: u32) -> bool {
        while found != NO_EVENT {
            let old = self.heap.events[found as usize];
            found = old.next;
            let EventKind::Effect(kind) = old.kind else { continue };
            if made == NO_EVENT {
                // What the call that fills the new one says already.
                let setter = Helper::of(self.heap.obj(old.subject));
                if matches!(setter, Some(Helper::FunctionSetState | Helper::ClassSetState))
                    && skeleton_of(self.heap, target).is_some()
                {
                    continue;
                }
                if let Value::Call(call) = target {
                    let last = if kind == crate::heap::EffectKind::SetState { call.0 } else { NO_EVENT };
                    let subject = if last == NO_EVENT { target } else { old.subject };
                    let event = crate::heap::Event { subject, next: NO_EVENT, last, ..old };
                    let index = self.heap.push_event(event);
                    self.heap.chain_effect(target, index);
                }
                continue;
            }
            let new = self.heap.events[made as usize];
            if new.kind != old.kind {
                return false;
            }
            if new.last != NO_EVENT {
                self.slot(Slot::Subject(made), new.subject, old.subject);
            }
            self.slot(Slot::Object(made), new.object, old.object);
            made = new.next;
        }
        made == NO_EVENT
    }

    fn slot(&mut self, slot: Slot, new: Value, old: Value) {
        if new == old {
        } else if self.same_data(new, old) {
            self.heap.put(slot, old);
        } else {
            self.open.push((new, old));
        }
    }

    /// Whether two objects are equal and nothing can tell them apart but `is`.
    fn same_data(&self, new: Value, old: Value) -> bool {
        let heap = &*self.heap;
        match (new, old) {
            (Value::Str(_) | Value::ByteString(_), Value::Str(_) | Value::ByteString(_))
            | (Value::Bytes(_), Value::Bytes(_) | Value::ByteString(_))
            | (Value::Long(_), Value::Long(_)) => heap.content(new) == heap.content(old),
            (Value::Bytes(_), Value::Call(_)) => code::bytes_of(heap.obj(old)).is_some_and(|bytes| bytes == heap.content(new)),
            (Value::Global(_), Value::Global(_)) => heap.obj(new).global_names() == heap.obj(old).global_names(),
            (Value::Tuple(_), Value::Tuple(_)) => {
                let (new, old) = (heap.items(new), heap.items(old));
                new.len() == old.len() && new.iter().zip(old).all(|(a, b)| a == b || self.same_name(*a, *b))
            }
            (Value::Call(_), Value::Call(_)) => {
                let (Ok(a), Ok(b)) = (heap.obj(new).as_call(), heap.obj(old).as_call()) else { return false };
                let helpers = [a.callable(), b.callable()].map(Helper::of);
                helpers == [Some(Helper::BuiltinType); 2]
                    && heap.obj(a.callable().value()).global_names() == b.callable().global_names()
                    && self.same_data(a.args().value(), b.args().value())
            }
            _ => false,
        }
    }

    fn same_name(&self, new: Value, old: Value) -> bool {
        matches!((new, old), (Value::Str(_), Value::Str(_))) && self.heap.content(new) == self.heap.content(old)
    }
}
