// Runs a script of this directory in the CPython of the npm package pyodide (3.14).
//
//     node pyodide.mjs PYODIDE OUT LIBS SCRIPT ARGUMENT ...
//
// PYODIDE is the package's directory. OUT, which the script finds at /out, is where it may write; LIBS, at /libs, what PYTHONPATH would hold.
// With a file `in.bin` in OUT that is the script's standard input, and `out.bin` its standard output.

import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [pyodidePath, out, libs, script, ...rest] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodidePath, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: pyodidePath + "/", env: { PYTHONHASHSEED: "0", HOME: "/home" } });

const mount = (at, directory) => {
    python.FS.mkdirTree(at);
    python.mountNodeFS(at, directory);
};
mount("/scripts", dirname(fileURLToPath(import.meta.url)));
mount("/out", out);
mount("/libs", libs);
python.globals.set("argv", python.toPy([script, ...rest]));
python.runPython(`
import io, os, runpy, sys
if os.path.exists("/out/in.bin"):
    out = open("/out/out.bin", "wb")
    sys.stdin = io.TextIOWrapper(open("/out/in.bin", "rb"), "utf-8")
    sys.stdout = io.TextIOWrapper(out, "utf-8", write_through=True)
sys.dont_write_bytecode = True
sys.path[:0] = ["/libs", "/scripts"]
sys.argv = list(argv)
runpy.run_path("/scripts/" + argv[0], run_name="__main__")
if os.path.exists("/out/in.bin"):
    sys.stdout.flush()
`);
