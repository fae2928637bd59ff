"""What leaks and what is new in a small dataset whose copies were made here: the naive model of gate.py."""

import csv
import io
import os

import numpy
from PIL import Image, PngImagePlugin

PICTURES = 20
# Copies of a picture, and how sure pixels are that two different ones show it.
EXACT = ["png", "fast", "text", "bmp"]
EDITED = ["jpeg", "small", "mirror"]
SAME_FILE, SAME_BYTES, SAME_PIXELS, NEAR = 4, 3, 2, 1
ROLES = {"train": "training", "val": "validation", "test": "test"}
NAMES = ["1", "2", "3", "4", "a b", "\u00e9", "-x", "=y"]


def picture(number):
    """A picture that no other number gives, with as much fine detail beside coarse as photos have."""
    chance = numpy.random.default_rng(1000 + number)
    waves = numpy.fft.rfft2(chance.normal(size=(72, 96)))
    y, x = numpy.fft.fftfreq(72)[:, None], numpy.fft.rfftfreq(96)[None, :]
    grey = numpy.fft.irfft2(waves / numpy.maximum(numpy.hypot(x, y), 0.01) ** 1.2, (72, 96))
    grey = 128 + 50 * (grey - grey.mean()) / grey.std()
    tint = chance.uniform(0.7, 1.0, 3)
    return Image.fromarray(numpy.clip(grey[:, :, None] * tint, 0, 255).astype("uint8"))


def encode(number, how):
    image, out = picture(number), io.BytesIO()
    if how == "png":
        image.save(out, "PNG", compress_level=6)
    elif how == "fast":
        image.save(out, "PNG", compress_level=1)
    elif how == "text":
        text = PngImagePlugin.PngInfo()
        text.add_text("comment", "the same")
        image.save(out, "PNG", pnginfo=text)
    elif how == "bmp":
        image.save(out, "BMP")
    elif how == "jpeg":
        image.save(out, "JPEG", quality=85)
    elif how == "small":
        image.resize((72, 54), Image.LANCZOS).save(out, "PNG")
    elif how == "mirror":
        image.transpose(Image.FLIP_LEFT_RIGHT).save(out, "PNG")
    elif how == "broken":
        image.save(out, "PNG")
        return out.getvalue()[:900]
    return out.getvalue()


# Content of a file: (picture, how) of an image, ("text", text) of a text, ("link", target) of a link.
BYTES = {(number, how): encode(number, how) for number in range(PICTURES) for how in EXACT + EDITED + ["broken"]}


def level(one, other):
    """How sure it is that two contents show one picture; 0 where they do not."""
    if one[0] != other[0] or "broken" in (one[1], other[1]):
        return 0
    if one[1] == other[1]:
        return SAME_BYTES
    return SAME_PIXELS if one[1] in EXACT and other[1] in EXACT else NEAR


class Layout:
    """How files tell their splits: a snapshot is a dict of paths, relative to the dataset, to contents."""

    def __init__(self, kind):
        self.kind = kind

    def path(self, split, name):
        return f"{split}/c/{name}" if self.kind == "folders" else f"images/{split[0]}{name}"

    def texts(self, rows):
        """The texts that give these files their splits."""
        if self.kind == "table":
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\n")
            writer.writerows([("path", "split"), *sorted(rows)])
            return {"manifest.csv": ("text", out.getvalue())}
        if self.kind == "lists":
            lists = {}
            for path, split in sorted(rows):
                lists.setdefault(f"{split}.txt", []).append(path)
            return {name: ("text", "".join(f"{path}\n" for path in paths)) for name, paths in lists.items()}
        return {}

    def rows(self, snapshot):
        """Which path is in which split."""
        if self.kind == "table":
            text = snapshot.get("manifest.csv")
            return [tuple(row) for row in csv.reader(io.StringIO(text[1]))][1:] if text else []
        if self.kind == "lists":
            own = [(name, snapshot.get(f"{name}.txt", ("text", ""))[1]) for name in ROLES]
            return [(path, split) for split, text in own for path in text.splitlines()]
        return [(path, path.split("/")[0]) for path in snapshot]


