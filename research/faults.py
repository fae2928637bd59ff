"""What becomes of a check that is killed, starved or lied to: the table of docs/reliability.md.

    python3 research/faults.py target/release/splitleak WORK [TIMES]

Linux, as root for what mounts and makes devices; what cannot be tried here is said. Nothing but WORK
is written to. TIMES is how often it is killed (200).
"""

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import stat
import struct
import subprocess
import sys
import threading
import time
import xml.dom.minidom
import zlib

TOOL = os.path.abspath(sys.argv[1])
WORK = os.path.abspath(sys.argv[2])
TIMES = int(sys.argv[3]) if len(sys.argv) > 3 else 200
CHANCE = random.Random(7)
ROWS = []


def png(number, side=64):
    """A picture that no other number gives."""
    chance = random.Random(number)
    blobs = [(chance.random() * side, chance.random() * side, 3 + chance.random() * 9, chance.randrange(40, 200)) for _ in range(5)]
    rows = bytearray()
    for y in range(side):
        rows.append(0)
        for x in range(side):
            level = sum(height for left, top, reach, height in blobs if (x - left) ** 2 + (y - top) ** 2 < reach * reach)
            rows.append(min(255, 20 + level + (x * 7 + y * number) % 17))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")


def fresh(name):
    path = os.path.join(WORK, name)
    if os.path.isfile(path):
        os.remove(path)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


PICTURES = {}


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def dataset(name, count=300):
    """Two splits; every tenth evaluation image is a copy of a training image."""
    root = fresh(name)
    for number in range(count):
        split = "val" if number % 4 == 0 else "train"
        source = number + 1 if split == "val" and number % 40 == 0 else number
        if source not in PICTURES:
            PICTURES[source] = png(source)
        write(f"{root}/{split}/{number:05}.png", PICTURES[source])
    # No file is so young that its times say nothing.
    for folder, _, files in os.walk(root):
        for file in files:
            os.utime(os.path.join(folder, file), (1_600_000_000, 1_600_000_000))
    return root


