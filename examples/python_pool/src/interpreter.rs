//! Who a worker is, and what it can load.

use std::fmt;

use cloudpickle::bytecode::Version;
use cloudpickle::marshal::Layout;
use cloudpickle::{ErrorKind, Pickle, Policy, Unpickler};

use crate::error::{Error, Result};

/// The Python that runs the workers, as it says itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interpreter {
    version: (u8, u8, u8),
    implementation: String,
    cloudpickle: Option<String>,
}

impl Interpreter {
    /// Reads what a worker says of itself: `(version, implementation, cloudpickle, pid)`.
    pub(crate) fn read(hello: &[u8]) -> Result<Self> {
        let pickle = cloudpickle::loads(hello)?;
        let root = pickle.root();
        let number = |at: i64| -> Result<u8> {
            let number = root.get(0)?.get(at)?.as_u64()?;
            u8::try_from(number).map_err(|_| Error::protocol(format!("a Python version with {number} in it")))
        };
        let release = root.get(2)?;
        let cloudpickle = if release.is_none() { None } else { Some(release.as_str()?.to_owned()) };
        let version = (number(0)?, number(1)?, number(2)?);
        Ok(Self { version, implementation: root.get(1)?.as_str()?.to_owned(), cloudpickle })
    }

    /// `sys.version_info[:3]`.
    #[must_use]
    pub fn version(&self) -> (u8, u8, u8) {
        self.version
    }

    /// `sys.implementation.name`: `cpython`, `pypy`.
    #[must_use]
    pub fn implementation(&self) -> &str {
        &self.implementation
    }

    /// The release of cloudpickle that it imports, if it has one.
    #[must_use]
    pub fn cloudpickle(&self) -> Option<&str> {
        self.cloudpickle.as_deref()
    }

    /// The highest protocol that its `pickle` reads.
    #[must_use]
    pub fn protocol(&self) -> u8 {
        if self.minor() >= (3, 8) { 5 } else { 4 }
    }

    fn minor(&self) -> (u8, u8) {
        (self.version.0, self.version.1)
    }
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.version;
        write!(f, "{} {major}.{minor}.{patch}", self.implementation)?;
        match &self.cloudpickle {
            Some(release) => write!(f, " with cloudpickle {release}"),
            None => f.write_str(" without cloudpickle"),
        }
    }
}

/// Where cloudpickle has its helpers, release by release.
const HELPERS: [&str; 3] = ["cloudpickle", "cloudpickle.cloudpickle", "cloudpickle.cloudpickle_fast"];

/// What a pickle needs of the Python that loads it.
#[derive(Clone, Default, Debug)]
pub(crate) struct Needs {
    protocol: u8,
    cloudpickle: bool,
    code: Vec<CodeOf>,
    /// What the caller says.
    python: Option<(u8, u8)>,
}

/// A function by value.
#[derive(Clone, Debug)]
struct CodeOf {
    function: String,
    versions: Vec<Version>,
}

impl Needs {
    /// Looks into a pickle that may have code in it.
    pub(crate) fn of(pickle: &[u8]) -> Result<Self> {
        // Any pickle of a function by value has one of these words in it, and most pickles have neither.
        let may_have_code =
            ["CodeType", "cloudpickle"].iter().any(|word| memchr::memmem::find(pickle, word.as_bytes()).is_some());
        if !may_have_code {
            return Ok(Self::default());
        }
        let unpickler = Unpickler::new().missing_buffers(true);
        let without = HELPERS.iter().fold(Policy::allow_all(), |policy, module| policy.deny_module(*module));
        let without = unpickler.clone().policy(&without).loads(pickle);
        let cloudpickle = matches!(without, Err(err) if matches!(err.kind(), ErrorKind::GlobalNotAllowed { .. }));
        Ok(Self::of_objects(&unpickler.loads(pickle)?, cloudpickle))
    }

    fn of_objects(pickle: &Pickle<'_>, cloudpickle: bool) -> Self {
        let mut code = Vec::new();
        for function in pickle.functions() {
            let of = function.code();
            let fields = of.fields();
            let fits = |version: &Version| Layout::of_python(version.python()) == of.shape() && version.fits(&fields);
            let versions = Version::ALL.into_iter().filter(fits).collect();
            code.push(CodeOf { function: function.qualname().to_string(), versions });
        }
        Self { protocol: pickle.protocol(), cloudpickle, code, python: None }
    }

    pub(crate) fn with_protocol(mut self, protocol: u8) -> Self {
        self.protocol = protocol;
        self
    }

    pub(crate) fn for_python(mut self, python: Option<(u8, u8)>) -> Self {
        self.python = python;
        self
    }

    /// Which Python the caller says it is for.
    pub(crate) fn python(&self) -> Option<(u8, u8)> {
        self.python
    }

    /// Whether a Python can load it, and run what it holds.
    pub(crate) fn check(&self, python: &Interpreter) -> Result<()> {
        let refuse = |why: String| Err(Error::Refused(format!("{why}, the workers are {python}")));
        if self.protocol > python.protocol() {
            return refuse(format!("pickle protocol {} is needed", self.protocol));
        }
        if self.cloudpickle && python.cloudpickle.is_none() {
            return refuse("a function or class by value needs cloudpickle".into());
        }
        if let Some((major, minor)) = self.python.filter(|stated| *stated != python.minor()) {
            return refuse(format!("it is for Python {major}.{minor}"));
        }
        let Some(first) = self.code.first() else { return Ok(()) };
        let name = &first.function;
        if python.implementation != "cpython" {
            return refuse(format!("{name} is bytecode of CPython"));
        }
        if self.python.is_some() {
            return Ok(());
        }
        // All of it was compiled by one Python.
        let possible = |version: &Version| self.code.iter().all(|code| code.versions.contains(version));
        let possible: Vec<Version> = Version::ALL.into_iter().filter(possible).collect();
        let of: Vec<String> = possible.iter().map(Version::to_string).collect();
        match &possible[..] {
            [version] if version.python() == python.minor() => Ok(()),
            [] => refuse(format!("{name} is bytecode of a Python that is not known: for_python says which it is for")),
            [_] => refuse(format!("{name} is bytecode of Python {}", of.join(""))),
            // What looks alike does not always mean the same: between 3.8 and 3.9 a comprehension of the one breaks the other.
            several if several.iter().any(|version| version.python() == python.minor()) => {
                let of = of.join(" or ");
                refuse(format!("{name} is bytecode of Python {of}, which look alike: for_python says which it is for"))
            }
            _ => refuse(format!("{name} is bytecode of Python {}", of.join(" or "))),
        }
    }
}
