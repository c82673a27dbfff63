"""A Celery application that runs what Rust sends: celery -A rust_tasks worker"""
import os
import pickle

from celery import Celery

URL = os.environ.get("CELERY_URL", "redis://127.0.0.1:6379/1")

app = Celery("rust_tasks", broker=URL, backend=URL)
app.conf.update(task_serializer="pickle", result_serializer="pickle", accept_content=["pickle"])


@app.task(name="run_bytes")
def run_bytes(payload, *args, **kwargs):
    """Calls a pickled function. It comes as bytes, which Celery can hand on to the processes of its pool."""
    return pickle.loads(payload)(*args, **kwargs)


@app.task
def add(x, y):
    """A task of the usual kind, known by its name."""
    return x + y


@app.task
def apply(function, *args):
    """The trap: a function among the arguments, which no prefork worker can hand on when it came by value."""
    return function(*args)
