"""The other side of the bench: concurrent.futures.ProcessPoolExecutor, told on stdin what to time.

Each line is "name count"; the answer is the seconds that it took. What is called comes from the standard library, as for the Rust side.
"""

import array
import math
import operator
import sys
import time
from concurrent.futures import ProcessPoolExecutor, wait

SIZE = 64 << 20


def main():
    with ProcessPoolExecutor(int(sys.argv[1])) as executor:
        # The workers are there before anything is timed.
        wait([executor.submit(math.hypot, 3, 4) for _ in range(200)])
        data = bytearray(SIZE)
        record = {"name": "run-7", "shape": (2, 3), "tags": ["a", "b"], "rate": 0.5}
        page = "spam and eggs " * 300

        def submitted(function, *args):
            return lambda count: [f.result() for f in [executor.submit(function, *args) for _ in range(count)]]

        def one_by_one(function, *args):
            return lambda count: [executor.submit(function, *args).result() for _ in range(count)]

        def mapped(count):
            return list(executor.map(math.hypot, [3.0] * count, [4.0] * count, chunksize=1))

        def in_chunks(count):
            return list(executor.map(math.hypot, [3.0] * count, [4.0] * count, chunksize=100))

        timed = {
            "submit": submitted(math.hypot, 3.0, 4.0),
            "record": submitted(operator.itemgetter("tags"), record),
            "text": submitted(str.upper, page),
            "wait": one_by_one(math.hypot, 3.0, 4.0),
            "map": mapped,
            "chunks": in_chunks,
            "there": one_by_one(len, data),
            "back": one_by_one(bytes, SIZE),
            "array": one_by_one(array.array, "d", bytes(SIZE)),
        }
        for line in sys.stdin:
            name, count = line.split()
            begun = time.perf_counter()
            timed[name](int(count))
            print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    main()
