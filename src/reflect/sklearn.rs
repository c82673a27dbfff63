//! scikit-learn's estimators, for reading.
//!
//! ```text
//! NEWOBJ sklearn.linear_model._base.LinearRegression ()    BUILD {'fit_intercept': True, .., 'coef_': ndarray, '_sklearn_version': '1.5.2'}
//! sklearn.tree._tree.Tree(features, classes, outputs)      BUILD {'max_depth': 3, 'node_count': 5, 'nodes': ndarray, 'values': ndarray}
//! ```

use std::fmt;

use super::below::{Step, below};
use super::numpy::Array;
use super::shape::view;
use super::std_types::Instance;
use crate::error::Result;
use crate::heap::{Obj, Value};
use crate::text::PyStr;

/// An estimator of scikit-learn, or another instance of its classes: a `Copy` view. `Display` says class and parameters.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::sklearn::Estimator;
///
/// let pickle = cloudpickle::loads(
///     b"\x80\x02csklearn.linear_model._ridge\nRidge\n)\x81}(X\x05\x00\x00\x00alphaK\x02X\x07\x00\x00\x00n_iter_Nub.",
/// )?;
/// let model = Estimator::reflect(pickle.root())?;
/// assert_eq!(model.to_string(), "<sklearn.linear_model._ridge.Ridge alpha=2>");
/// assert_eq!(model.fitted().next().map(|(name, _)| name.to_string_lossy()).as_deref(), Some("n_iter_"));
/// # Ok::<(), cloudpickle::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Estimator<'h> {
    object: Obj<'h>,
    made: Instance<'h>,
}
view!(
    /// Reads an instance of a class in `sklearn`.
    Estimator,
    "an object of scikit-learn"
);

impl<'h> Estimator<'h> {
    pub(crate) fn recognise(object: Obj<'h>) -> Option<Self> {
        let made = Instance::recognise(object)?;
        let (module, _) = made.class().global_names()?;
        (module.starts_with("sklearn.") || module == "sklearn").then_some(Self { object, made })
    }

    /// Module and name of the class.
    #[must_use]
    pub fn class_name(self) -> String {
        self.made.class_name().unwrap_or_default()
    }

    /// The release that wrote it.
    #[must_use]
    pub fn version(self) -> Option<&'h str> {
        self.made.attr("_sklearn_version")?.as_str().ok()
    }

    /// Any attribute.
    #[must_use]
    pub fn attr(self, name: &str) -> Option<Obj<'h>> {
        self.made.attr(name)
    }

    /// What the constructor was given: the attributes without an underscore at either end.
    pub fn params(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + use<'h> {
        self.made.attrs().filter(|(name, _)| name.to_str().is_some_and(|name| !name.starts_with('_') && !name.ends_with('_')))
    }

    /// What `fit` found: the attributes that end in an underscore, such as `coef_`.
    pub fn fitted(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + use<'h> {
        self.made.attrs().filter(|(name, _)| name.to_str().is_some_and(|name| !name.starts_with('_') && name.ends_with('_')))
    }

    /// The steps of a `Pipeline` by name.
    pub fn steps(self) -> impl Iterator<Item = (PyStr<'h>, Obj<'h>)> + use<'h> {
        let steps = self.made.attr("steps").and_then(|steps| steps.iter().ok()).into_iter().flatten();
        steps.filter_map(|step| Some((step.get(0).ok()?.as_py_str().ok()?, step.get(1).ok()?)))
    }

    /// A fitted array by name.
    #[must_use]
    pub fn array(self, name: &str) -> Option<Array<'h>> {
        Array::recognise(self.made.attr(name)?)
    }

    /// Every array below it by its path: `coef_`, `steps.1.1.coef_`, `estimators_.0.tree_.values`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) where more objects would have to be looked at than any model has.
    pub fn arrays(self) -> Result<Vec<(String, Array<'h>)>> {
        arrays(self.object)
    }
}

impl fmt::Display for Estimator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.class_name())?;
        for (name, value) in self.params() {
            write!(f, " {}={}", name.to_string_lossy(), super::annotation::repr_text(value))?;
        }
        f.write_str(">")
    }
}

/// Every array of numpy's below an object by its path: in lists, tuples, dicts and objects of scikit-learn.
///
/// # Errors
///
/// [`ErrorKind::LimitExceeded`](crate::ErrorKind::LimitExceeded) where more objects would have to be looked at than any model has.
pub fn arrays(object: Obj<'_>) -> Result<Vec<(String, Array<'_>)>> {
    below(object, Array::recognise, |object, found| match object.value() {
        Value::Tuple(_) | Value::List(_) => {
            let items = object.iter().ok().into_iter().flatten().enumerate();
            items.for_each(|(index, item)| found(Step::Index(index), item));
        }
        Value::Dict(_) => {
            let items = object.items().ok().into_iter().flatten();
            items.filter_map(|(key, value)| Some((Step::of(key)?, value))).for_each(|(step, value)| found(step, value));
        }
        _ => {
            let attrs = Estimator::recognise(object).into_iter().flat_map(|estimator| estimator.made.attrs());
            attrs.for_each(|(name, value)| found(Step::Name(name), value));
        }
    })
}
