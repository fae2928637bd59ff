"""Small files that `mutate` changes: 67 images of 13 formats, and texts of every kind that is read.

    python3 research/mutate/seeds.py DIR        needs numpy and Pillow; nothing in it is random
"""

import io
import json
import os
import struct
import sys

import numpy
from PIL import Image

WIDTH, HEIGHT = 48, 36


def picture(number):
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    red = 128 + 100 * numpy.sin((x * (1 + number % 5) + y) / 9.0)
    green = 128 + 100 * numpy.cos((y * (2 + number % 3) - x) / 7.0)
    blue = (x * 5 + y * 3 * (1 + number)) % 256
    return Image.fromarray(numpy.stack([red, green, blue], axis=2).astype("uint8"), "RGB")


def images():
    """Names and bytes."""
    number = 0

    def saved(ending, image, **how):
        nonlocal number
        number += 1
        buffer = io.BytesIO()
        kind = {"jpg": "JPEG", "tif": "TIFF", "pgm": "PPM", "ppm": "PPM", "pbm": "PPM"}
        image.save(buffer, kind.get(ending, ending.upper()), **how)
        return f"{number:02}.{ending}", buffer.getvalue()

    def made(ending, data):
        nonlocal number
        number += 1
        return f"{number:02}.{ending}", data

    rgb = picture(1)
    grey, alpha, palette = rgb.convert("L"), rgb.convert("RGBA"), rgb.quantize(16)
    alpha.putalpha(grey)
    deep = Image.fromarray((numpy.asarray(grey).astype("uint16") * 257))
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x9003] = 6, "Camera", "2020:01:02 03:04:05"

    # JPEG: sequential, progressive, with restarts, grey, inks, EXIF.
    yield saved("jpg", rgb, quality=80)
    yield saved("jpg", rgb, quality=95, subsampling=0)
    yield saved("jpg", rgb, quality=60, progressive=True)
    yield saved("jpg", rgb, restart_marker_blocks=4)
    yield saved("jpg", grey)
    yield saved("jpg", grey, progressive=True)
    yield saved("jpg", rgb.convert("CMYK"))
    yield saved("jpg", rgb, exif=exif)
    # PNG: each colour type, interlaced by hand below, 16 bits, palettes, transparency, animation.
    for image in (rgb, grey, alpha, palette, deep, grey.convert("1"), alpha.convert("LA")):
        yield saved("png", image)
    yield saved("png", palette, transparency=3)
    yield saved("png", rgb, exif=exif)
    yield saved("png", rgb, save_all=True, append_images=[picture(2)])
    yield saved("png", rgb, icc_profile=b"sRGB" * 40)
    # GIF: one picture, several, transparent.
    yield saved("gif", palette)
    yield saved("gif", rgb, save_all=True, append_images=[picture(2), picture(3)], duration=9)
    yield saved("gif", palette, transparency=2)
    yield saved("gif", grey, interlace=1)
    # TIFF: compressions, planes, depths.
    for how in (None, "tiff_lzw", "tiff_deflate", "packbits", "jpeg"):
        yield saved("tif", rgb, compression=how)
    yield saved("tif", deep)
    yield saved("tif", grey.convert("F"))
    yield saved("tif", grey.convert("1"), compression="group4")
    yield saved("tif", rgb.convert("CMYK"))
    yield saved("tif", rgb, save_all=True, append_images=[picture(2)])
    yield saved("tif", alpha, compression="tiff_lzw")
    # WebP: both coders, alpha, animation.
    yield saved("webp", rgb, quality=70)
    yield saved("webp", rgb, lossless=True)
    yield saved("webp", alpha, quality=70)
    yield saved("webp", alpha, lossless=True)
    yield saved("webp", rgb, save_all=True, append_images=[picture(2)])
    yield saved("webp", rgb, exif=exif.tobytes())
    # BMP: depths, and runs.
    for image in (rgb, palette, grey, grey.convert("1"), alpha):
        yield saved("bmp", image)
    yield made("bmp", run_bmp(numpy.asarray(palette)))
    # ICO with a PNG file and with a BMP inside.
    yield saved("ico", alpha, sizes=[(32, 32)])
    yield saved("ico", alpha, sizes=[(16, 16), (32, 32)], bitmap_format="bmp")
    # PNM of all sorts.
    for ending, image in (("ppm", rgb), ("pgm", grey), ("pbm", grey.convert("1")), ("pgm", deep)):
        yield saved(ending, image)
    text = " ".join(str(level) for level in numpy.asarray(grey).ravel())
    yield made("pgm", f"P2 {WIDTH} {HEIGHT} 255\n{text}\n".encode())
    pam = f"P7\nWIDTH {WIDTH}\nHEIGHT {HEIGHT}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n"
    yield made("pam", pam.encode() + alpha.tobytes())
    # TGA with its signature, and with runs.
    yield saved("tga", rgb)
    yield saved("tga", alpha, compression="tga_rle")
    # Farbfeld, QOI, HDR, DDS, EXR.
    colours = numpy.asarray(alpha).astype(">u2") * 257
    yield made("ff", b"farbfeld" + struct.pack(">II", WIDTH, HEIGHT) + colours.tobytes())
    pixels = b"".join(b"\xfe" + bytes(pixel) for pixel in numpy.asarray(rgb).reshape(-1, 3))
    yield made("qoi", b"qoif" + struct.pack(">IIBB", WIDTH, HEIGHT, 3, 0) + pixels + b"\0" * 7 + b"\1")
    shared = b"".join(bytes(pixel) + b"\x80" for pixel in numpy.asarray(rgb).reshape(-1, 3))
    head = f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {HEIGHT} +X {WIDTH}\n"
    yield made("hdr", head.encode() + shared)
    yield saved("dds", alpha)
    yield made("dds", dxt(WIDTH, HEIGHT))
    yield made("exr", exr(numpy.asarray(rgb).astype("float16") / 255, compressed=False))
    yield made("exr", exr(numpy.asarray(rgb).astype("float16") / 255, compressed=True))
    # DICOM: with and without kinds of values, sequences, colours, JPEG inside.
    levels = numpy.asarray(grey).astype("<i2")
    yield made("dcm", dicom("1.2.840.10008.1.2.1", 1, 16, (levels * 9 - 1000).tobytes()))
    yield made("dcm", dicom("1.2.840.10008.1.2", 1, 16, (levels * 9 - 1000).tobytes()))
    yield made("dcm", dicom("1.2.840.10008.1.2.1", 3, 8, numpy.asarray(rgb).tobytes()))
    inside = io.BytesIO()
    rgb.save(inside, "JPEG")
    yield made("dcm", dicom("1.2.840.10008.1.2.4.50", 3, 8, inside.getvalue()))


