"""What runs on one worker of the cluster, sent by the client: each function is called there by `run`, in the worker's event loop."""
import asyncio
import pickle
import sys


def version():
    return bytes(sys.version_info[:2])


def futures_of(worker):
    """The tasks that the client has not released."""
    return worker.__dict__.setdefault("_futures_of_rust", {})


async def submit(run, payloads, dask_worker=None):
    """Has the scheduler call run(payload) for each payload, wherever there is room; gives the keys of the tasks."""
    client, known = dask_worker._get_client(), futures_of(dask_worker)
    futures = client.map(run, payloads, pure=False)
    known.update((future.key, future) for future in futures)
    return pickle.dumps([future.key for future in futures], 4)


async def gather(keys, seconds, dask_worker=None):
    """Waits; then the status of each task, with its result, what is wrong, or nothing."""
    known, loop = futures_of(dask_worker), asyncio.get_event_loop()
    end = loop.time() + seconds
    tasks = [known.get(key) for key in keys]
    while loop.time() < end and any(task is not None and task.status == "pending" for task in tasks):
        await asyncio.sleep(0.005)
    finished = {task.key: task for task in tasks if task is not None and task.status == "finished"}
    results = dict(zip(finished, await dask_worker._get_client().gather(list(finished.values()), errors="skip")))
    states = []
    for key, task in zip(keys, tasks):
        if task is None:
            states.append(("unknown", None))
        elif task.status == "error":
            states.append(("error", repr(await task.exception())))
        elif task.status == "finished" and key not in results:
            states.append(("lost", None))
        else:
            states.append((task.status, results.get(key)))
    return pickle.dumps(states, 4)


async def cancel(keys, dask_worker=None):
    known = futures_of(dask_worker)
    tasks = [known[key] for key in keys if key in known]
    await dask_worker._get_client().cancel(tasks)
    return b""


async def release(keys, dask_worker=None):
    known = futures_of(dask_worker)
    for key in keys:
        known.pop(key, None)
    return b""
