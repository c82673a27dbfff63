"""Makes the data that `cargo bench` times: `python3 benches/data.py DIR`.

The same seeds give the same data. Each set is NAME.pkl, one pickle of protocol 5, or several one behind another; the documents are there as
NAME.json too. What the pickles import (cloudpickle, and pandas if it can be installed) goes to DIR/site, by pip.
"""

import collections
import json
import os
import pickle
import random
import subprocess
import sys

CLOUDPICKLE = "cloudpickle==3.1.1"
PANDAS = "pandas==2.2.3"
VERSION = 1

WORDS = "amber basalt cedar delta ember fjord garnet harbor indigo juniper kelp lagoon meadow nickel onyx pebble quartz river".split()
KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん東京名前田中山川日本語今天気"
ACCENTED = ["café", "naïve", "Zürich", "Škoda", "œuvre", "piñata", "Ελλάδα", "Москва"]


def words(rng, count):
    return " ".join(rng.choice(WORDS) for _ in range(count))


def kana(rng, count):
    return "".join(rng.choice(KANA) for _ in range(count))


def twitter(rng):
    """Records of many keys, text of half a line to three lines, half of it Japanese; ids of 64 bits."""

    def id_pair():
        n = rng.randrange(10**17, 10**18)
        return {"id": n, "id_str": str(n)}

    def date():
        return f"Sun Aug {rng.randrange(1, 31):02} {rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02} +0000 2014"

    def user():
        image = f"http://pbs.twimg.example/profile_images/{rng.randrange(10**17)}/{words(rng, 1)}"
        return id_pair() | {
            "name": kana(rng, rng.randrange(2, 12)),
            "screen_name": words(rng, 1) + str(rng.randrange(1000)),
            "location": rng.choice(["", kana(rng, 6), rng.choice(ACCENTED)]),
            "description": kana(rng, rng.randrange(10, 120)),
            "url": None,
            "entities": {"description": {"urls": []}},
            "protected": False,
            "followers_count": rng.randrange(3000),
            "friends_count": rng.randrange(1500),
            "listed_count": rng.randrange(40),
            "created_at": date(),
            "favourites_count": rng.randrange(4000),
            "utc_offset": rng.choice([None, 32400, -25200]),
            "time_zone": rng.choice([None, "Tokyo", "Hawaii"]),
            "geo_enabled": rng.random() < 0.2,
            "verified": False,
            "statuses_count": rng.randrange(90000),
            "lang": "ja",
            "contributors_enabled": False,
            "is_translator": False,
            "is_translation_enabled": False,
            "profile_background_color": f"{rng.randrange(1 << 24):06X}",
            "profile_background_image_url": "http://abs.twimg.example/images/themes/theme1/bg.png",
            "profile_background_image_url_https": "https://abs.twimg.example/images/themes/theme1/bg.png",
            "profile_background_tile": rng.random() < 0.1,
            "profile_image_url": image + "_normal.jpeg",
            "profile_image_url_https": image.replace("http:", "https:") + "_normal.jpeg",
            "profile_banner_url": f"https://pbs.twimg.example/profile_banners/{rng.randrange(10**9)}/{rng.randrange(10**9)}",
            "profile_link_color": "0084B4",
            "profile_sidebar_border_color": "C0DEED",
            "profile_sidebar_fill_color": "DDEEF6",
            "profile_text_color": "333333",
            "profile_use_background_image": True,
            "default_profile": True,
            "default_profile_image": False,
            "following": False,
            "follow_request_sent": False,
            "notifications": False,
        }

    def entities():
        def indices():
            return [rng.randrange(100), rng.randrange(140)]

        mentions = [
            id_pair() | {"screen_name": words(rng, 1), "name": kana(rng, 5), "indices": indices()}
            for _ in range(rng.randrange(3))
        ]
        tags = [{"text": kana(rng, 4), "indices": indices()} for _ in range(rng.randrange(2))]
        return {"hashtags": tags, "symbols": [], "urls": [], "user_mentions": mentions}

    def status(depth):
        item = {"metadata": {"result_type": "recent", "iso_language_code": "ja"}, "created_at": date()} | id_pair()
        item |= {
            "text": f"RT @{words(rng, 1)}: " * depth + kana(rng, rng.randrange(20, 120)),
            "source": '<a href="http://twitter.example/download/iphone" rel="nofollow">Twitter for iPhone</a>',
            "truncated": False,
            "in_reply_to_status_id": None,
            "in_reply_to_status_id_str": None,
            "in_reply_to_user_id": None,
            "in_reply_to_user_id_str": None,
            "in_reply_to_screen_name": None,
            "user": user(),
            "geo": None,
            "coordinates": None,
            "place": None,
            "contributors": None,
            "retweet_count": rng.randrange(500),
            "favorite_count": rng.randrange(300),
            "entities": entities(),
            "favorited": False,
            "retweeted": False,
            "lang": "ja",
        }
        if depth and rng.random() < 0.7:
            item["retweeted_status"] = status(0)
        return item

    metadata = {"completed_in": 0.087, "max_id": 505874924095815681, "query": "%E4%B8%80", "count": 100, "since_id": 0}
    return {"statuses": [status(1) for _ in range(240)], "search_metadata": metadata}


