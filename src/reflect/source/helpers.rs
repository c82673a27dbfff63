//! Python functions that travel with a payload, where one call of the standard library does not do.

/// `run(code, module)`: runs a module's code with the module in `sys.modules`.
///
/// While a class body runs, `dataclasses` looks the module up there (3.7 and newer, for annotations that are strings), and so do
/// other decorators. The module is listed only for that time and only when nothing else has the name; the lock is for threads that
/// load the same payload, and the process id in its name for children that are forked while it is held.
pub(crate) const RUN: &str = "\
def run(code, module):
    import os, sys, threading
    name = module.__name__
    key = 'run %s %d' % (name, os.getpid())
    with vars(threading).setdefault(key, threading.RLock()):
        listed = sys.modules.setdefault(name, module) is module
        try:
            exec(code, vars(module))
        finally:
            if listed:
                sys.modules.pop(name, None)
";

/// `load(name, filename, source, variables)`: a module that stays in `sys.modules`, and is made only once there.
pub(crate) const LOAD: &str = "\
def load(name, filename, source, variables):
    import io, linecache, os, sys, threading, types
    key = 'run %s %d' % (name, os.getpid())
    with vars(threading).setdefault(key, threading.RLock()):
        found = sys.modules.get(name)
        if getattr(found, '__file__', None) == filename:
            return found
        module = types.ModuleType(name)
        package, _, last = name.rpartition('.')
        vars(module).update({'__file__': filename, '__package__': package})
        vars(module).update(variables)
        lines = list(io.StringIO(source, None))
        linecache.cache[filename] = (len(source), None, lines, filename)
        code = compile(source, filename, 'exec', 0, True)
        sys.modules[name] = module
        try:
            exec(code, vars(module))
        except BaseException:
            if found is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = found
            raise
        if package in sys.modules:
            setattr(sys.modules[package], last, module)
        return module
";

/// Whether a module's text could want its module in `sys.modules` while it runs. A wrong yes costs microseconds.
pub(super) fn wants_listing(text: &str) -> bool {
    ["class", "@", "modules"].iter().any(|word| text.contains(word))
}
