#!/usr/bin/python3
"""A real Chromium, for the stories of the page.

    browser.py start FILE DRIVER-URL      opens a browser; FILE remembers it for the following calls
    browser.py FILE <<'DO'                does one thing a line, in order, and fails with what is not so
    open URL
    window WIDTH light|dark
    see SELECTOR TEXT                     an element that is shown has this text; each of these waits
    unseen SELECTOR TEXT                  none has it
    rows SELECTOR NUMBER                  so many elements are shown
    is EXPRESSION                         it is true in JavaScript
    press SELECTOR NAME                   the button or link there that assistive technology calls so, or begins so
    type SELECTOR TEXT                    into a field, in place of what is there
    keys KEY...                           Tab, Enter, Escape ... or a letter, to whatever has the focus
    point SELECTOR                        moves the mouse onto it
    accessible AXE.js                     by axe where the file is there, else by our own list, which it says; nothing is
                                          wider than the window, and the console has no error but for what could not be loaded
    picture FILE.png WIDTH HEIGHT
    quit
    DO

Needs python3-selenium, chromium and chromium-driver.
"""

import base64
import json
import shlex
import sys
import time
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chromium.remote_connection import ChromiumRemoteConnection
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WAIT_MAX = 15

OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en",
           "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

OWN_LIST = Path(__file__).with_name("accessible.js")

# what a person with any ability needs: the levels A and AA, and the target sizes of 2.2
AXE = """const done = arguments[0];
    axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}},
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then((result) =>
        done(result.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target} ${node.failureSummary}`))));"""


def connection(url):
    return ChromiumRemoteConnection(url, vendor_prefix="goog", browser_name="chrome")


class Browser(webdriver.Remote):
    """A session that another process has opened."""

    def __init__(self, url, session):
        self.known = session
        super().__init__(command_executor=connection(url), options=webdriver.ChromeOptions())

    def start_session(self, capabilities, browser_profile=None):
        self.session_id = self.known
        self.caps = capabilities

    def devtools(self, command, **parameters):
        return self.execute("executeCdpCommand", {"cmd": command, "params": parameters})["value"]


def start(file, url):
    options = webdriver.ChromeOptions()
    for option in OPTIONS:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Remote(command_executor=connection(url), options=options)
    Path(file).write_text(json.dumps([url, driver.session_id]))


def until(what, condition):
    """Returns what the condition gives, as soon as that is true."""
    end = time.monotonic() + WAIT_MAX
    while True:
        try:
            given = condition()
        except StaleElementReferenceException:
            given = None
        if given:
            return given
        if time.monotonic() > end:
            sys.exit(f"in vain: {what}")
        time.sleep(0.05)


def shown(browser, selector):
    return [one for one in browser.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]


def has_text(browser, selector, text):
    return any(text in one.text for one in shown(browser, selector))


def do_open(browser, url):
    browser.get("about:blank")
    browser.get(url)


def do_window(browser, width, scheme):
    browser.devtools("Emulation.setDeviceMetricsOverride", width=int(width), height=900, deviceScaleFactor=1, mobile=False)
    browser.devtools("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])


def do_see(browser, selector, text):
    until(f"see {selector} {text}", lambda: has_text(browser, selector, text))


def do_unseen(browser, selector, text):
    until(f"unseen {selector} {text}", lambda: not has_text(browser, selector, text))


def do_rows(browser, selector, number):
    until(f"rows {selector} {number}", lambda: len(shown(browser, selector)) == int(number))


def do_is(browser, expression):
    until(f"is {expression}", lambda: browser.execute_script(f"return Boolean({expression})"))


def named(browser, selector, name):
    within = f"{selector} :is(button, a, summary)"
    return next((one for one in shown(browser, within) if one.accessible_name.startswith(name)), None)


def do_press(browser, selector, name):
    until(f"press {selector} {name}", lambda: named(browser, selector, name)).click()


def do_type(browser, selector, text):
    field = until(f"type {selector}", lambda: shown(browser, selector))[0]
    field.clear()
    field.send_keys(text)


def do_keys(browser, *keys):
    for key in keys:
        ActionChains(browser).send_keys(getattr(Keys, key.upper(), key)).perform()


def do_point(browser, selector):
    ActionChains(browser).move_to_element(until(f"point {selector}", lambda: shown(browser, selector))[0]).perform()


def do_accessible(browser, axe):
    if Path(axe).is_file():
        browser.execute_script(Path(axe).read_text())
        found = browser.execute_async_script(AXE)
    else:
        print("axe-core is not to be had here: checked by our own list")
        found = browser.execute_script(OWN_LIST.read_text())
    width = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    found += [f"the page is {width} px wider than the window"] if width > 0 else []
    found += [one["message"] for one in browser.get_log("browser")
              if one["level"] == "SEVERE" and "Failed to load resource" not in one["message"]]
    if found:
        sys.exit("not accessible:\n" + "\n".join(found))


def do_picture(browser, file, width, height):
    browser.devtools("Emulation.setDeviceMetricsOverride", width=int(width), height=int(height), deviceScaleFactor=1,
                     mobile=False)
    Path(file).write_bytes(base64.b64decode(browser.devtools("Page.captureScreenshot", format="png")["data"]))


def do_quit(browser):
    browser.quit()


def main():
    if sys.argv[1] == "start":
        return start(*sys.argv[2:])
    browser = Browser(*json.loads(Path(sys.argv[1]).read_text()))
    for line in sys.stdin:
        words = shlex.split(line, comments=False)
        try:
            if words:
                globals()[f"do_{words[0]}"](browser, *words[1:])
        except WebDriverException as error:
            sys.exit(f"{line.strip()}: {error.msg}")


main()
