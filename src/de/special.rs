//! Objects of Python's standard library that are read as text: see [`with`](crate::with).

use super::context::Context;
use super::shape::{Shape, Want};
use crate::error::{Error, Result};
use crate::heap::{Obj, Value};
use crate::int::Int;
use crate::ser::calendar::Moment;
use crate::ser::marker;

impl<'c, 'de: 'c> Context<'c, 'de> {
    /// The text of an object that is to be what a marker says; none if the marker says nothing of the kind.
    pub(crate) fn special(&self, marker: &str, value: Value) -> Result<Option<String>> {
        let what = match marker {
            marker::DATETIME => "datetime",
            marker::DATE => "date",
            marker::TIME => "time",
            marker::UUID => return self.uuid(value).map(Some),
            _ => return Ok(None),
        };
        // Text is taken as it is.
        if let Ok(text) = self.heap.obj(value).as_str() {
            return Ok(Some(text.to_owned()));
        }
        self.moment(what, value)?.map(Some).ok_or_else(|| self.heap.wrong_type(wanted(what), value))
    }

    /// A call of `datetime.datetime` and its like with the bytes of its state.
    fn moment(&self, what: &'static str, value: Value) -> Result<Option<String>> {
        let object = self.heap.obj(value);
        let Ok(call) = object.as_call() else { return Ok(None) };
        if !call.callable().is_global("datetime", what) {
            return Ok(None);
        }
        let (state, zone) = match self.heap.items(call.args().value()) {
            [state] => (*state, None),
            [state, zone] => (*state, Some(*zone)),
            _ => return Ok(None),
        };
        let offset = match zone.map(|zone| self.offset(self.heap.obj(zone))) {
            None => None,
            Some(Some(offset)) => Some(offset),
            Some(None) => return Err(self.heap.wrong_type("a time zone with a fixed offset", zone.unwrap_or(value))),
        };
        let bytes = match self.shape(state, Want::Any)? {
            Shape::Bytes(content) => content.bytes().to_vec(),
            Shape::Made(bytes) => bytes,
            // Python 2 pickled the state as a str, which is read as text if all of it is ASCII, or as latin1.
            Shape::Str(_) | Shape::Text(_) => match self.latin1_of(state) {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Moment::from_bytes(&bytes, offset).map(|moment| moment.to_string()))
    }

    /// The bytes of a state that was read as text.
    fn latin1_of(&self, state: Value) -> Option<Vec<u8>> {
        match state {
            Value::ByteString(_) => Some(self.content(state).bytes().to_vec()),
            _ => {
                let text = self.heap.obj(state).as_py_str().ok()?;
                text.code_points().map(|code_point| u8::try_from(code_point).ok()).collect()
            }
        }
    }

    /// The seconds of a `datetime.timezone`, or of what `pytz` has for UTC.
    fn offset(&self, zone: Obj<'_>) -> Option<i32> {
        let call = zone.as_call().ok()?;
        if call.callable().is_global("pytz", "_UTC") {
            return Some(0);
        }
        let delta = match self.heap.items(call.args().value()) {
            [delta] | [delta, _] if call.callable().is_global("datetime", "timezone") => self.heap.obj(*delta).as_call().ok()?,
            _ => return None,
        };
        if !delta.callable().is_global("datetime", "timedelta") {
            return None;
        }
        let mut parts = [0; 3];
        let args = self.heap.items(delta.args().value());
        for (part, arg) in parts.iter_mut().zip(args) {
            *part = self.heap.obj(*arg).as_i64().ok()?;
        }
        let [days, seconds, micros] = parts;
        let offset = days.checked_mul(86_400)?.checked_add(seconds)?;
        let sound = args.len() <= 3 && micros == 0 && offset.unsigned_abs() < 86_400;
        i32::try_from(offset).ok().filter(|_| sound)
    }

    /// A `uuid.UUID`: an instance whose state is an int.
    fn uuid(&self, value: Value) -> Result<String> {
        if let Ok(text) = self.heap.obj(value).as_str() {
            return Ok(text.to_owned());
        }
        let wrong = || -> Error { self.heap.wrong_type(wanted("UUID"), value) };
        let Shape::Pairs(pairs, _) = self.shape(value, Want::Any)? else { return Err(wrong()) };
        let mut found = pairs.chunks_exact(2).filter(|pair| self.heap.obj(pair[0]).as_str() == Ok("int"));
        let n = match found.next_back() {
            Some(&[_, n]) => n,
            _ => return Err(wrong()),
        };
        let Shape::Int(n) = self.shape(n, Want::Any)? else { return Err(wrong()) };
        let n = match n {
            Int::Small(n) => u128::try_from(n).ok(),
            Int::Big(n) => u128::try_from(&n).ok(),
        };
        let text = format!("{:032x}", n.ok_or_else(wrong)?);
        let parts = [text.get(..8), text.get(8..12), text.get(12..16), text.get(16..20), text.get(20..)];
        Ok(parts.into_iter().flatten().collect::<Vec<_>>().join("-"))
    }
}

fn wanted(what: &str) -> &'static str {
    match what {
        "datetime" => "datetime.datetime",
        "date" => "datetime.date",
        "time" => "datetime.time",
        _ => "uuid.UUID",
    }
}
