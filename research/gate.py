"""Random small datasets and random edits, judged in each way to gate, against a naive model of what leaks
and of what is new: a table of docs/reliability.md.

    python3 research/gate.py target/debug/splitleak WORK [SCENES] [FIRST SEED]

Needs git, bash, Pillow and NumPy; `pre-commit` is tried where it is on PATH. A scene is a repository with a
dataset, its history and its edits; a case is one way to judge it. The model knows which files are copies
because they are made here, and nothing else. Cases that differ are printed and kept under WORK/kept.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

from gate_model import EDITED, EXACT, NEAR, PICTURES, SAME_BYTES, SAME_FILE, SAME_PIXELS, NAMES, Accepted, Dataset, Layout, expected, raw, resolve

TOOL = os.path.abspath(sys.argv[1])
WORK = os.path.abspath(sys.argv[2])
SCENES = int(sys.argv[3]) if len(sys.argv) > 3 else 250
FIRST = int(sys.argv[4]) if len(sys.argv) > 4 else 1
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PRE_COMMIT = shutil.which("pre-commit")

# What the hook runs, as published.
HOOK = re.search(r"id: splitleak\n.*?entry: splitleak (check [^\n]*)", open(f"{HERE}/.pre-commit-hooks.yaml").read(), re.S)[1]

ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": WORK, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org", "SPLITLEAK_CACHE": f"{WORK}/cache", "PRE_COMMIT_HOME": f"{WORK}/pre-commit",
}


class Scene:
    """A repository, and beside it what it must hold."""

    def __init__(self, seed):
        self.seed, self.chance = seed, random.Random(seed)
        chance = self.chance
        self.layout = Layout(chance.choice(["folders", "folders", "table", "lists"]))
        self.place = chance.choice(["data", "data", "sets/a b", "."])
        self.splits = ["train", "val", "test"] if chance.random() < 0.4 else ["train", "val"]
        self.root = f"{WORK}/scene"
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(self.top)
        self.tree, self.index, self.head = {}, {}, {}
        self.log = []
        self.git("init", "--quiet", "--initial-branch=main")
        with open(f"{self.root}/.git/info/exclude", "a") as file:
            file.write("ignored*\n")
        for _ in range(chance.randint(4, 9)):
            self.write(self.any_path(), self.any_content())
        for split in ("train", "val"):
            self.write((split, f"{chance.choice(NAMES)}.png"), self.any_content(whole=True))
        self.stage_all()
        self.commit()
        # Some accept what is there.
        self.accepted = None
        self.settings = chance.random() < 0.25
        if chance.random() < 0.4 and not any(content[0] == "link" for content in self.tree.values()):
            self.baseline()
        if self.settings:
            self.file("splitleak.toml", 'max-leakage = "0"\n')
        hook = f"repos:\n- repo: local\n  hooks:\n  - id: splitleak\n    name: x\n    language: system\n    pass_filenames: false\n    always_run: true\n    entry: {TOOL} {HOOK}\n    args: [{json.dumps(self.place)}, --max-leakage, '0']\n"
        self.file(".pre-commit-config.yaml", hook)
        self.git("add", ".pre-commit-config.yaml", *(["splitleak.toml"] if self.settings else []))
        self.git("commit", "--quiet", "--message", "settings")
        for _ in range(chance.randint(1, 8)):
            self.edit()

    @property
    def top(self):
        return os.path.normpath(os.path.join(self.root, self.place))

    def file(self, name, text):
        with open(f"{self.root}/{name}", "w") as file:
            file.write(text)

    def git(self, *arguments, **how):
        done = subprocess.run(["git", *arguments], cwd=self.root, env=ENVIRONMENT, capture_output=True, **how)
        if done.returncode:
            raise RuntimeError(f"git {arguments}: {done.stderr.decode()}")
        return done.stdout

    def any_path(self):
        split = self.chance.choice(self.splits)
        ignored = "ignored" if self.chance.random() < 0.05 and self.layout.kind == "folders" else ""
        return split, f"{ignored}{self.chance.choice(NAMES)}.{self.chance.choice(['png', 'png', 'jpg', 'bmp'])}"

    def any_content(self, whole=False):
        number, draw = self.chance.randrange(PICTURES), self.chance.random()
        if draw < 0.03 and not whole:
            return number, "broken"
        return number, "png" if draw < 0.6 else self.chance.choice(EXACT if draw < 0.75 else EDITED)

    def put(self, path, content):
        """Into the working tree."""
        place = os.path.join(self.top, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.lexists(place):
            os.remove(place)
        if content is None:
            self.tree.pop(path, None)
            # As git does.
            place = os.path.dirname(place)
            while place != self.top and not os.listdir(place):
                os.rmdir(place)
                place = os.path.dirname(place)
            return
        if content[0] == "link":
            os.symlink(content[1], place)
        else:
            with open(place, "wb") as file:
                file.write(raw(content))
        self.tree[path] = content

    def rewrite(self, rows):
        """The texts that tell splits, in the working tree."""
        texts = self.layout.texts(set(rows))
        for path in [path for path, content in self.tree.items() if content[0] == "text" and path not in texts]:
            self.put(path, None)
        for path, content in texts.items():
            if self.tree.get(path) != content:
                self.put(path, content)

    def write(self, where, content):
        path = self.layout.path(*where)
        self.put(path, content)
        if self.layout.kind != "folders":
            self.rewrite([*self.layout.rows(self.tree), (path, where[0])])

    def remove(self, path):
        self.put(path, None)
        if self.layout.kind != "folders":
            self.rewrite([row for row in self.layout.rows(self.tree) if row[0] != path])

    def images(self):
        return sorted(path for path, content in self.tree.items() if content[0] != "text")

    def edit(self):
        chance, images = self.chance, self.images()
        kinds = ["write"] * 4 + ["copy"] * 4 + ["remove"] * 2 + ["move"] * 3 + ["stage"] * 4 + ["stage all"] * 2
        kinds += ["stage only"] * 2 + ["twin"] * 2 + ["unstage", "commit", "link", "touch", "restore"] + ["split"] * 3
        kind = chance.choice(kinds)
        if not images and kind not in ("write", "stage all"):
            return
        self.log.append(kind)
        if kind == "write":
            self.write(self.any_path(), self.any_content())
        elif kind == "copy":
            # Of something that is there, perhaps re-saved.
            source = resolve(self.tree, chance.choice(images))
            if source is not None and source[1] != "broken":
                how = source[1] if chance.random() < 0.6 else chance.choice(EXACT + EDITED)
                self.write(self.any_path(), (source[0], how))
        elif kind == "twin":
            # Of an evaluation image that leaks, in its split.
            leaking = sorted(Dataset(self.layout, self.tree).evidence())
            if leaking:
                _, split, content, _ = chance.choice(leaking)
                self.write((split, self.any_path()[1]), content)
        elif kind == "remove":
            self.remove(chance.choice(images))
        elif kind == "move":
            path, where = chance.choice(images), self.any_path()
            content = self.tree[path]
            if content[0] != "link" and self.layout.path(*where) != path:
                self.remove(path)
                self.write(where, content)
        elif kind == "link" and self.accepted is None:
            path, where = chance.choice(images), self.any_path()
            new = self.layout.path(*where)
            if self.tree[path][0] != "link" and new != path:
                self.write(where, ("link", os.path.relpath(path, os.path.dirname(new))))
        elif kind == "split" and self.layout.kind != "folders":
            # Another split for a file that stays as it is.
            rows = self.layout.rows(self.tree)
            at = chance.randrange(len(rows))
            path, _ = rows[at]
            keep = self.layout.kind == "lists" and chance.random() < 0.3
            rows = [row for row in rows if row[0] != path or keep]
            self.rewrite([*rows, (path, chance.choice(self.splits))])
        elif kind == "touch":
            os.utime(os.path.join(self.top, chance.choice(images)), (1_500_000_000, 1_500_000_000), follow_symlinks=False)
        elif kind == "restore":
            # Back to what is staged.
            path = chance.choice(images)
            if path in self.index:
                self.put(path, self.index[path])
        elif kind == "stage":
            self.stage(chance.choice(sorted({*self.tree, *self.index})))
        elif kind == "stage all":
            self.stage_all()
        elif kind == "stage only":
            # Other bytes in the index than in the working tree.
            split, name = self.any_path()
            path, content = self.layout.path(split, name), self.any_content()
            if path in self.index or self.layout.kind == "folders":
                blob = self.git("hash-object", "-w", "--stdin", input=raw(content)).decode().strip()
                self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{self.in_git(path)}")
                self.index[path] = content
        elif kind == "unstage":
            path = chance.choice(images)
            self.git("rm", "--quiet", "--cached", "--force", "--ignore-unmatch", "--", self.in_git(path))
            self.index.pop(path, None)
        elif kind == "commit":
            self.commit()

    def in_git(self, path):
        return os.path.normpath(os.path.join(self.place, path))

    def stage(self, path):
        if path in self.tree:
            self.git("add", "--force", "--", self.in_git(path))
            self.index[path] = self.tree[path]
        else:
            self.git("rm", "--quiet", "--cached", "--force", "--ignore-unmatch", "--", self.in_git(path))
            self.index.pop(path, None)

    def stage_all(self):
        self.git("add", "--all")
        left_out = lambda path: os.path.basename(path).startswith("ignored") and path not in self.index
        self.index = {path: content for path, content in self.tree.items() if not left_out(path)}

    def commit(self):
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", "x")
        self.head = dict(self.index)

    def baseline(self):
        """Accepts what the working tree holds, by a file in the repository."""
        now = Dataset(self.layout, self.tree)
        status, _, _ = self.run("baseline", "write", self.place, "--reason", "as published", "--quiet", "--no-cache")
        if status == 0:
            # Nothing may be found that is to be accepted.
            self.accepted = Accepted(now)
            if os.path.exists(f"{self.root}/splitleak-baseline.toml"):
                self.git("add", "splitleak-baseline.toml")
                self.git("commit", "--quiet", "--no-verify", "--message", "baseline", "--", "splitleak-baseline.toml")

    def run(self, *arguments, given=None, more=None):
        done = subprocess.run([TOOL, *arguments], cwd=self.root, env={**ENVIRONMENT, **(more or {})}, input=given, capture_output=True)
        said = done.stderr.decode(errors="replace")
        if "panicked" in said or "internal error" in said:
            raise RuntimeError(said)
        return done.returncode, done.stdout, said


def ways(scene):
    """(way, exit status, expected exit status, what was said) of each way to judge a scene."""
    tree, index, head = (Dataset(scene.layout, one) for one in (scene.tree, scene.index, scene.head))
    accepted, chance = scene.accepted, scene.chance
    limit = [] if scene.settings else ["--max-leakage", "0"]
    of_index = index.changed_since(head)
    of_tree = tree.changed_since(head)
    # What git does not track is judged every time, and so is all that a text tells that is not tracked.
    of_tree |= {sample[:2] for sample in tree.samples if sample[0] not in scene.index or sample[3] not in scene.index}
    texts = [path for path, content in scene.tree.items() if content[0] == "text"]
    if any(path not in scene.index for path in texts):
        of_tree |= {sample[:2] for sample in tree.samples}

    def check(*more, **how):
        return scene.run("check", scene.place, "--quiet", *more, **how)

    def case(way, done, wanted):
        return way, done[0], wanted, done[2]

    yield case("command", check(*limit), expected(tree, None, accepted))
    if accepted is not None:
        yield case("command without the baseline", check(*limit, "--no-baseline"), expected(tree))
    most = chance.randint(1, 3)
    if accepted is None:
        yield case("limit of some images", check("--max-leakage", str(most)), expected(tree, None, None, most))
        name, kind = chance.choice([("same-bytes", SAME_BYTES), ("same-pixels", SAME_PIXELS), ("near-duplicate", NEAR), ("same-file", SAME_FILE)])
        if not scene.settings:
            yield case("limit of a kind", check("--max-leakage", f"{name}=0"), expected(tree, None, None, 0, kind))
    # Without a limit of leaks this is about broken images, too.
    is_broken = (accepted or Accepted()).new_broken(tree)
    yield case("--fail-on error", check("--fail-on", "error"), 1 if is_broken else expected(tree, None, accepted))
    yield case("--changed-since HEAD", check(*limit, "--changed-since", "HEAD"), expected(tree, of_tree, accepted))
    if scene.layout.kind == "folders" and not any(content[0] == "link" for content in {**scene.tree, **scene.head}.values()):
        listed = scene.git("diff", "--name-only", "-z", "HEAD")
        named = set(listed.decode().split("\0"))
        of_diff = {sample[:2] for sample in tree.samples if scene.in_git(sample[0]) in named}
        yield case("--files-from, of git diff", check(*limit, "--files-from", "-", given=listed), expected(tree, of_diff, accepted))
    yield case("--staged", check(*limit, "--staged"), expected(index, None, accepted))
    yield case("--staged --changed-since HEAD", check(*limit, "--staged", "--changed-since", "HEAD"), expected(index, of_index, accepted))
    yield formats(scene, tree, limit, accepted)
    yield action(scene, "action", "", expected(tree, None, accepted))
    yield action(scene, "action, since HEAD", "HEAD", expected(tree, of_tree, accepted))
    # These commit, so they come last.
    yield hook(scene, PRE_COMMIT is not None and chance.random() < 0.6)


def formats(scene, tree, limit, accepted):
    """Exit status with every machine's format, and what each of them says."""
    out = f"{WORK}/out"
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    kinds = ["junit", "sarif", "github", "markdown", "json", "csv", "paths"]
    asked = [part for kind in kinds for part in ("--format", f"{kind}={out}/{kind}")]
    status, _, said = scene.run("check", scene.place, "--quiet", *limit, "--null", *asked)
    wanted = expected(tree, None, accepted)
    if not os.path.exists(f"{out}/json"):
        return "JUnit, SARIF and others", status, wanted, said
    faults = []
    suite = xml.etree.ElementTree.parse(f"{out}/junit").getroot()
    failed = any(case.find("failure") is not None or case.find("error") is not None for case in suite.iter("testcase"))
    if failed != (status != 0):
        faults.append(f"JUnit says {'failed' if failed else 'passed'}")
    leaking = {os.path.normpath(os.path.join(scene.place, one[0])) for one in tree.evidence()}
    results = json.load(open(f"{out}/sarif"))["runs"][0]["results"]
    named = {place["physicalLocation"]["artifactLocation"]["uri"] for one in results if one["ruleId"].startswith("leak-") for place in one["locations"]}
    if accepted is None and len(named) < len(leaking):
        faults.append(f"SARIF names {len(named)} of {len(leaking)} leaking files")
    listed = [path for path in open(f"{out}/paths", "rb").read().decode().split("\0") if path]
    listed = {os.path.normpath(path) for path in listed}
    if accepted is None and listed != leaking:
        faults.append(f"paths lists {sorted(listed)}, not {sorted(leaking)}")
    passes = "passed" in open(f"{out}/markdown").read().split("\n")[0]
    report = json.load(open(f"{out}/json"))
    if report["gate"]["passed"] != (status == 0) or (passes and status):
        faults.append("the report says otherwise")
    for kind in ("junit", "github"):
        done = scene.run("render", f"{out}/json", "--format", kind)
        if done[0]:
            faults.append(f"render {kind} ends in {done[0]}")
    if faults:
        return "JUnit, SARIF and others", 0 if wanted else 3, wanted, "; ".join(faults)
    return "JUnit, SARIF and others", status, wanted, said


