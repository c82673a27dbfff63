//! What workers are to call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloudpickle::reflect::Build;
use cloudpickle::{ErrorKind, Heap, Pickler, ToPy, Value};

use crate::error::Result;
use crate::interpreter::{Interpreter, Needs};
use crate::task::Task;

/// Something that workers call: a function or class, by reference or by value.
///
/// A worker gets it once, when its first call comes, and keeps it: a function from source is compiled once in each worker, and what it keeps in its globals
/// or closure lives from call to call. A clone is the same callable.
///
/// # Examples
///
/// ```
/// use cloudpickle::Source;
/// use python_pool::{Callable, Pool};
///
/// let pool = Pool::new(1)?;
///
/// // By reference: the worker imports it.
/// let hypot = Callable::global("math", "hypot");
/// assert_eq!(pool.call(hypot.call((3.0, 4.0)))?.get::<f64>()?, 5.0);
///
/// // From source: nothing needs to be there but Python.
/// let squared = Callable::new(&Source::lambda("lambda x: x ** 2"))?;
/// assert_eq!(pool.call(squared.call((12,)))?.get::<i64>()?, 144);
/// # Ok::<(), python_pool::Error>(())
/// ```
#[derive(Clone)]
pub struct Callable(Arc<Inner>);

struct Inner {
    id: u64,
    name: String,
    pickle: Vec<u8>,
    needs: Needs,
}

impl Callable {
    fn pickled_as(name: String, pickle: Vec<u8>, needs: Needs) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(Arc::new(Inner { id: NEXT.fetch_add(1, Ordering::Relaxed), name, pickle, needs }))
    }

    /// A global that the worker imports: `global("os.path", "join")`, `global("collections", "Counter.fromkeys")`.
    #[must_use]
    pub fn global(module: &str, name: &str) -> Self {
        let mut heap = Heap::new();
        let global = heap.global(module, name);
        // Protocol 4 can say any global.
        let pickle = Pickler::new().protocol(4).optimize(true).dumps(&heap, global).unwrap_or_default();
        Self::pickled_as(format!("{module}.{name}"), pickle, Needs::default())
    }

    /// What can be built: a [`Source`](cloudpickle::Source), a [`FunctionBuilder`](cloudpickle::reflect::FunctionBuilder) or
    /// [`ClassBuilder`](cloudpickle::reflect::ClassBuilder), a `Value`.
    ///
    /// # Errors
    ///
    /// When it cannot be built or pickled.
    pub fn new(object: &(impl Build + ?Sized)) -> Result<Self> {
        Self::with(|heap| object.build(heap))
    }

    /// What a function makes in a heap.
    ///
    /// # Errors
    ///
    /// Those of the function, and when the object cannot be pickled.
    ///
    /// # Examples
    ///
    /// ```
    /// use python_pool::{Callable, Pool};
    ///
    /// // functools.partial(int, base=2)
    /// let binary = Callable::with(|heap| {
    ///     let (getter, key) = (heap.global("operator", "itemgetter"), 1);
    ///     Ok(heap.call(getter, (key,)))
    /// })?;
    /// assert_eq!(Pool::new(1)?.call(binary.call((["a", "b"],)))?.get::<String>()?, "b");
    /// # Ok::<(), python_pool::Error>(())
    /// ```
    pub fn with(make: impl FnOnce(&mut Heap<'static>) -> cloudpickle::Result<Value>) -> Result<Self> {
        let mut heap = Heap::new();
        let object = make(&mut heap)?;
        let name = heap.obj(object).to_string();
        // The oldest protocol that can say it runs on the most workers.
        let pickle = match Pickler::new().protocol(4).dumps(&heap, object) {
            Err(err) if matches!(err.kind(), ErrorKind::NotInProtocol { .. }) => Pickler::new().dumps(&heap, object)?,
            pickle => pickle?,
        };
        Self::of_pickle(name, pickle)
    }

    /// A callable that was pickled by whomever: what `cloudpickle.dumps(f)` gave in some Python, or `Pickler::dumps` here. The bytes go to the workers as
    /// they are.
    ///
    /// The bytecode of a function by value runs on the Python that it was compiled by and on no other, so workers of another one never see it. Mostly it shows
    /// which one that is. Where several look alike (3.8 and 3.9 often do) the call is refused until [`Callable::for_python`] says it.
    ///
    /// # Errors
    ///
    /// When it is no pickle.
    pub fn pickled(pickle: impl Into<Vec<u8>>) -> Result<Self> {
        let pickle = pickle.into();
        let name = cloudpickle::loads(&pickle)?.root().to_string();
        Self::of_pickle(name, pickle)
    }

    fn of_pickle(name: String, pickle: Vec<u8>) -> Result<Self> {
        let protocol = cloudpickle::loads(&pickle)?.protocol();
        let needs = Needs::of(&pickle)?.with_protocol(protocol);
        Ok(Self::pickled_as(name, pickle, needs))
    }

    /// The same for workers of that Python alone. What its bytecode looks like is not asked any more.
    #[must_use]
    pub fn for_python(&self, major: u8, minor: u8) -> Self {
        let Inner { name, pickle, needs, .. } = &*self.0;
        Self::pickled_as(name.clone(), pickle.clone(), needs.clone().for_python(Some((major, minor))))
    }

    /// A call of it. The arguments are a tuple; anything else is the only one. [`Task`] takes more: keywords, buffers, a time limit.
    #[must_use]
    pub fn call(&self, args: impl ToPy) -> Task {
        Task::new(self.clone(), args)
    }

    /// Which Python it is for, if that was said.
    pub(crate) fn python(&self) -> Option<(u8, u8)> {
        self.0.needs.python()
    }

    /// Whether workers can take it.
    pub(crate) fn check(&self, python: &Interpreter) -> Result<()> {
        self.0.needs.check(python)
    }

    /// What workers know it by.
    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    pub(crate) fn pickle(&self) -> &[u8] {
        &self.0.pickle
    }
}

impl fmt::Debug for Callable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callable({})", self.0.name)
    }
}