def dicom(syntax, samples, bits, pixels):
    """A DICOM file with a sequence that ends at a delimiter; JPEG for its syntax is one fragment."""

    def element(tag, kind, value, explicit=syntax != "1.2.840.10008.1.2"):
        value += b"\0" * (len(value) % 2)
        head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
        if not explicit:
            return head + struct.pack("<I", len(value)) + value
        if kind in (b"OB", b"OW", b"SQ"):
            return head + kind + struct.pack("<HI", 0, len(value)) + value
        return head + kind + struct.pack("<H", len(value)) + value

    def item(value):
        return b"\xfe\xff\0\xe0" + struct.pack("<I", len(value)) + value

    def number(tag, value):
        return element(tag, b"US", struct.pack("<H", value))

    end = b"\xfe\xff\xdd\xe0" + b"\0" * 4
    data = b"\0" * 128 + b"DICM" + element(0x00020010, b"UI", syntax.encode(), True)
    data += element(0x0008002A, b"DT", b"20200102030405.6") + element(0x00080070, b"LO", b"Maker")
    nested = element(0x00081140, b"SQ", b"")[:-4] + b"\xff" * 4
    data += nested + item(element(0x00100020, b"LO", b"P1")) + end
    data += element(0x00100020, b"LO", b"P2") + element(0x0020000D, b"UI", b"1.2.3")
    data += number(0x00280002, samples)
    data += element(0x00280004, b"CS", b"RGB" if samples == 3 else b"MONOCHROME1")
    data += number(0x00280010, HEIGHT) + number(0x00280011, WIDTH)
    data += number(0x00280100, bits) + number(0x00280101, bits) + number(0x00280102, bits - 1)
    data += number(0x00280103, 1 if bits == 16 else 0)
    data += element(0x00281050, b"DS", b"100") + element(0x00281051, b"DS", b"900")
    if syntax.endswith("4.50"):
        return data + b"\xe0\x7f\x10\0OB\0\0" + b"\xff" * 4 + item(b"") + item(pixels) + end
    return data + element(0x7FE00010, b"OW", pixels)


