//! What a Python worker is to call, and what came of it.
//!
//! The examples of engines (`rq`, `celery`, `dask`) differ in how bytes get to a worker and back. What they send is the same, a [`Task`]: a function
//! with its arguments, and the Python that its bytecode is of. What comes back is an [`Outcome`].
//!
//! ```
//! use cloudpickle::Source;
//! use worker_task::Task;
//!
//! let by_reference = Task::global("math", "hypot").args((3.0, 4.0));
//! let by_value = Task::source(&Source::lambda("lambda a, b=1: a * b"))?.arg(6).kwarg("b", 7);
//! assert_eq!(by_value.python(), None); // source runs on every one
//! # Ok::<(), cloudpickle::Error>(())
//! ```

mod guard;
mod outcome;
mod task;

pub use self::guard::guard;
pub use self::outcome::{Outcome, Raised};
pub use self::task::{Call, OtherPython, Task};
