//! A Python program that would make the same objects.
use crate::heap::Obj;
/// Stub.
#[must_use]
pub fn python(object: Obj<'_>) -> String {
    object.to_string()
}
