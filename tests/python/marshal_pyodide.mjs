// Runs a Python script in pyodide: node marshal_pyodide.mjs DIR SCRIPT ARGUMENT...
// DIR holds node_modules; the script sees it as /work, and the folder of this file as /scripts. Its stdin and stdout are the files DIR/in.bin and DIR/out.bin.
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [directory, script, ...rest] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(directory, "node_modules", "pyodide", "pyodide.mjs")));
const python = await loadPyodide();
for (const [path, root] of [["/work", directory], ["/scripts", dirname(fileURLToPath(import.meta.url))]]) {
  python.FS.mkdirTree(path);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, path);
}
python.globals.set("arguments", python.toPy([script, ...rest]));
python.runPython(`
import os, sys, types

open("/work/in.bin", "ab").close()
out = open("/work/out.bin", "wb")
sys.argv = arguments
sys.stdin = types.SimpleNamespace(buffer=open("/work/in.bin", "rb"))
sys.stdout = types.SimpleNamespace(buffer=out, write=lambda text: out.write(text.encode()), flush=out.flush)
exec(compile(open("/scripts/" + arguments[0]).read(), arguments[0], "exec"), {"__name__": "__main__"})
out.close()
`);
