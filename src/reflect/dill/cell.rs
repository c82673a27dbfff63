//! dill's cells.

use super::{Helper, called, is_attribute_function, set_late};
use crate::heap::Obj;

/// What a cell of dill's holds; `Some(None)` for an empty one.
///
/// A cell of a function that is being written is made with `None` and filled when everything is there. An empty one is made with a marker,
/// which is deleted at once.
pub(in crate::reflect) fn cell_contents(object: Obj<'_>) -> Option<Option<Obj<'_>>> {
    let (Helper::Cell, args) = called(object)? else { return None };
    let heap = object.heap();
    if let Some(contents) = set_late(object, "cell_contents") {
        return Some(Some(contents));
    }
    let deleted = heap.dropped_calls(object.value()).any(|call| {
        let Ok(call) = call.as_call() else { return false };
        is_attribute_function(call.callable(), "delattr")
            && call.args().get(1).is_ok_and(|name| name.as_str().is_ok_and(|name| name == "cell_contents"))
    });
    // Without an argument it holds `None`.
    let contents = args.first().copied().unwrap_or(crate::heap::Value::None);
    Some((!deleted).then(|| heap.obj(contents)))
}
