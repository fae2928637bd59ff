"""The page in a real browser: keys, filters, ways to compare, snippets, and no request to anywhere.

Usage: page.py SPLITLEAK DATASET OUT [more arguments of check]

DATASET is the demo: a manifest of frames with `steering`. Needs playwright from PyPI and Debian's
chromium; AXE_CORE names axe.min.js of axe-core from npm, without which accessibility is not tried,
loudly. Screenshots are written to OUT; look at them.
"""

import csv
import os

import pathlib
import subprocess
import sys
import tempfile

from playwright.sync_api import sync_playwright

program, dataset, out = sys.argv[1:4]
out = pathlib.Path(out)
out.mkdir(parents=True, exist_ok=True)
page_file = out.resolve() / "page.html"
subprocess.run(
    [program, "check", dataset, "--quiet", "--html", page_file, *sys.argv[4:]], check=False
)
assert page_file.stat().st_size <= 10_000_000, page_file.stat().st_size

# The same with a log and predictions, for every picture of the loss: of a split that cuts a
# stretch out of the drive, so that some samples are exposed and others clean.
explained_file = out.resolve() / "explained.html"
plots = out.resolve() / "plots"
with (pathlib.Path(dataset) / "manifest.csv").open(encoding="utf-8") as text:
    rows = list(csv.DictReader(text))
with tempfile.TemporaryDirectory() as folder:
    log, predictions, manifest = (
        pathlib.Path(folder) / name for name in ("log.csv", "predictions.csv", "manifest.csv")
    )
    log.write_text(
        "epoch,loss,val_loss\n1,0.0292,0.0128\n2,0.0169,0.0120\n3,0.0161,0.0105\n",
        encoding="utf-8",
    )
    split = ["val" if 60 <= at < 180 else "train" for at in range(len(rows))]
    lines = [f"{row['path']},{side},{row['steering']}" for row, side in zip(rows, split)]
    manifest.write_text("\n".join(["path,split,steering", *lines]), encoding="utf-8")
    # Errors of sixty different sizes, whose squares have the mean that the log prints.
    lines = [
        f"{row['path']},{float(row['steering']) + (0.1775 * (at % 60) / 60) * (-1) ** at}"
        for at, row in enumerate(rows)
        if split[at] == "val"
    ]
    predictions.write_text("\n".join(["path,y_pred", *lines]), encoding="utf-8")
    subprocess.run(
        [program, "check", dataset, "--quiet", "--html", explained_file, "--plots", plots]
        + ["--manifest", manifest, "--training-log", log, "--predictions", predictions]
        + ["--train-loss-eval", "0.0101"],
        check=False,
    )

# Pictures that the demo has everything for, and a word that each must show.
PICTURES = {
    "steps-to-training": "images of val by distance",
    "timeline": "position along the recording",
    "loss-by-epoch": "validation loss",
    "gap": "share of the gap",
    "exclusion-curve": "five nearest",
    "loss-by-exposure": "95 % interval",
    "loss-by-distance": "steps",
    "loss-by-image-distance": "standard deviations",
    "correlation": "perfect prediction",
    "drift": "brightness",
    "similarity": "threshold",
}
axe = os.environ.get("AXE_CORE", "")
axe = pathlib.Path(axe).read_text(encoding="utf-8") if axe else ""
if not axe:
    print("WARNING: ACCESSIBILITY WAS NOT TRIED: AXE_CORE names no axe.min.js", file=sys.stderr)