def action(scene, way, since, wanted):
    arguments = "" if scene.settings else "--max-leakage=0\n"
    variables = {"PROGRAM": TOOL, "DATASET": scene.place, "SPLITLEAK_ARGUMENTS": arguments, "SINCE": since, "SARIF": f"{WORK}/s.sarif",
                 "REPORT": f"{WORK}/r.json", "GITHUB_OUTPUT": f"{WORK}/output", "GITHUB_STEP_SUMMARY": f"{WORK}/summary"}
    done = subprocess.run(["bash", f"{HERE}/action/check.sh"], cwd=scene.root, env={**ENVIRONMENT, **variables}, capture_output=True)
    return way, done.returncode, wanted, done.stdout.decode() + done.stderr.decode()


def hook(scene, by_pre_commit):
    """Commits with the hook: 0 where there is a commit, 1 where there is none."""
    if by_pre_commit:
        subprocess.run([PRE_COMMIT, "install"], cwd=scene.root, env=ENVIRONMENT, capture_output=True, check=True)
    else:
        limit = "" if scene.settings else "--max-leakage 0"
        path = f"{scene.root}/.git/hooks/pre-commit"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\nexec '{TOOL}' {HOOK} '{scene.place}' --quiet {limit}\n")
        os.chmod(path, 0o755)
    index, arguments, how = dict(scene.index), [], scene.chance.choice(["index", "all", "only"])
    tracked = sorted({*scene.head} & {*scene.index} & {*scene.tree})
    if how == "all":
        arguments = ["--all"]
        index = {path: scene.tree[path] for path in index if path in scene.tree}
    elif how == "only" and tracked:
        path = scene.chance.choice(tracked)
        arguments = ["--", scene.in_git(path)]
        index = {**scene.head, path: scene.tree[path]}
    else:
        how = "index"
    next_commit, head = Dataset(scene.layout, index), Dataset(scene.layout, scene.head)
    wanted = expected(next_commit, next_commit.changed_since(head), scene.accepted)
    before = scene.git("rev-parse", "HEAD")
    done = subprocess.run(["git", "commit", "--quiet", "--allow-empty", "--message", "x", *arguments], cwd=scene.root, env=ENVIRONMENT, capture_output=True)
    committed = scene.git("rev-parse", "HEAD") != before
    said = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    way = f"{'pre-commit' if by_pre_commit else 'hook of git'}, commit of {how}"
    return way, 0 if committed else 1, min(wanted, 1), said


