"""What runs on the worker around a call."""
import pickle
import traceback

try:
    from cloudpickle import dumps
except ImportError:
    from pickle import dumps


def run(payload):
    """Calls function(*args, **kwargs); (True, result), or (False, what it raised), as a pickle."""
    try:
        function, args, kwargs = pickle.loads(payload)
        return dumps((True, function(*args, **kwargs)), 4)
    except Exception as error:
        return pickle.dumps((False, raised(error)), 4)


def raised(error):
    """An exception as text: type, message, traceback."""
    try:
        message = str(error)
    except Exception:
        message = "<no text>"
    return type(error).__name__, message, "".join(traceback.format_exception(type(error), error, error.__traceback__))