def start(arguments, **how):
    environment = {"PATH": os.environ["PATH"], "HOME": WORK}
    return subprocess.Popen([TOOL, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)


def run(arguments, seconds=120, **how):
    """Exit status, standard output and error; None for the status where it hangs."""
    process = start(arguments, **how)
    try:
        out, error = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None, b"", b"HANGS"
    return process.returncode, out, error


def check(root, *more, **how):
    status, out, error = run(["check", root, "--json", "-", *more], **how)
    try:
        report = json.loads(out)
    except ValueError:
        report = None
    return status, report, error.decode(errors="replace")


def healthy(status, error):
    """It ended by itself, and not by a fault of its own."""
    return status in (0, 1, 2, 130) and "internal error" not in error and "panicked" not in error


def row(what, times, held, note=""):
    ROWS.append((what, times, held, note))
    print(f"{what} | {times} | {held} | {note}", flush=True)


def without_place(report):
    return json.dumps(report, sort_keys=True)


def killed(what, number):
    root = dataset("killed")
    began = time.monotonic()
    _, expected, _ = check(root, "--no-cache")
    lasts = time.monotonic() - began
    same = sound = clean = 0
    for _ in range(TIMES):
        cache = fresh("cache")
        out = f"{WORK}/report.json"
        if os.path.exists(out):
            os.remove(out)
        process = start(["check", root, "--cache", cache, "--json", out, "--quiet"])
        time.sleep(CHANCE.random() * lasts * 1.3)
        process.send_signal(number)
        process.communicate()
        # A report that is there is whole.
        if not os.path.exists(out) or json.load(open(out)) == expected:
            clean += 1
        intact = True
        for file in os.listdir(cache):
            if file.endswith((".sqlite", ".db", ".sqlite3")):
                with sqlite3.connect(f"{cache}/{file}") as connection:
                    intact &= connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        sound += intact
        _, report, error = check(root, "--cache", cache)
        same += report == expected and "warning" not in error
    row(f"{what} at a random moment of a cold run, then checked again", TIMES, min(same, sound, clean),
        f"same report {same}, cache intact {sound}, no half report {clean}")


def at_once():
    root = dataset("twice")
    _, expected, _ = check(root, "--no-cache")
    times, held = 30, 0
    for _ in range(times):
        cache = fresh("cache")
        pair = [start(["check", root, "--cache", cache, "--json", "-"]) for _ in range(2)]
        reports = [json.loads(one.communicate()[0]) for one in pair]
        _, third, error = check(root, "--cache", cache)
        held += reports == [expected] * 2 and third == expected and "warning" not in error
    row("two runs at once on one cold cache", times, held, "all three reports the same")


def changed_while_running():
    times, held = 60, 0
    for number in range(times):
        root = dataset("changing", 120)
        going = threading.Event()

        def disturb():
            chance = random.Random(number)
            while not going.is_set():
                name = f"{root}/{chance.choice(['train', 'val'])}/{chance.randrange(120):05}.png"
                try:
                    what = chance.randrange(6)
                    if what == 0:
                        os.remove(name)
                    elif what == 1:
                        os.truncate(name, chance.randrange(300))
                    elif what == 2:
                        with open(name, "ab") as file:
                            file.write(b"x" * chance.randrange(5000))
                    elif what == 3:
                        write(name, PICTURES[chance.randrange(60)])
                    elif what == 4:
                        os.rename(name, name + ".moved.png")
                    else:
                        shutil.rmtree(f"{root}/val", ignore_errors=chance.random() < 0.1) if chance.random() < 0.02 else None
                except OSError:
                    pass

        thread = threading.Thread(target=disturb)
        thread.start()
        cache = fresh("cache")
        outcomes = [check(root, "--cache", cache) for _ in range(2)]
        going.set()
        thread.join()
        _, settled, _ = check(root, "--cache", cache)
        _, expected, _ = check(root, "--no-cache")
        fine = all(healthy(status, error) for status, _, error in outcomes)
        held += fine and settled == expected
    row("files changed, cut, replaced, renamed and removed while it runs; then checked again", times, held,
        "ended by itself; afterwards the report of a run without cache")


def mounted(name, size, options="rw"):
    place = os.path.join(WORK, name)
    os.makedirs(place, exist_ok=True)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},{options}", "tmpfs", place], capture_output=True)
    return place if mount.returncode == 0 else None


def full_disk():
    root = dataset("full")
    _, expected, _ = check(root, "--no-cache")
    times = held = 0
    for size in ("4k", "16k", "64k", "128k", "256k", "512k", "1m"):
        place = mounted("small", size)
        if place is None:
            row("cache and report on a full disk", 0, 0, "not tried: mount is not permitted")
            return
        status, report, error = check(root, "--cache", f"{place}/cache")
        again, second, _ = check(root, "--cache", f"{place}/cache")
        times += 2
        held += (healthy(status, error) and report == expected) + (second == expected)
        with open(f"{place}/filler", "wb") as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
                    filler.flush()
            except OSError:
                pass
        status, _, error = run(["check", root, "--no-cache", "--quiet", "--json", f"{place}/report.json"])
        left = os.path.exists(f"{place}/report.json") and os.path.getsize(f"{place}/report.json")
        times += 1
        held += status == 2 and b"report.json" in error and not left
        subprocess.run(["umount", place], check=True)
    row("cache on a disk of 4 KB to 1 MB, report on a full one", times, held,
        "the same report with or without a warning; exit status 2 that names the file, no half report")
    times = held = 0
    for more in (["--json", "/dev/full"], ["--format", "html=/dev/full"], ["--format", "sarif=/dev/full"]):
        status, _, error = run(["check", root, "--no-cache", "--quiet", *more])
        times += 1
        held += status == 2 and b"/dev/full" in error
    with open("/dev/full", "wb") as full:
        process = subprocess.run([TOOL, "check", root, "--no-cache"], stdout=full, stderr=subprocess.PIPE)
    held += process.returncode == 2 and b"panicked" not in process.stderr
    row("reports and standard output to `/dev/full`", times + 1, held, "exit status 2 that names the file")


