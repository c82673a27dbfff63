//! Values that Rust and real caches of Django and Flask-Caching exchange in Redis.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cloudpickle::reflect::std_types::DateTime;
use cloudpickle::{Bytes, Pickle, py};
use data_example::cache::Cache;
use engines_support::{Python, Redis, command, need, python, run, venv, wait_for};

const DJANGO: &[&str] = &["django==5.2.19", "asgiref==3.8.1", "sqlparse==0.5.3", "redis==5.2.1"];
#[rustfmt::skip]
const FLASK: &[&str] = &[
    "flask-caching==2.3.1", "cachelib==0.13.0", "flask==3.1.0", "werkzeug==3.1.3", "jinja2==3.1.6", "markupsafe==3.0.2", "itsdangerous==2.2.0",
    "click==8.1.8", "blinker==1.9.0", "redis==5.2.1",
];

const DJANGO_CACHE: &str = "
from django.conf import settings
settings.configure(CACHES={'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': URL}})
from django.core.cache import cache
";
const FLASK_CACHE: &str = "
from flask import Flask
from flask_caching import Cache
app = Flask('app')
cache = Cache(app, config={'CACHE_TYPE': 'RedisCache', 'CACHE_REDIS_URL': URL})
app.app_context().push()
";

/// What a Python program does with its cache: one line for each key that it reads.
const SET: &str = "
import datetime
values = {
    'dict': {'name': 'run-7', 'shape': (2, 3), 'tags': ['a', 'caf\\u00e9'], 'blob': b'\\x00\\xff', 'next': None},
    'int': 42, 'negative': -7, 'big': 2 ** 100, 'true': True, 'float': 0.1, 'text': 'spam', 'digits': '42', 'none': None, 'empty': {},
}
for key, value in values.items():
    cache.set(key, value, timeout=60)
    print(key + '=' + repr(value))
cache.set('when', datetime.datetime(2026, 1, 31, 10, 5), timeout=60)
";
const GET: &str = "
import sys
for key in sys.argv[2:]:
    print(key + '=' + repr(cache.get(key)))
";

struct Program {
    python: Python,
    packages: PathBuf,
    cache: &'static str,
    url: String,
}

impl Program {
    fn run(&self, source: &str, args: &[&str]) -> String {
        let script = format!("import sys\nURL = sys.argv[1]\n{}{source}", self.cache);
        let mut command = command(&self.python, &[&self.packages]);
        command.arg("-c").arg(script).arg(&self.url).args(args);
        run(&mut command).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// What Rust writes, with names for the keys.
fn values() -> Vec<(&'static str, Pickle<'static>)> {
    vec![
        ("dict", py!({"name": "run-8", "shape": (2, 3), "tags": ["a", "café"], "blob": Bytes(b"\x00\xff"), "next": None})),
        ("int", py!(43)),
        ("negative", py!(-1)),
        ("big", py!(i128::MAX)),
        ("true", py!(True)),
        ("float", py!(2.5)),
        ("text", py!("eggs")),
        ("digits", py!("7")),
        ("none", py!(None)),
        ("list", py!([1, [2, [3]]])),
    ]
}

fn exchange(program: &Program, cache: &mut Cache, kind: &str) {
    // What Python sets.
    let written = program.run(SET, &[]);
    assert_eq!(written.lines().count(), 10);
    for line in written.lines() {
        let (key, repr) = line.split_once('=').unwrap();
        let value = cache.get(key).unwrap().unwrap_or_else(|| panic!("{key} is there"));
        assert_eq!(value.root().to_string(), repr, "{key}");
    }
    let when = cache.get("when").unwrap().unwrap();
    assert_eq!(DateTime::reflect(when.root()).unwrap().to_string(), "datetime.datetime(2026, 1, 31, 10, 5)");
    assert!(cache.get("nosuch").unwrap().is_none());

    // What Rust sets.
    let values = values();
    for (key, value) in &values {
        cache.set(key, value, Some(Duration::from_secs(60))).unwrap();
        assert_eq!(cache.get(key).unwrap().unwrap().root().to_string(), value.root().to_string());
    }
    let keys: Vec<&str> = values.iter().map(|(key, _)| *key).collect();
    let read = program.run(GET, &keys);
    let wanted: Vec<String> = values.iter().map(|(key, value)| format!("{key}={}", value.root())).collect();
    assert_eq!(read.lines().collect::<Vec<_>>(), wanted);

    // An int of Rust's is one that Python counts on.
    let count = if kind == "django" { "print(cache.incr('int'))" } else { "print(cache.cache.inc('int'))" };
    assert_eq!(program.run(count, &[]).trim(), "44");
    assert_eq!(cache.get("int").unwrap().unwrap().root().as_i64().unwrap(), 44);

    // Keys end, by time and by hand.
    cache.set("short", &py!("x"), Some(Duration::from_millis(1))).unwrap();
    assert!(wait_for(Duration::from_secs(20), || cache.get("short").unwrap().is_none().then_some(())).is_some());
    assert!(cache.delete("text").unwrap() && !cache.delete("text").unwrap());
    assert_eq!(program.run(GET, &["text"]).trim(), "text=None");

    // The program does the same.
    let demo =
        |args: &[&str]| run(Command::new(env!("CARGO_BIN_EXE_data-example")).args([kind, &*program.url]).args(args)).unwrap();
    assert_eq!(demo(&["float"]), "2.5\n");
    demo(&["from-rust", "hello"]);
    assert_eq!(program.run(GET, &["from-rust"]).trim(), "from-rust='hello'");
}

fn program(requirements: &[&str], cache: &'static str, redis: &Redis) -> Option<Program> {
    let python = need(python(&[11, 12, 13, 10]))?;
    let packages = need(venv(&python, requirements))?;
    Some(Program { python, packages, cache, url: redis.url(0) })
}

#[test]
fn django() {
    let Some(redis) = need(Redis::start()) else { return };
    let Some(program) = program(DJANGO, DJANGO_CACHE, &redis) else { return };
    exchange(&program, &mut Cache::django(&program.url, "", 1).unwrap(), "django");
}

#[test]
fn flask() {
    let Some(redis) = need(Redis::start()) else { return };
    let Some(program) = program(FLASK, FLASK_CACHE, &redis) else { return };
    exchange(&program, &mut Cache::flask(&program.url, "flask_cache_").unwrap(), "flask");
}
