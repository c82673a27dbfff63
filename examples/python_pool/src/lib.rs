//! Python worker processes for Rust.
mod answer;
mod call;
mod callable;
mod channel;
mod error;
mod interpreter;
mod map;
mod pool;
mod queue;
mod raised;
mod slot;
mod task;
pub mod wire;
mod worker;

pub use self::answer::Answer;
pub use self::call::Call;
pub use self::callable::Callable;
pub use self::error::{Error, Result};
pub use self::interpreter::Interpreter;
pub use self::map::{AsCompleted, Map};
pub use self::pool::{Builder, IntoPayload, Payload, Pool};
pub use self::raised::{Raised, Stage};
pub use self::task::{Shared, Task};