def read_only():
    root = dataset("source")
    _, expected, _ = check(root, "--no-cache")
    place = mounted("fixed", "64m")
    if place is None:
        row("read-only cache and dataset", 0, 0, "not tried: mount is not permitted")
        return
    shutil.copytree(root, f"{place}/data")
    for folder, _, files in os.walk(f"{place}/data"):
        for file in files:
            os.utime(os.path.join(folder, file), (1_600_000_000, 1_600_000_000))
    run(["check", f"{place}/data", "--cache", f"{place}/warm", "--quiet"])
    os.makedirs(f"{place}/cold")
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    outcomes = [check(f"{place}/data", "--cache", f"{place}/{cache}") for cache in ("warm", "cold", "none")]
    subprocess.run(["umount", place], check=True)
    held = sum(report == expected and healthy(status, error) for status, report, error in outcomes)
    row("dataset and cache (warm, empty, absent) on a read-only disk", len(outcomes), held, "the same report")
    times = held = 0
    for name, make in {
        "a file in place of the directory": lambda path: write(path, b"x"),
        "garbage in place of the database": lambda path: [write(f"{path}/{name}", b"garbage" * 999) for name in os.listdir(kept)],
        "a database that is cut": lambda path: [write(f"{path}/{name}", open(f"{kept}/{name}", "rb").read()[:9000]) for name in os.listdir(kept)],
        "a database with flipped bytes": lambda path: [write(f"{path}/{name}", flipped(open(f"{kept}/{name}", "rb").read())) for name in os.listdir(kept)],
        "an empty database": lambda path: [write(f"{path}/{name}", b"") for name in os.listdir(kept)],
    }.items():
        kept = fresh("kept")
        run(["check", root, "--cache", kept, "--quiet"])
        cache = fresh("cache")
        if "directory" in name:
            shutil.rmtree(cache)
        make(cache)
        status, report, error = check(root, "--cache", cache)
        times += 1
        held += report == expected and healthy(status, error)
    row("a cache that is a file, garbage, cut, changed at 200 places, or empty", times, held, "the same report")


def flipped(data):
    data = bytearray(data)
    for _ in range(200):
        data[CHANCE.randrange(100, len(data))] ^= 1 << CHANCE.randrange(8)
    return bytes(data)


def closed_pipe():
    root = dataset("pipe", 80)
    times = held = 0
    for more in ([], ["--json", "-"], ["--format", "csv=-"], ["--format", "html=-"], ["--format", "junit=-"]):
        for _ in range(4):
            process = start(["check", root, "--no-cache", *more])
            process.stdout.close()
            process.wait(timeout=120)
            error = process.stderr.read().decode(errors="replace")
            times += 1
            held += "panicked" not in error and "internal error" not in error
    row("standard output closed before it is written to", times, held, "no complaint about a fault")


