"""The page in a real browser: keys, filters, ways to compare, snippets, and no request to anywhere.

Usage: page.py SPLITLEAK DATASET OUT [more arguments of check]

Needs playwright from PyPI and Debian's chromium. Screenshots are written to OUT; look at them.
"""

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
    browser.close()
print("the page holds")