def main():
    os.makedirs(WORK, exist_ok=True)
    shutil.rmtree(f"{WORK}/kept", ignore_errors=True)
    table, differ = {}, []
    for seed in range(FIRST, FIRST + SCENES):
        scene = Scene(seed)
        for way, status, wanted, said in ways(scene):
            row = table.setdefault(way, [0, 0, 0, 0, 0])
            row[0] += 1
            row[1] += wanted != 0
            row[2] += status == 0 and wanted != 0
            row[3] += status != 0 and wanted == 0
            row[4] += status != wanted and 0 not in (status, wanted)
            if status != wanted:
                differ.append((seed, way))
                print(f"seed {seed}, {way}: {status}, the model says {wanted}; {scene.layout.kind} in {scene.place!r}, {scene.log}, "
                      f"baseline {scene.accepted is not None}\n    {said.strip()[:600]}", flush=True)
                kept = f"{WORK}/kept/{seed}-{re.sub('[^a-z]+', '-', way.lower())}"
                shutil.copytree(scene.root, kept, symlinks=True, dirs_exist_ok=True)
        if seed % 25 == 0:
            print(f"{seed - FIRST + 1} scenes, {sum(row[0] for row in table.values())} cases", flush=True)
    print(f"\nseeds {FIRST} to {FIRST + SCENES - 1}\n")
    print("| way | cases | must not pass | pass all the same | fail without need | 1 for 2 or 2 for 1 |\n| --- | --- | --- | --- | --- | --- |")
    total = [sum(column) for column in zip(*table.values())]
    for way, row in [*sorted(table.items()), ("all", total)]:
        print(f"| {way} | " + " | ".join(map(str, row)) + " |")
    sys.exit(1 if differ else 0)


main()