def many_and_deep():
    root = fresh("many")
    for split in ("train", "val"):
        os.makedirs(f"{root}/{split}")
        for number in range(100_000):
            os.close(os.open(f"{root}/{split}/{number}.png", os.O_CREAT | os.O_WRONLY))
    began = time.monotonic()
    process = start(["check", root, "--no-cache", "--json", "-"])
    out, error = process.communicate()
    _, status, usage = 0, process.returncode, None
    report = json.loads(out)
    counted = report["coverage"]["unreadable"] == 200_000
    row("200,000 empty files", 1, int(status == 2 and counted), f"{time.monotonic() - began:.0f} s, all counted as unreadable")
    shutil.rmtree(root)

    root = fresh("deep")
    write(f"{root}/train/a.png", png(1))
    write(f"{root}/val/b.png", png(2))
    here = os.open(f"{root}/train", os.O_RDONLY)
    for _ in range(5000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    leaf = os.open("c.png", os.O_CREAT | os.O_WRONLY, dir_fd=here)
    os.write(leaf, png(2))
    os.close(leaf)
    os.close(here)
    status, report, error = check(root, "--no-cache")
    told = report is not None and ("deep" in json.dumps(report).lower() or report["coverage"]["samples"] == 3 or report["findings"])
    row("a picture 5,000 folders deep", 1, int(healthy(status, error) and bool(told)),
        f"exit status {status}; {error.strip().splitlines()[-1][:120] if error.strip() else 'read or told'}")
    subprocess.run(["rm", "-rf", root])


def special_files():
    # Where a file is looked for by name, and where pictures lie.
    names = ["val/x.png", "manifest.csv", "data.yaml", "train.txt", "annotations/instances_val.json", "metadata.jsonl",
             "splitleak.toml", "splitleak-baseline.toml", "images.dvc", "val/x.tar", "val/x.parquet", "val/x.npy", "val/x"]
    times = held = 0
    failed = []
    makers = {"pipe": os.mkfifo, "socket": bind, "null": lambda p: os.symlink("/dev/null", p), "zero": lambda p: os.symlink("/dev/zero", p)}
    if os.geteuid() == 0:
        makers["device"] = lambda p: os.mknod(p, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    for kind, make in makers.items():
        for name in names:
            root = dataset("special", 24)
            os.makedirs(os.path.dirname(f"{root}/{name}"), exist_ok=True)
            try:
                make(f"{root}/{name}")
            except OSError:
                continue
            status, report, error = check(root, "--no-cache", seconds=20)
            times += 1
            fine = healthy(status, error) and (report is not None or status == 2)
            held += fine
            if not fine:
                failed.append(f"{kind} as {name}: {error.strip()[:60]}")
    row("pipes, sockets, devices, links to `/dev/null` and `/dev/zero` under 13 names that are looked at", times, held, "; ".join(failed))


def bind(path):
    here = os.getcwd()
    os.chdir(os.path.dirname(path))
    socket.socket(socket.AF_UNIX).bind(os.path.basename(path))
    os.chdir(here)


def links_out():
    root = dataset("links", 24)
    outside = fresh("outside")
    write(f"{outside}/secret.txt", b"password: hunter2\n" * 20)
    write(f"{outside}/picture.png", PICTURES[1])
    os.symlink(f"{outside}/secret.txt", f"{root}/val/secret.png")
    os.symlink(f"{outside}/picture.png", f"{root}/val/picture.png")
    os.symlink(outside, f"{root}/val/folder")
    os.symlink("/proc/self/mem", f"{root}/val/memory.png")
    os.symlink("/proc/self/environ", f"{root}/val/environ.png")
    os.symlink("loop.png", f"{root}/val/loop.png")
    os.symlink(root, f"{root}/val/again")
    before = sorted(os.listdir(outside))
    status, report, error = check(root, "--no-cache")
    text = json.dumps(report)
    fine = healthy(status, error) and "hunter2" not in text and sorted(os.listdir(outside)) == before
    fine &= "val/secret.png" in text and "val/loop.png" in text and "val/memory.png" in text
    row("links out of the dataset, to a text, a picture, a folder, `/proc/self/mem`, themselves and the dataset", 1, int(fine),
        "each is read or told; nothing of a text's content is in the report")


def names():
    evil = ["a\x1b[31mred\x1b[0m.png", "b\x1b]0;title\x07.png", "<script>alert(1)</script>.png", "\"onload=\"x.png", "::error file=x::forged.png",
            "=cmd|' !A1.png", "+1.png", "-rf.png", "@x.png", "c\u202egnp.exe.png", "d\u2066x\u2069.png", "e\r\nforged.png", "f\nsplitleak: clean.png",
            "g|h`i`*j*[k](http:l).png".replace("/", ""), "]]>.png", "&amp;.png", "%0Aforged.png", "\u0085.png", "m\u2028n.png", "\t.png", "\x7f.png",
            "x" * 250 + ".png", "caf\udce9.png", "$(touch x).png", "`id`.png", "--help.png", " .png", "..png"]
    root = dataset("names", 24)
    for number, name in enumerate(evil):
        write(os.fsencode(f"{root}/val/").decode() + name, PICTURES[1 + number % 8]) if "\udce9" not in name else open(os.fsencode(f"{root}/val/{name}"), "wb").write(PICTURES[1])
    formats = ["terminal", "json", "sarif", "junit", "github", "markdown", "csv", "paths", "html"]
    failed, times = [], 0
    for kind in formats:
        more = ["--null"] if kind == "paths" else []
        status, out, error = run(["check", root, "--no-cache", "--quiet", "--format", f"{kind}=-", *more])
        times += 1
        text = out.decode("utf-8", errors="surrogateescape")
        faults = []
        if not healthy(status, error.decode(errors="replace")) or not out:
            faults.append(f"status {status}: {error[-200:]!r}")
        if kind not in ("csv", "paths"):
            raw = [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or ord(c) in (0x2028, 0x2029) or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069]
            if raw and kind != "json":
                faults.append(f"raw characters {sorted(set(map(hex, map(ord, raw))))}")
            if kind in ("json", "sarif"):
                json.loads(text)
        if kind == "github" and any(line and not line.startswith(("::error ", "::warning ", "::notice ", "splitleak: ")) for line in text.splitlines()):
            faults.append("lines of another kind")
        if kind == "github" and any("::forged" in line.split("::", 2)[1] for line in text.splitlines() if line.startswith("::")):
            faults.append("a forged command")
        if kind == "junit":
            xml.dom.minidom.parseString(out)
        if kind == "html" and "<script>alert" in text:
            faults.append("a script")
        if "\nforged" in text and kind not in ("csv", "paths"):
            faults.append("a forged line")
        failed += [f"{kind}: {fault}" for fault in faults]
    status, out, error = run(["check", root, "--no-cache", "--quiet", "--format", "csv=-", "--csv-safe"])
    times += 1
    if any(cell[:1] in b"=+-@" and cell[1:2] not in b"0123456789." for line in out.splitlines() for cell in line.split(b",")[:1]):
        failed.append("csv: a formula")
    row(f"{len(evil)} names with escapes, ANSI, HTML, `::error::`, `=cmd`, bidi, line breaks, in 9 formats", times, times - len({f.split(':')[0] for f in failed}), "; ".join(failed))


def clocks():
    times = held = 0
    for stamp in (0, 1, 2**31 - 1, 2**33, time.time() + 86_400 * 365):
        root = dataset("clock", 40)
        for folder, _, files in os.walk(root):
            for file in files:
                os.utime(os.path.join(folder, file), (stamp, stamp))
        cache = fresh("cache")
        _, expected, _ = check(root, "--no-cache")
        check(root, "--cache", cache)
        # Changed, and its times set back.
        name = f"{root}/train/00001.png"
        write(name, PICTURES[2])
        os.utime(name, (stamp, stamp))
        _, new, _ = check(root, "--no-cache")
        _, cached, _ = check(root, "--cache", cache)
        times += 1
        held += cached == new and new != expected
    row("files of 1970, 2038, 2242 and next year, one changed and its time set back", times, held, "the change is seen")


def main():
    os.makedirs(WORK, exist_ok=True)
    for number in range(0, 400):
        PICTURES[number] = png(number)
    asked = os.environ.get("ONLY", "")
    steps = [names, links_out, special_files, closed_pipe, clocks, at_once, read_only, full_disk, changed_while_running, many_and_deep,
             lambda: killed("kill -9", signal.SIGKILL), lambda: killed("SIGTERM", signal.SIGTERM), lambda: killed("Ctrl-C", signal.SIGINT)]
    for number, step in enumerate(steps):
        if not asked or str(number) in asked.split(","):
            step()
    print("\n| what was tried | times | held | |\n| --- | --- | --- | --- |")
    for what, times, held, note in ROWS:
        print(f"| {what} | {times} | {held} | {note} |")


main()
