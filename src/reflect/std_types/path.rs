//! `pathlib`: pure and concrete paths of both systems.
//!
//! ```text
//! pathlib.PosixPath('/', 'usr', 'bin')         up to Python 3.12: the parts
//! pathlib._local.PosixPath('/usr/bin')         3.13: what the path was made of, as it was given
//! pathlib.PosixPath('/usr/bin')                3.14: the same
//! ```

use std::fmt;
use std::path::{Path, PathBuf};

use super::from_py::FromPy;
use super::made::Made;
use super::plain::plain;
use crate::error::Result;
use crate::heap::{Heap, Obj, ToPy, Value};
use crate::reflect::Target;
use crate::text::PyStr;

/// Which class of `pathlib` a path has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PathKind {
    /// `PurePosixPath`.
    PurePosix,
    /// `PosixPath`, which only systems like Unix can make.
    Posix,
    /// `PureWindowsPath`.
    PureWindows,
    /// `WindowsPath`, which only Windows can make.
    Windows,
}

impl PathKind {
    const ALL: [Self; 4] = [Self::PurePosix, Self::Posix, Self::PureWindows, Self::Windows];

    fn name(self) -> &'static str {
        match self {
            Self::PurePosix => "PurePosixPath",
            Self::Posix => "PosixPath",
            Self::PureWindows => "PureWindowsPath",
            Self::Windows => "WindowsPath",
        }
    }

    fn is_windows(self) -> bool {
        matches!(self, Self::PureWindows | Self::Windows)
    }
}

/// A path of `pathlib`. `Display` is Python's `repr`: `PosixPath('/usr/bin')`.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::std_types::{PathKind, PurePath};
///
/// let pickle = cloudpickle::loads(b"cpathlib\nPosixPath\n(V/\nVusr\nVbin\ntR.")?;
/// let path = PurePath::reflect(pickle.root())?;
/// assert_eq!(path, PurePath { kind: PathKind::Posix, text: "/usr/bin".into() });
/// assert_eq!(path.parts(), ["/", "usr", "bin"]);
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PurePath {
    /// The class.
    pub kind: PathKind,
    /// `str` of the path, as Python has it: `.` for an empty one, no separator at the end.
    pub text: String,
}
plain!(
    /// Reads a path (`PurePath.__reduce__` of `pathlib`). A path with bytes that are no UTF-8 is not read.
    PurePath,
    "a path of pathlib"
);

impl PurePath {
    pub(crate) fn recognise(object: Obj<'_>) -> Option<Self> {
        let made = Made::of(object).filter(|made| made.is_untouched() && !made.is_new)?;
        let (module, name) = made.callable.global_names()?;
        let kind = PathKind::ALL.into_iter().find(|kind| kind.name() == name)?;
        if !matches!(&*module, "pathlib" | "pathlib._local") {
            return None;
        }
        let heap = object.heap();
        let parts = made.args.iter().map(|part| heap.obj(*part).as_str().ok());
        let parts: Vec<&str> = parts.collect::<Option<_>>()?;
        Some(Self { kind, text: join(&parts, kind.is_windows()) })
    }

    /// `parts`: the anchor, if there is one, and the names.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        if self.text == "." {
            return Vec::new();
        }
        let separator = if self.kind.is_windows() { '\\' } else { '/' };
        let (anchor, rest) = self.text.split_at(anchor(&self.text, self.kind.is_windows()).1);
        let names = rest.split(separator).filter(|name| !name.is_empty());
        Some(anchor).filter(|anchor| !anchor.is_empty()).into_iter().chain(names).collect()
    }

    /// Builds the path.
    pub fn build(&self, heap: &mut Heap<'_>, target: &Target) -> Value {
        if target.python() >= (3, 13) {
            let module = if target.python() == (3, 13) { "pathlib._local" } else { "pathlib" };
            let class = heap.shared_global(module, self.kind.name());
            return heap.call(class, (&self.text,));
        }
        let class = heap.shared_global("pathlib", self.kind.name());
        // Python interns the parts.
        let parts: Vec<_> = self.parts().into_iter().map(|part| heap.name(part)).collect();
        let parts = heap.tuple(parts);
        heap.call(class, parts)
    }
}

/// How long the drive is, and how long the drive with the root (`splitroot` of `posixpath.py` and `ntpath.py`).
fn anchor(text: &str, windows: bool) -> (usize, usize) {
    if !windows {
        // Exactly two slashes are a root of their own.
        let slashes = text.len() - text.trim_start_matches('/').len();
        return (0, if slashes == 2 { 2 } else { slashes.min(1) });
    }
    if let Some(share) = text.strip_prefix(r"\\") {
        let second = share.match_indices('\\').map(|(at, _)| at + 2).nth(1);
        return second.map_or((text.len(), text.len()), |drive| (drive, drive + 1));
    }
    match text.as_bytes() {
        [drive, b':', b'\\', ..] if drive.is_ascii() => (2, 3),
        [drive, b':', ..] if drive.is_ascii() => (2, 2),
        [b'\\', ..] => (0, 1),
        _ => (0, 0),
    }
}

/// `str` of the path that has these parts: a later absolute part takes the place of those before it, empty names and single dots go.
fn join(parts: &[&str], windows: bool) -> String {
    let separator = if windows { '\\' } else { '/' };
    let (mut drive, mut root, mut names) = (String::new(), String::new(), Vec::new());
    for part in parts {
        let part = if windows { part.replace('/', "\\") } else { (*part).to_owned() };
        let (drive_end, root_end) = anchor(&part, windows);
        let (head, rest) = part.split_at(root_end);
        let (new_drive, new_root) = head.split_at(drive_end);
        if !new_root.is_empty() || !new_drive.is_empty() && !new_drive.eq_ignore_ascii_case(&drive) {
            root = new_root.to_owned();
            names.clear();
        }
        if !new_drive.is_empty() {
            drive = new_drive.to_owned();
        }
        names.extend(rest.split(separator).filter(|name| !matches!(*name, "" | ".")).map(str::to_owned));
    }
    // A share always has a root.
    if drive.starts_with(r"\\") && drive.matches('\\').count() == 3 {
        root = "\\".to_owned();
    }
    let text = [drive, root, names.join(&separator.to_string())].concat();
    if text.is_empty() { ".".to_owned() } else { text }
}

impl fmt::Display for PurePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `repr` has the path with slashes.
        let text = if self.kind.is_windows() { self.text.replace('\\', "/") } else { self.text.clone() };
        write!(f, "{}({:?})", self.kind.name(), PyStr::from(&*text))
    }
}

/// A `pathlib` path of the system that this runs on, or of the other as pure path; a str.
impl FromPy<'_> for PathBuf {
    fn from_py(object: Obj<'_>) -> Result<Self> {
        match object.as_str() {
            Ok(text) => Ok(text.into()),
            Err(_) => PurePath::reflect(object).map(|path| path.text.into()),
        }
    }
}

macro_rules! to_py {
    ($($type:ty)*) => {
        $(
            /// A `pathlib` path of the system that this runs on. What is no Unicode is replaced.
            impl ToPy for $type {
                fn to_py(&self, heap: &mut Heap<'_>) -> Value {
                    let kind = if cfg!(windows) { PathKind::Windows } else { PathKind::Posix };
                    let path: PathBuf = self.components().collect();
                    let text = if path.as_os_str().is_empty() { ".".into() } else { path.to_string_lossy().into_owned() };
                    PurePath { kind, text }.to_py(heap)
                }
            }
        )*
    };
}
to_py!(Path PathBuf);