def violations(page):
    """Serious and critical violations of a page, as axe-core finds them."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        (one["id"], one["impact"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    problems, requests = [], []
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_file.as_uri())
    page.screenshot(path=out / "top.png")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    # Told, not judged: the browser may not have noted it yet.
    print(f"first contentful paint {paint} ms, {page_file.stat().st_size} bytes")

    pairs = page.locator(".pair")
    assert pairs.count() > 0
    page.locator("#pairs").scroll_into_view_if_needed()

    # Keys move and compare; the picture of a pair blinks between its two sides.
    page.keyboard.press("j")
    assert page.locator(".pair.current").count() == 1
    first = page.locator(".pair.current").inner_text()
    page.keyboard.press("j")
    assert page.locator(".pair.current").inner_text() != first
    page.keyboard.press("k")
    assert page.locator(".pair.current").inner_text() == first
    page.screenshot(path=out / "pairs.png")
    page.keyboard.press("b")
    canvas = page.locator("canvas.compare")
    canvas.wait_for()
    sides = set()
    for _ in range(8):
        sides.add(canvas.get_attribute("data-side"))
        page.wait_for_timeout(250)
    assert sides == {"evaluation", "training"}, sides
    page.keyboard.press("d")
    page.locator("canvas.compare").wait_for()
    page.screenshot(path=out / "difference.png")
    page.keyboard.press("w")
    page.locator(".comparison input[type=range]").wait_for()
    page.screenshot(path=out / "swipe.png")
    page.keyboard.press("s")
    assert page.locator("canvas.compare").count() == 0

    # Filters.
    every = pairs.count()
    page.keyboard.press("/")
    page.keyboard.type("no such name")
    assert page.locator(".pair:visible").count() == 0
    page.locator("#search").fill("")
    page.locator("button.kind").first.click()
    kind = page.locator("#kind").input_value()
    visible = page.locator(".pair:visible")
    assert 0 < visible.count() <= every
    assert set(visible.evaluate_all("all => all.map(one => one.dataset.kind)")) == {kind}
    page.locator("#kind").select_option("")

    # What is dropped and accepted; a check takes the snippet.
    page.locator(".drop").first.check()
    page.locator(".accept").first.check()
    path = page.locator(".pair .path").first.inner_text()
    assert page.locator("#dropped").input_value() == path
    snippet = page.locator("#accepted").input_value()
    assert "[[suppress]]" in snippet
    with tempfile.TemporaryDirectory() as folder:
        settings = pathlib.Path(folder) / "splitleak.toml"
        settings.write_text(snippet, encoding="utf-8")
        taken = subprocess.run(
            [program, "check", dataset, "--config", settings, "--quiet"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert taken.returncode != 2 and not taken.stderr, taken.stderr

    # Dark, print, narrow, and without script.
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=out / "dark.png")
    page.emulate_media(color_scheme="light", media="print")
    page.pdf(path=out / "print.pdf")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 320, "height": 700})
    page.evaluate("scrollTo(0, 0)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320, f"{wide} pixels wide"
    page.screenshot(path=out / "narrow.png")
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(page_file.as_uri())
    assert plain.locator(".pair").count() == every
    plain.screenshot(path=out / "without-script.png")

    assert problems == [], problems
    assert len(requests) == 1, requests

    # Every picture: there, with words for who does not see it, within the page, not empty, and
    # with no words over others.
    wide_page = browser.new_page(viewport={"width": 1280, "height": 900})
    wide_page.goto(explained_file.as_uri())
    for name, word in PICTURES.items():
        figure = wide_page.locator(f"#plot-{name}")
        assert figure.count() == 1, name
        svg = figure.locator("svg.plot")
        assert svg.get_attribute("role") == "img", name
        assert svg.get_attribute("aria-label") == figure.locator("h3").inner_text(), name
        assert figure.locator("figcaption").inner_text().strip(), name
        assert word in svg.text_content(), f"{name}: {word}"
        marks = svg.locator("[class^=f-], [class^=l-]").count()
        assert marks >= 2, f"{name} shows {marks} marks"
        outside = svg.evaluate(
            """svg => { const box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text, rect, path, circle')].filter(one => {
              const own = one.getBoundingClientRect();
              return own.left < box.left - 1 || own.right > box.right + 1
                || own.top < box.top - 1 || own.bottom > box.bottom + 1;
            }).map(one => one.outerHTML) }"""
        )
        assert outside == [], f"{name}: {outside}"
        covered = svg.evaluate(
            """svg => { const words = [...svg.querySelectorAll('text')];
            const boxes = words.map(one => one.getBoundingClientRect());
            const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
              && a.top < b.bottom - 3 && b.top < a.bottom - 3;
            return boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap((b, j) =>
              over(a, b) ? [words[i].textContent + ' / ' + words[i + 1 + j].textContent] : [])) }"""
        )
        assert covered == [], f"{name}: {covered}"
        svg.screenshot(path=out / f"plot-{name}.png")
        # The file for papers is the same drawing.
        file = (plots / f"{name}.svg").read_text(encoding="utf-8")
        assert file.startswith('<svg xmlns="http://www.w3.org/2000/svg"'), name
    # A table holds the figures.
    table = wide_page.locator("#plot-loss-by-epoch details")
    table.locator("summary").click()
    assert table.locator("td").all_inner_texts()[:3] == ["1", "0.0292", "0.0128"]
    # The colours follow the theme, and differ from each other and from the ground in both.
    for scheme in ("light", "dark"):
        wide_page.emulate_media(color_scheme=scheme)
        colours = wide_page.locator("#plot-loss-by-epoch path[class^=l-]").evaluate_all(
            "all => all.map(one => getComputedStyle(one).stroke)"
        )
        ground = wide_page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert len(set(colours)) >= 2 and ground not in colours, (scheme, colours)
        wide_page.locator("#loss").screenshot(path=out / f"loss-{scheme}.png")
        wide_page.locator("#drift").screenshot(path=out / f"drift-{scheme}.png")
        if axe:
            for file in (page_file, explained_file):
                checked = browser.new_page(
                    viewport={"width": 1280, "height": 900}, color_scheme=scheme
                )
                checked.goto(file.as_uri())
                checked.evaluate(
                    "document.querySelectorAll('details').forEach(one => { one.open = true })"
                )
                found = violations(checked)
                assert found == [], f"{scheme}, {file.name}: {found}"
                checked.close()
    wide_page.emulate_media(color_scheme="light")
    wide_page.set_viewport_size({"width": 320, "height": 700})
    wide = wide_page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320, f"{wide} pixels wide"
    browser.close()
print("the page holds")
