//! What was found out about a name once, for the next scan: pickles name the same few globals over and over.

use std::collections::HashMap;

/// Values by module and name; what it holds is thrown away when it is full, so a stream of made-up names takes no memory.
pub(super) struct Remembered<V> {
    modules: HashMap<Box<str>, HashMap<Box<str>, V>>,
    held: usize,
}

/// How many names are held.
const ROOM: usize = 4096;
/// How long a name may be to be held.
const LENGTH: usize = 256;

impl<V: Clone> Remembered<V> {
    pub(super) fn new() -> Self {
        Self { modules: HashMap::new(), held: 0 }
    }

    /// The value for a name, which is found when it is not held.
    pub(super) fn get(&mut self, module: &str, name: &str, find: impl FnOnce() -> V) -> V {
        if let Some(value) = self.modules.get(module).and_then(|names| names.get(name)) {
            return value.clone();
        }
        let value = find();
        if module.len() + name.len() > LENGTH {
            return value;
        }
        if self.held == ROOM {
            self.modules.clear();
            self.held = 0;
        }
        self.held += 1;
        self.modules.entry(module.into()).or_default().insert(name.into(), value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_a_bounded_number() {
        let mut remembered = Remembered::new();
        for at in 0..2 * ROOM + 1 {
            assert_eq!(remembered.get("module", &at.to_string(), || at), at);
        }
        assert!(remembered.held <= ROOM);
        assert_eq!(remembered.get("module", &(2 * ROOM).to_string(), || 0), 2 * ROOM, "it is held");
    }
}
