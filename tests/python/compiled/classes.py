"""Classes."""


class Empty:
    pass


class Point:
    """A point."""
    scale = 2
    names = ("x", "y")

    def __init__(self, x, y=0):
        self.x, self.y = x, y

    def norm(self):
        return (self.x ** 2 + self.y ** 2) * self.scale

    @property
    def swapped(self):
        """Swapped."""
        return type(self)(self.y, self.x)

    @property
    def both(self):
        return self.x, self.y

    @both.setter
    def both(self, value):
        self.x, self.y = value

    @classmethod
    def origin(cls):
        return cls(0, 0)

    @staticmethod
    def helper(a, b=1):
        return a + b

    def __eq__(self, other):
        return self.both == other.both

    def __repr__(self):
        return f"Point({self.x}, {self.y!r})"


class Point3(Point):
    z: int = 0

    def __init__(self, x, y, z):
        super().__init__(x, y)
        self.z = z

    def norm(self):
        return super().norm() + self.z


class Outer:
    class Inner:
        value = 3

        def get(self):
            return self.value

    def make(self):
        return self.Inner().get() + Point(1, 2).norm()


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1
        self.b = 2


class Meta(type):
    def describe(cls):
        return "<%s>" % cls.__name__


class WithMeta(metaclass=Meta):
    x = 1


class Mistake(ValueError):
    """A mistake."""

    def __init__(self, code):
        super().__init__("code %d" % code)
        self.code = code


class Other(Mistake, KeyError):
    pass


class Recursive:
    def clone(self):
        return Recursive()

    def kind(self):
        return __class__


class Base:
    registry = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__()
        cls.kwargs = kwargs

    def __class_getitem__(cls, item):
        return (cls, item)


class Iterable:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))

    def __len__(self):
        return self.n

    def __new__(cls, n):
        return super().__new__(cls)


def use_all():
    return Point3(1, 2, 3).norm(), Outer().make(), len(Iterable(3)), Other(3).args
