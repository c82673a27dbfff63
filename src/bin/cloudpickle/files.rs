//! Many files and folders: found, worked on in parallel, told in their order.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::progress::Progress;

/// A file to look at.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// It was found in a folder, so nobody said that it is a pickle.
    pub(crate) in_folder: bool,
    /// Why a folder cannot be read.
    pub(crate) error: Option<io::Error>,
}

/// The files themselves, and all files in folders, in the order of their names; links to folders are not followed.
pub(crate) fn find(paths: &[PathBuf]) -> Vec<Found> {
    let mut found = Vec::new();
    for named in paths {
        let mut open = vec![named.clone()];
        while let Some(path) = open.pop() {
            let in_folder = path != *named;
            if path == Path::new("-") || !path.is_dir() {
                found.push(Found { path, in_folder, error: None });
                continue;
            }
            match fs::read_dir(&path) {
                Ok(entries) => {
                    let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
                    inside.retain(|inner| !(inner.is_symlink() && inner.is_dir()));
                    inside.sort();
                    open.extend(inside.into_iter().rev());
                }
                Err(error) => found.push(Found { path, in_folder, error: Some(error) }),
            }
        }
    }
    found
}

/// Names under which pickles are kept.
pub(crate) fn is_pickle_name(path: &Path) -> bool {
    const NAMES: &[&str] =
        &["pkl", "pickle", "p", "pk", "pt", "pth", "bin", "ckpt", "joblib", "dill", "sav", "npy", "npz", "model", "dat", "data"];
    path.extension().and_then(OsStr::to_str).is_some_and(|extension| NAMES.contains(&extension.to_ascii_lowercase().as_str()))
}

/// Works on the files in as many threads as asked for, and tells the results in the order of the files. When telling fails, the work stops.
pub(crate) fn work<R: Send>(
    files: &[Found],
    jobs: Option<NonZero<usize>>,
    one: impl Fn(&Found) -> R + Sync,
    mut tell: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let threads = jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get).min(files.len());
    let progress = Progress::new(files.len());
    if threads < 2 {
        return files.iter().try_for_each(|file| {
            let result = one(file);
            progress.step();
            tell(result)
        });
    }
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        // A few results may wait for their turn, not all of them.
        let (send, receive) = mpsc::sync_channel(threads * 4);
        for _ in 0..threads {
            let (send, next, stop, one) = (send.clone(), &next, &stop, &one);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(at) else { break };
                    if send.send((at, one(file))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let (mut waiting, mut turn) = (BTreeMap::new(), 0);
        for (at, result) in receive {
            progress.step();
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&turn) {
                turn += 1;
                if let Err(error) = tell(result) {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(())
    })
}
