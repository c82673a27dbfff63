//! A message of protocol 2 as kombu keeps it in a list of Redis.
//!
//! ```text
//! LPUSH celery {"body": base64 of a pickle of (args, kwargs, embed), "content-type": .., "content-encoding": .., "headers": {..}, "properties": {..}}
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cloudpickle::{Heap, Pickler, Result, Value};
use serde_json::json;
use uuid::Uuid;
use worker_task::Call;

/// The JSON of a message.
pub(crate) fn encode(id: &str, name: &str, queue: &str, mut call: Call) -> Result<String> {
    let (args, kwargs) = call.arguments();
    let embed = embed(&mut call.heap);
    let body = call.heap.tuple([args, kwargs, embed]);
    let body = Pickler::new().protocol(4).dumps(&call.heap, body)?;
    // Without these texts the worker makes them of the arguments.
    let (args, kwargs) = (call.heap.obj(args).to_string(), call.heap.obj(kwargs).to_string());
    let message = json!({
        "body": STANDARD.encode(body),
        "content-type": "application/x-python-serialize",
        "content-encoding": "binary",
        "headers": {
            "lang": "py", "task": name, "id": id, "root_id": id, "parent_id": null, "group": null, "shadow": null,
            "eta": null, "expires": null, "retries": 0, "timelimit": [null, null], "ignore_result": false,
            "argsrepr": short(&args), "kwargsrepr": short(&kwargs), "origin": format!("{}@rust", std::process::id()),
        },
        "properties": {
            "correlation_id": id, "delivery_mode": 2, "priority": 0, "delivery_tag": Uuid::new_v4().to_string(), "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": queue},
        },
    });
    Ok(message.to_string())
}

/// What is to happen after the task: nothing.
fn embed(heap: &mut Heap<'_>) -> Value {
    let pairs = ["callbacks", "errbacks", "chain", "chord"].map(|key| (heap.str(key), Value::None));
    heap.dict(pairs)
}

fn short(text: &str) -> String {
    let end = text.char_indices().nth(200).map_or(text.len(), |(at, _)| at);
    if end == text.len() { text.to_owned() } else { format!("{}..", &text[..end]) }
}