def citm_catalog(rng):
    """Dicts keyed by numbers in text, small ints, short lists, very few texts."""

    def number():
        return rng.randrange(205705993, 342752792)

    categories = [number() for _ in range(64)]
    areas = [number() for _ in range(17)]

    def prices():
        return [
            {"amount": rng.randrange(9, 200) * 1000 + 500, "audienceSubCategoryId": 337100890, "seatCategoryId": rng.choice(categories)}
            for _ in range(rng.randrange(2, 9))
        ]

    def seats():
        return [
            {
                "areas": [{"areaId": rng.choice(areas), "blockIds": []} for _ in range(rng.randrange(4, 17))],
                "seatCategoryId": rng.choice(categories),
            }
            for _ in range(rng.randrange(2, 9))
        ]

    events = {}
    for _ in range(184):
        n = number()
        topics = [number() for _ in range(rng.randrange(1, 5))]
        events[str(n)] = {
            "description": None,
            "id": n,
            "logo": rng.choice([None, f"/images/UE0AAAAACEKo{rng.randrange(10**6)}QAAAAVDSVRN"]),
            "name": words(rng, rng.randrange(2, 6)).title() + " " + rng.choice(ACCENTED),
            "subTopicIds": topics,
            "subjectCode": None,
            "subtitle": None,
            "topicIds": topics[:2] + [number()],
        }
    performances = [
        {
            "eventId": int(rng.choice(list(events))),
            "id": number(),
            "logo": rng.choice([None, f"/images/UE0AAAAACEKo{rng.randrange(10**6)}QAAAAVDSVRN"]),
            "name": None,
            "prices": prices(),
            "seatCategories": seats(),
            "seatMapImage": None,
            "start": 1372701600000 + rng.randrange(10**9) * 10,
            "venueCode": "PLEYEL_PLEYEL",
        }
        for _ in range(700)
    ]
    return {
        "areaNames": {str(area): "Arrière-scène " + words(rng, 2) for area in areas},
        "audienceSubCategoryNames": {"337100890": "Abonné"},
        "blockNames": {},
        "events": events,
        "performances": performances,
        "seatCategoryNames": {str(category): f"{rng.randrange(1, 9)}ère catégorie" for category in categories},
        "subTopicNames": {str(number()): words(rng, 2) for _ in range(19)},
        "subjectNames": {},
        "topicNames": {str(number()): words(rng, 1) for _ in range(4)},
        "topicSubTopics": {str(number()): [number() for _ in range(rng.randrange(1, 9))] for _ in range(4)},
        "venueNames": {"PLEYEL_PLEYEL": "Salle Pleyel"},
    }


def canada(rng):
    """Polygons: lists of pairs of floats, hardly anything else."""

    def ring():
        x, y = rng.uniform(-141, -52), rng.uniform(41, 83)
        points = []
        for _ in range(rng.choice([5, 8, 20, 60, 200, 400])):
            x, y = x + rng.uniform(-0.1, 0.1), y + rng.uniform(-0.1, 0.1)
            points.append([round(x, 6) + 1e-14, round(y, 6) + 1e-14])
        return points

    geometry = {"type": "Polygon", "coordinates": [ring() for _ in range(480)]}
    feature = {"type": "Feature", "properties": {"name": "Canada"}, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [feature]}


def ints(rng):
    """A quarter each of one byte, two bytes, four bytes and negative; one in twenty has 64 bits."""

    def one():
        kind = rng.random()
        if kind < 0.05:
            return rng.randrange(1 << 40, 1 << 60)
        return rng.choice([rng.randrange(256), rng.randrange(1 << 16), rng.randrange(1 << 31), -rng.randrange(1, 1 << 31)])

    return [one() for _ in range(1_000_000)]


def strings(rng):
    """Of 300,000 strings one in three was there before, as the same object."""
    made = [f"{rng.choice(WORDS)}-{rng.randrange(10**6)}" for _ in range(200_000)]
    return made + [rng.choice(made) for _ in range(100_000)]


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def functions(count):
    """Functions with closures, defaults and globals, as people write them."""
    source = (
        "SCALE{i} = {i}\n"
        "def outer{i}(offset):\n"
        "    def inner{i}(x, y={i}, *rest, key='k{i}'):\n"
        "        '''Adds {i}.'''\n"
        "        total = x * SCALE{i} + y + offset\n"
        "        for item in rest:\n"
        "            total += len(str(item))\n"
        "        return {{'total': total, 'key': key}}\n"
        "    return inner{i}\n"
        "made{i} = outer{i}({i})\n"
    )
    namespace = {"__name__": "__main__"}
    for i in range(count):
        exec(source.format(i=i), namespace)
    return [namespace[f"made{i}"] for i in range(count)]