def resolve(snapshot, path, hops=0):
    """The content at a path, through links."""
    content = snapshot.get(path)
    if content is None or content[0] != "link" or hops > 3:
        return content if content is None or content[0] != "link" else None
    return resolve(snapshot, os.path.normpath(os.path.join(os.path.dirname(path), content[1])), hops + 1)


def file_of(snapshot, path):
    content = snapshot.get(path)
    while content is not None and content[0] == "link":
        path = os.path.normpath(os.path.join(os.path.dirname(path), content[1]))
        content = snapshot.get(path)
    return path


class Dataset:
    """What a snapshot means."""

    def __init__(self, layout, snapshot):
        self.samples, self.broken = [], []
        for path, split in layout.rows(snapshot):
            content = resolve(snapshot, path)
            if content is None or content[1] == "broken":
                self.broken.append((path, content))
            self.samples.append((path, split, content, file_of(snapshot, path)))
        self.roles = {split for _, split, _, _ in self.samples}

    def pairs(self, changed=None):
        """(evaluation sample, how sure) of each pair; of those with a changed sample, where some are given."""
        for one in self.samples:
            if one[1] == "train" or one[2] is None:
                continue
            for other in self.samples:
                if other[1] != "train" or other[2] is None:
                    continue
                if changed is not None and not {one[:2], other[:2]} & changed:
                    continue
                sure = level(one[2], other[2])
                if sure and one[0] == other[0]:
                    sure = SAME_FILE
                if sure:
                    yield one, sure

    def evidence(self, changed=None):
        """The strongest evidence for each leaking evaluation sample."""
        found = {}
        for one, sure in self.pairs(changed):
            found[one] = max(sure, found.get(one, 0))
        return found

    def changed_since(self, before):
        """(path, split) of what is new or other than before."""
        old = {(path, split): content for path, split, content, _ in before.samples}
        return {(path, split) for path, split, content, _ in self.samples if old.get((path, split)) != content or content is None}


class Accepted:
    """What a baseline written now accepts: images by content and role of their split, with how sure it was."""

    def __init__(self, dataset=None):
        self.leaks, self.broken = {}, {}
        if dataset is None:
            return
        for (_, split, content, _), sure in dataset.evidence().items():
            count, strongest = self.leaks.get((content, split), (0, 0))
            self.leaks[content, split] = (count + 1, max(strongest, sure))
        for path, content in dataset.broken:
            key = content or path
            self.broken[key] = self.broken.get(key, 0) + 1

    def new(self, dataset, changed):
        """Samples that leak and are not accepted, at least."""
        everywhere, in_scope = dataset.evidence(), dataset.evidence(changed)
        fresh = []
        for key in {(content, split) for _, split, content, _ in in_scope}:
            count, strongest = self.leaks.get(key, (0, 0))
            mine = [one for one in in_scope if (one[2], one[1]) == key]
            now = sum((one[2], one[1]) == key for one in everywhere)
            stronger = [one for one in mine if in_scope[one] > strongest]
            more = mine[: max(0, now - count)]
            fresh += stronger if len(stronger) > len(more) else more
        return fresh

    def new_broken(self, dataset):
        now = {}
        for path, content in dataset.broken:
            key = content or path
            now[key] = now.get(key, 0) + 1
        return any(count > self.broken.get(key, 0) for key, count in now.items())


def expected(dataset, changed=None, accepted=None, most=0, kind=None):
    """The exit status that a naive reader of the documents expects."""
    accepted = accepted or Accepted()
    if "train" not in dataset.roles or not dataset.roles - {"train"}:
        return 2
    fresh = accepted.new(dataset, changed)
    if kind is not None:
        evidence = dataset.evidence(changed)
        fresh = [one for one in fresh if evidence[one] == kind]
    counts = {}
    for one in fresh:
        counts[one[1]] = counts.get(one[1], 0) + 1
    if any(count > most for count in counts.values()):
        return 1
    return 2 if accepted.new_broken(dataset) else 0


def raw(content):
    return content[1].encode() if content[0] == "text" else BYTES[content]
