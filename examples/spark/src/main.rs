//! `spark-example http://127.0.0.1:15002`: Python functions of each kind on the workers of that server.

use std::error::Error;
use std::time::Duration;

use cloudpickle::{Source, loads};
use spark_example::arrow_array::cast::AsArray;
use spark_example::arrow_array::types::Int64Type;
use spark_example::{Column, Frame, Session, Type};
use worker_task::Task;

/// A closure over a counter that stands at 11, written by cloudpickle on Python 3.11.
const COUNTER: &[u8] = include_bytes!("../../counter.pkl");

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:15002".into());
    let mut session = Session::connect(&address, Duration::from_secs(10))?;
    let (version, (major, minor)) = (session.version()?, session.python()?);
    println!("Spark {version}, workers with Python {major}.{minor}");

    let square = Task::source(&Source::lambda("lambda x: x * x"))?;
    let square = session.udf("square", &square, Type::Long)?;
    let squares = Frame::range(0, 1_000_000).select([square.on([Column::named("id")]).alias("y")]);
    let batches = session.collect(&squares.aggregate([Column::call("sum", [Column::named("y")])]))?;
    println!("a million squares: {}", batches[0].column(0).as_primitive::<Int64Type>().value(0));

    let fails = Task::source(&Source::function("def fails(x):\n    return {}[x]\n"))?;
    let fails = session.udf("fails", &fails, Type::Long)?;
    match session.collect(&Frame::range(0, 1).select([fails.on([Column::named("id")])])) {
        Err(spark_example::Error::Raised(raised)) => println!("a function that raises: raised {raised}"),
        other => println!("a function that raises: {other:?}"),
    }

    // Workers of another Python are not sent what they cannot run.
    match session.udf("count", &Task::payload((3, 11), &loads(COUNTER)?), Type::Long) {
        Ok(count) => {
            let batches = session.collect(&Frame::range(0, 1).select([count.on([])]))?;
            println!("a closure by value: {}", batches[0].column(0).as_primitive::<Int64Type>().value(0));
        }
        Err(refused) => println!("a closure by value: not sent: {refused}"),
    }
    Ok(session.close()?)
}
