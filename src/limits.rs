//! Limits: how much of somebody else's input is believed.

/// What an [`Unpickler`](crate::Unpickler) allows a stream to ask for.
///
/// Without any limit, memory stays proportional to the input (DESIGN.md has the factor); limits are for services that want less than that.
///
/// # Examples
///
/// ```
/// use cloudpickle::Unpickler;
///
/// let err = Unpickler::new().max_objects(3).loads(b"(]]]]t.").unwrap_err();
/// assert_eq!(err.to_string(), "limit reached: more than 3 objects in EMPTY_LIST (at offset 0x4)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    pub(crate) input: u64,
    pub(crate) objects: u64,
    pub(crate) memo: u64,
    pub(crate) digits: usize,
    pub(crate) bytes: u64,
}

impl Limits {
    /// CPython's limit for the digits of an int in text (`sys.get_int_max_str_digits`), nothing else.
    pub(crate) const NONE: Self = Self { input: u64::MAX, objects: u64::MAX, memo: u64::MAX, digits: 4300, bytes: u64::MAX };

    /// Whether the machine has to count while it runs.
    pub(crate) fn count(&self) -> bool {
        (self.objects, self.memo, self.bytes) != (u64::MAX, u64::MAX, u64::MAX)
    }
}
