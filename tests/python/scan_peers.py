"""What other scanners say of a labelled corpus, and how fast they are: JSON on standard output.

    python scan_peers.py CORPUS SPEED

Needs fickling, picklescan and modelscan. CORPUS is what scan_corpus.py wrote; SPEED holds folders, each a piece of work whose files are scanned one by one.
"""

import io
import json
import logging
import os
import sys
import time
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def fickling():
    from fickling.analysis import Severity, check_safety
    from fickling.fickle import Pickled

    def judge(path, data):
        return check_safety(Pickled.load(data)).severity > Severity.LIKELY_SAFE

    return judge


def picklescan(strict):
    from picklescan.scanner import scan_bytes

    def judge(path, data):
        result = scan_bytes(io.BytesIO(data), path, os.path.splitext(path)[1], strict=strict)
        return result.issues_count > 0 or result.scan_err

    return judge


def modelscan():
    from modelscan.modelscan import ModelScan

    def judge(path, data):
        return bool(ModelScan().scan(path)["issues"])

    return judge


def flagged(judge, path, data):
    try:
        return bool(judge(path, data))
    except RecursionError:
        return True
    except Exception:
        # What stops a scanner is no all-clear.
        return True


def main():
    corpus, speed = sys.argv[1:3]
    with open(os.path.join(corpus, "manifest.json")) as f:
        manifest = json.load(f)
    peers = {"fickling": fickling, "picklescan": lambda: picklescan(False), "picklescan --strict": lambda: picklescan(True), "modelscan": modelscan}
    report = {}
    for name, make in peers.items():
        judge = make()
        stdout, sys.stdout = sys.stdout, io.StringIO()
        counts = {}
        for entry in manifest:
            path = os.path.join(corpus, entry["file"])
            with open(path, "rb") as f:
                data = f.read()
            found = counts.setdefault(entry["label"], [0, 0])
            found[0] += flagged(judge, path, data)
            found[1] += 1
        rates = {}
        for work in sorted(os.listdir(speed)):
            folder = os.path.join(speed, work)
            files = sorted(os.listdir(folder))
            size, begin = 0, time.perf_counter()
            for file in files:
                path = os.path.join(folder, file)
                with open(path, "rb") as f:
                    data = f.read()
                size += len(data)
                flagged(judge, path, data)
                # The slow ones need not see all of it.
                if time.perf_counter() - begin > 20:
                    break
            rates[work] = size / (time.perf_counter() - begin)
        sys.stdout = stdout
        report[name] = {"counts": counts, "rates": rates}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