def classes(count):
    source = (
        "class Shape{i}:\n"
        "    '''Number {i}.'''\n"
        "    sides = {i}\n"
        "    def __init__(self, name):\n"
        "        self.name = name\n"
        "    def area(self, width, height=2):\n"
        "        return width * height * self.sides\n"
        "    @property\n"
        "    def label(self):\n"
        "        return f'{{self.name}}: {{self.sides}}'\n"
    )
    namespace = {"__name__": "__main__"}
    for i in range(count):
        exec(source.format(i=i), namespace)
    return [namespace[f"Shape{i}"] for i in range(count)]


def frame(rng):
    import pandas

    count = 20_000
    return pandas.DataFrame({
        "id": range(count),
        "price": [rng.random() for _ in range(count)],
        "name": [f"{rng.choice(WORDS)}-{i}" for i in range(count)],
        "kind": [rng.choice(WORDS) for _ in range(count)],
    })


def install(site, package):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", site, package]
    return subprocess.run(command).returncode == 0


def make(directory):
    sys.argv[1:] = [directory]
    import peer
    from peer_types import Item, Point, Tensor

    # The nested lists are deeper than what Python allows at first.
    sys.setrecursionlimit(10_000)
    rng = random.Random(20240501)
    seen = []

    def write(name, *pickles):
        seen.append(name)
        with open(os.path.join(directory, name + ".pkl"), "wb") as file:
            for payload in pickles:
                file.write(payload)

    for document in (twitter, citm_catalog, canada):
        text = json.dumps(document(rng), ensure_ascii=False, separators=(",", ":"))
        with open(os.path.join(directory, document.__name__ + ".json"), "w", encoding="utf-8") as file:
            file.write(text)
        write(document.__name__, pickle.dumps(json.loads(text), 5))
    write("ints", pickle.dumps(ints(rng), 5))
    write("floats", pickle.dumps([rng.uniform(-1e6, 1e6) for _ in range(1_000_000)], 5))
    write("strings", pickle.dumps(strings(rng), 5))
    write("dict", pickle.dumps({f"key-{i}": rng.randrange(1 << 20) for i in range(200_000)}, 5))
    write("tuples", pickle.dumps([(i, f"name-{i}", i % 7 == 0) for i in range(200_000)], 5))
    items = [Item(i, f"item-{i}", rng.random(), rng.choice(WORDS)) for i in range(100_000)]
    write("dataclasses", pickle.dumps(items, 5))
    write("namedtuples", pickle.dumps([Point(i, -i, f"p{i}") for i in range(100_000)], 5))
    write("nested", pickle.dumps([nested(500) for _ in range(1000)], 5))
    state = collections.OrderedDict(
        (f"encoder.layers.{i // 8}.block{i % 8}.weight", Tensor(str(i), 64 * (1 + i % 16), (64, 1 + i % 16))) for i in range(5000)
    )
    write("torch", peer.dumps_persistent(state))
    if peer.cloudpickle is not None:
        write("functions", peer.cloudpickle.dumps(functions(2000), 5))
        many = functions(3500) + classes(1500)
        rng.shuffle(many)
        write("payloads", *(peer.cloudpickle.dumps(one, 5) for one in many))
    try:
        write("pandas", pickle.dumps(frame(rng), 5))
    except ImportError:
        print("pandas is not there: its frame is left out", file=sys.stderr)
    block = rng.randbytes(1 << 16) * 1024
    write("bytes", pickle.dumps(block, 5))
    write("bytearray", pickle.dumps(bytearray(block), 5))
    return seen


def main():
    directory = sys.argv[1]
    done = os.path.join(directory, "MADE")
    stamp = f"{VERSION} {sys.version.split()[0]}\n"
    if os.path.exists(done) and open(done).read() == stamp:
        return
    site = os.path.join(directory, "site")
    os.makedirs(site, exist_ok=True)
    for package in (CLOUDPICKLE, PANDAS):
        if not os.path.exists(os.path.join(site, package.split("=")[0])) and not install(site, package):
            print(f"{package} cannot be installed: the sets that need it are left out", file=sys.stderr)
    sys.path[:0] = [site, os.path.dirname(os.path.abspath(__file__))]
    make(directory)
    with open(done, "w") as file:
        file.write(stamp)


if __name__ == "__main__":
    main()