def run_bmp(indices):
    runs = b""
    for row in indices[::-1]:
        at = 0
        while at < WIDTH:
            end = at + 1
            while end < WIDTH and row[end] == row[at]:
                end += 1
            runs += bytes([end - at, int(row[at])])
            at = end
        runs += b"\0\0"
    runs += b"\0\1"
    table = b"".join(bytes([n * 16, 255 - n * 16, n * 8, 0]) for n in range(16)) + b"\0" * (240 * 4)
    start = 14 + 40 + len(table)
    head = b"BM" + struct.pack("<IHHI", start + len(runs), 0, 0, start)
    head += struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 8, 1, len(runs), 0, 0, 256, 0)
    return head + table + runs


def dxt(width, height):
    head = struct.pack("<IIIIIII", 124, 0x81007, height, width, width * height // 2, 0, 0)
    head += b"\0" * 44 + struct.pack("<II4sIIIII", 32, 4, b"DXT1", 0, 0, 0, 0, 0)
    head += struct.pack("<IIIII", 0x1000, 0, 0, 0, 0)
    blocks = b"".join(struct.pack("<HHI", n * 37 % 65536, n * 91 % 65536, n * 12345) for n in range(width * height // 16))
    return b"DDS " + head + blocks


def exr(levels, compressed):
    import zlib

    height, width, _ = levels.shape

    def attribute(name, kind, value):
        return name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value

    channels = b"".join(n + b"\0" + struct.pack("<iiii", 1, 0, 1, 1) for n in (b"B", b"G", b"R")) + b"\0"
    window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
    head = b"\x76\x2f\x31\x01" + struct.pack("<I", 2)
    head += attribute("channels", "chlist", channels)
    head += attribute("compression", "compression", b"\x02" if compressed else b"\0")
    head += attribute("dataWindow", "box2i", window)
    head += attribute("displayWindow", "box2i", window)
    head += attribute("lineOrder", "lineOrder", b"\0")
    head += attribute("pixelAspectRatio", "float", struct.pack("<f", 1))
    head += attribute("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0))
    head += attribute("screenWindowWidth", "float", struct.pack("<f", 1)) + b"\0"
    blocks, places, at = b"", b"", len(head) + 8 * height
    for y in range(height):
        row = b"".join(levels[y, :, channel].tobytes() for channel in (2, 1, 0))
        if compressed:
            halves = row[0::2] + row[1::2]
            steps = bytes([halves[0]]) + bytes((b - a + 128) % 256 for a, b in zip(halves, halves[1:]))
            small = zlib.compress(steps)
            row = small if len(small) < len(row) else row
        block = struct.pack("<ii", y, len(row)) + row
        places += struct.pack("<Q", at)
        at += len(block)
        blocks += block
    return head + places + blocks


def texts():
    """Kind, name and bytes: `log`, `predictions`, `baseline`, `report`, or a dataset `tree/NAME/PATH`."""
    epochs = [(n, 1 / (n + 1), 1.2 / (n + 1)) for n in range(6)]
    keras = "".join(f"Epoch {n + 1}/6\n10/10 - 1s - loss: {a:.4f} - val_loss: {b:.4f}\n" for n, a, b in epochs)
    yield "log", "keras.txt", keras.encode()
    yield "log", "table.csv", ("epoch,loss,val_loss\n" + "".join(f"{n},{a},{b}\n" for n, a, b in epochs)).encode()
    rows = [{"epoch": n, "train_loss": a, "eval_loss": b} for n, a, b in epochs]
    yield "log", "lines.jsonl", "\n".join(json.dumps(row) for row in rows).encode()
    yield "log", "state.json", json.dumps({"log_history": rows, "best": None}).encode()
    output = {"output_type": "stream", "name": "stdout", "text": keras.splitlines(True)}
    yield "log", "book.ipynb", json.dumps({"cells": [{"cell_type": "code", "outputs": [output]}], "nbformat": 4}).encode()
    yield "log", "yolo.csv", b"epoch, train/box_loss, val/box_loss\n1, 0.5, 0.6\n2, 0.4, 0.5\n"
    yield "log", "lightning.txt", b"Epoch 3: 100%|####| 10/10 [00:01<00:00, train_loss=0.123, val_loss=0.2]\r\n"
    yield "log", "events.out.tfevents.1", board(epochs)
    yield "predictions", "rows.csv", b"path,target,prediction\n" + b"".join(b"val/%d.png,%d,%f\n" % (n, n % 2, n / 9) for n in range(9))
    yield "predictions", "rows.jsonl", "\n".join(json.dumps({"path": f"val/{n}.png", "loss": n / 7}) for n in range(9)).encode()
    for array in (numpy.arange(12.0), numpy.ones((4, 3), "float32"), numpy.arange(6, dtype=">i4")):
        buffer = io.BytesIO()
        numpy.save(buffer, array)
        yield "predictions", f"{array.dtype.str[1:]}.npy", buffer.getvalue()
    baseline = 'version = 1\n\n[[accepted]]\ncode = "corrupt-image"\nreason = "known"\nexpires = "2030-01-01"\nfingerprints = [\n  "00112233445566778899aabbccddeeff",  # val/1.png\n]\n'
    yield "baseline", "baseline.toml", baseline.encode()

    def tree(name, path, data):
        return f"tree/{name}", path, data if isinstance(data, bytes) else data.encode()

    manifest = "path,split,label,group,time\n"
    manifest += "".join(f"a/{n}.png,{'val' if n > 5 else 'train'},c{n % 2},g{n // 2},2020-01-0{n + 1}T10:00:00\n" for n in range(8))
    yield tree("manifest", "manifest.csv", manifest)
    yield tree("yolo", "data.yaml", "path: .\ntrain: images/train\nval:\n  - images/val\nnc: 2\nnames: {0: cat, 1: dog}\n")
    yield tree("yolo", "labels/train/0.txt", "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.1 0.1\n")
    pictures = [{"id": n, "file_name": f"a/{n}.png", "width": 8, "height": 8} for n in range(4)]
    boxes = [{"id": n, "image_id": n, "category_id": 1, "bbox": [0, 0, 4, 4]} for n in range(4)]
    coco = {"images": pictures, "annotations": boxes, "categories": [{"id": 1, "name": "cat"}]}
    yield tree("coco", "annotations/instances_train.json", json.dumps(coco))
    yield tree("coco", "annotations/instances_val.json", json.dumps({**coco, "images": pictures[2:]}))
    yield tree("lists", "train.txt", "".join(f"a/{n}.png {n % 3}\n" for n in range(5)))
    yield tree("lists", "val.txt", "".join(f"a/{n}.png {n % 3}\n" for n in range(5, 8)))
    yield tree("lines", "metadata.jsonl", "\n".join(json.dumps({"file_name": f"a/{n}.png", "split": "train" if n else "val"}) for n in range(5)))
    yield tree("dvc", "images.dvc", "outs:\n- md5: 00112233445566778899aabbccddeeff.dir\n  size: 9\n  path: images\n  nfiles: 3\n")
    yield tree("flags", "val.csv", "image,is_valid\na/0.png,True\na/1.png,False\n")


def board(epochs):
    def varint(number):
        out = b""
        while True:
            out += bytes([number & 127 | (128 if number > 127 else 0)])
            number >>= 7
            if not number:
                return out

    def field(number, data):
        return varint(number << 3 | 2) + varint(len(data)) + data

    def masked(data):
        crc = 0xFFFFFFFF
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        crc ^= 0xFFFFFFFF
        return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF

    def record(event):
        length = struct.pack("<Q", len(event))
        return length + struct.pack("<I", masked(length)) + event + struct.pack("<I", masked(event))

    out = record(b"\x09" + struct.pack("<d", 1.0) + field(3, b"brain.Event:2"))
    for step, train, val in epochs:
        for tag, value in ((b"loss/train", train), (b"loss/val", val)):
            scalar = field(1, tag) + b"\x15" + struct.pack("<f", value)
            out += record(b"\x09" + struct.pack("<d", 2.0 + step) + b"\x10" + varint(step) + field(5, field(1, scalar)))
    return out


def main():
    target = sys.argv[1]
    files = [("images", name, data) for name, data in images()] + list(texts())
    for kind, name, data in files:
        path = os.path.join(target, kind, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    # Pictures that the texts name.
    for kind in sorted({kind for kind, _, _ in files if kind.startswith("tree/")}):
        for folder in ("a", "images/train", "images/val"):
            os.makedirs(os.path.join(target, kind, folder), exist_ok=True)
            for number in range(8):
                picture(number).resize((8, 8)).save(os.path.join(target, kind, folder, f"{number}.png"))
    print(len(files), "seeds")


main()
