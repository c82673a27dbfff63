def inc(k=1):
    nonlocal n
    """
text at column 0 in
  a multi-line string"""
    n += k
    return n, LABEL
def get():
    global SEEN
    SEEN = n
    return n
class Box(Base):
    def value(self): return super().value() + n
    TEXT = """a
b"""
def rec(i):
    return 0 if i == 0 else 1 + rec(i - 1)
def boom():
    return n / 0  # closure boom
