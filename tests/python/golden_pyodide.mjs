// Runs golden.py in the CPython of the npm package pyodide (3.14): one job of one pair.
//
//     node golden_pyodide.mjs PYODIDE RELEASE ROOT dump OUT LABEL
//
// PYODIDE is the package's directory, RELEASE what PYTHONPATH would hold, ROOT the repository.

import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodidePath, release, root, ...job] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodidePath, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: pyodidePath + "/", env: { PYTHONHASHSEED: "0", HOME: "/golden" } });

const mount = (at, directory) => {
    python.FS.mkdirTree(at);
    python.mountNodeFS(at, directory);
};
mount("/golden_tests", join(root, "tests", "python"));
mount("/golden_release", release);
mount("/golden_out", dirname(job[1]));

const inside = job.map((argument) =>
    argument.includes("/") ? "/golden_out/" + argument.split("/").pop() : argument);
python.globals.set("job", python.toPy(inside));
python.runPython(`
import sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/golden_release", "/golden_tests"]
import golden
golden.main(list(job))
`);
