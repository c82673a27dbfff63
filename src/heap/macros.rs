//! `py!`: Python literals in Rust.

/// Python objects written as in Python: a [`Pickle`](crate::Pickle), or, with `in heap`, a [`Value`](crate::Value) of that heap.
///
/// `{key: value}` is a dict, `[..]` a list, `(..)` a tuple, `None`, `True` and `False` are what they are in Python; everything else is a
/// Rust expression that is [`ToPy`](crate::ToPy).
///
/// # Examples
///
/// ```
/// use cloudpickle::{Bytes, Heap, py};
///
/// let name = "run-7";
/// let pickle = py!({"name": name, "shape": (2, 1 + 2), "tags": ["a", "b"], "blob": Bytes(b"\x00"), "next": None});
/// assert_eq!(
///     pickle.root().to_string(),
///     r"{'name': 'run-7', 'shape': (2, 3), 'tags': ['a', 'b'], 'blob': b'\x00', 'next': None}",
/// );
/// let bytes = pickle.dumps()?;
///
/// let mut heap = Heap::new();
/// let shared = heap.str("spam");
/// let pair = py!(in heap, (shared, shared, True, ()));
/// assert_eq!(heap.obj(pair).to_string(), "('spam', 'spam', True, ())");
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[macro_export]
macro_rules! py {
    (in $heap:expr, $($value:tt)+) => {{
        #[allow(unused_variables, reason = "None needs no heap")]
        let heap: &mut $crate::Heap<'_> = &mut $heap;
        $crate::py_value!(heap, $($value)+)
    }};
    ($($value:tt)+) => {{
        #[allow(unused_mut, reason = "None needs no heap")]
        let mut heap = $crate::Heap::new();
        let root = {
            #[allow(unused_variables, reason = "None needs no heap")]
            let heap = &mut heap;
            $crate::py_value!(heap, $($value)+)
        };
        $crate::Pickle::new(heap, root)
    }};
}

/// One value of [`py!`].
#[doc(hidden)]
#[macro_export]
macro_rules! py_value {
    ($heap:ident, None) => { $crate::Value::None };
    ($heap:ident, True) => { $crate::Value::True };
    ($heap:ident, False) => { $crate::Value::False };
    ($heap:ident, {}) => { $heap.dict([]) };
    ($heap:ident, {$($inner:tt)+}) => {{
        let mut pairs: ::std::vec::Vec<($crate::Value, $crate::Value)> = ::std::vec::Vec::new();
        $crate::py_pairs!($heap, pairs, [] $($inner)+);
        $heap.dict(pairs)
    }};
    ($heap:ident, []) => { $heap.list([]) };
    ($heap:ident, [$($inner:tt)+]) => {{
        let mut items: ::std::vec::Vec<$crate::Value> = ::std::vec::Vec::new();
        $crate::py_items!($heap, items, [] $($inner)+);
        $heap.list(items)
    }};
    ($heap:ident, ()) => { $crate::Value::EMPTY_TUPLE };
    // A value in parentheses without a comma is the value itself, as in Python.
    ($heap:ident, ($($inner:tt)+)) => {{
        let mut items: ::std::vec::Vec<$crate::Value> = ::std::vec::Vec::new();
        let comma = $crate::py_items!($heap, items, [] $($inner)+);
        if comma { $heap.tuple(items) } else { items[0] }
    }};
    ($heap:ident, $value:expr) => { $crate::ToPy::to_py(&$value, $heap) };
}

/// The items of a list or tuple; says whether there was a comma.
#[doc(hidden)]
#[macro_export]
macro_rules! py_items {
    ($heap:ident, $items:ident, []) => { true };
    ($heap:ident, $items:ident, [$($value:tt)+]) => {{
        let item = $crate::py_value!($heap, $($value)+);
        $items.push(item);
        false
    }};
    ($heap:ident, $items:ident, [$($value:tt)+] , $($rest:tt)*) => {{
        let item = $crate::py_value!($heap, $($value)+);
        $items.push(item);
        let _ = $crate::py_items!($heap, $items, [] $($rest)*);
        true
    }};
    ($heap:ident, $items:ident, [$($value:tt)*] $next:tt $($rest:tt)*) => {
        $crate::py_items!($heap, $items, [$($value)* $next] $($rest)*)
    };
}

/// The pairs of a dict.
#[doc(hidden)]
#[macro_export]
macro_rules! py_pairs {
    ($heap:ident, $pairs:ident, []) => {};
    ($heap:ident, $pairs:ident, [$($key:tt)+] : $($rest:tt)+) => {{
        let key = $crate::py_value!($heap, $($key)+);
        $crate::py_pairs!(@value $heap, $pairs, key, [] $($rest)+);
    }};
    ($heap:ident, $pairs:ident, [$($key:tt)*] $next:tt $($rest:tt)*) => {
        $crate::py_pairs!($heap, $pairs, [$($key)* $next] $($rest)*)
    };
    (@value $heap:ident, $pairs:ident, $key:ident, [$($value:tt)+]) => {{
        let value = $crate::py_value!($heap, $($value)+);
        $pairs.push(($key, value));
    }};
    (@value $heap:ident, $pairs:ident, $key:ident, [$($value:tt)+] , $($rest:tt)*) => {{
        let value = $crate::py_value!($heap, $($value)+);
        $pairs.push(($key, value));
        $crate::py_pairs!($heap, $pairs, [] $($rest)*);
    }};
    (@value $heap:ident, $pairs:ident, $key:ident, [$($value:tt)*] $next:tt $($rest:tt)*) => {
        $crate::py_pairs!(@value $heap, $pairs, $key, [$($value)* $next] $($rest)*)
    };
}

#[cfg(test)]
mod tests {
    use crate::Bytes;

    #[test]
    fn literals() {
        let check = |pickle: crate::Pickle<'_>, expected: &str| assert_eq!(pickle.root().to_string(), expected);
        check(py!(None), "None");
        check(py!({}), "{}");
        check(py!([]), "[]");
        check(py!(()), "()");
        check(py!((7)), "7");
        check(py!((7,)), "(7,)");
        check(py!([1, [2, (3, {"a": [None, True]})],]), "[1, [2, (3, {'a': [None, True]})]]");
        check(
            py!({1 + 1: {"x": ()}, (1, 2): Bytes(b"z"), "list": vec![1.5; 2],}),
            "{2: {'x': ()}, (1, 2): b'z', 'list': [1.5, 1.5]}",
        );
        check(py!([-1, "a".repeat(2), i64::MAX]), "[-1, 'aa', 9223372036854775807]");
    }
}
