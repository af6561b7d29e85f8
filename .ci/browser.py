"""Headless Chromium over the DevTools protocol through a pipe, with nothing beyond Python's standard library."""
import base64, json, os, pathlib, select, shutil, signal, subprocess, sys, time


def fail(text):
    sys.exit(f"check-html-report: {text}")


class Browser:
    def __init__(self, folder):
        program = shutil.which("chromium") or shutil.which("chromium-browser") or fail("no chromium in the PATH")
        flags = ["--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
                 f"--user-data-dir={folder}/profile"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        to_browser, self.to = os.pipe()
        self.source, from_browser = os.pipe()

        def connect():  # in the child: commands on descriptor 3, answers on 4
            low = os.dup(from_browser)
            high = os.dup(to_browser)
            os.dup2(high, 3)
            os.dup2(low, 4)
            os.closerange(5, 256)

        # Its own group: its many processes end together.
        self.process = subprocess.Popen(
            [program, *flags, "about:blank"], preexec_fn=connect, close_fds=False, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser), os.close(from_browser)
        self.number, self.rest, self.errors, self.requests, self.events = 0, b"", [], [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

        # In the time of the page's own thread: what else runs on the machine does not count.
        self.call("Performance.enable", timeDomain="threadTicks")

    session = None

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def message(self, limit=240):
        end = time.monotonic() + limit
        while b"\0" not in self.rest:
            if not select.select([self.source], [], [], max(0, end - time.monotonic()))[0]:
                fail("chromium does not answer")
            data = os.read(self.source, 1 << 20)
            if not data:
                fail("chromium ended")
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    fail(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

    def note(self, event):
        name, details = event.get("method"), event.get("params", {})
        self.events.append(name)
        if name == "Runtime.exceptionThrown":
            thrown = details["exceptionDetails"]
            self.errors.append(thrown.get("exception", {}).get("description") or thrown["text"])
        elif name == "Runtime.consoleAPICalled" and details["type"] in ("error", "warning", "assert"):
            self.errors.append(" ".join(str(a.get("value", a.get("description"))) for a in details["args"]))
        elif name == "Log.entryAdded" and details["entry"]["level"] in ("error", "warning"):
            self.errors.append(details["entry"]["text"])
        elif name == "Network.requestWillBeSent":
            self.requests.append(details["request"]["url"])

    def open(self, path, fragment=""):
        self.errors, self.requests, self.events = [], [], []
        # From elsewhere: the same page with another fragment would not be loaded again.
        self.call("Page.navigate", url="about:blank")
        while "Page.loadEventFired" not in self.events:
            self.note(self.message())
        self.events = []
        address = path if str(path).startswith("http:") else pathlib.Path(path).resolve().as_uri()
        self.call("Page.navigate", url=address + fragment)
        while "Page.loadEventFired" not in self.events:
            self.note(self.message())

    def work(self):
        """Seconds of work of the page's main thread since it was made."""
        return next(m["value"] for m in self.call("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration")

    def js(self, expression):
        """What a function of this body returns; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=f"(() => {{ {expression} }})()", returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            fail(f"{expression}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def key(self, key, code=None, text=None):
        common = {"key": key, "code": code or key}
        codes = {"Enter": 13, "Tab": 9, "Escape": 27}
        if key in codes:
            common["windowsVirtualKeyCode"] = codes[key]
        if key == "Enter":
            common["text"] = "\r"
        elif text or len(key) == 1:
            common["text"] = text or key
        self.call("Input.dispatchKeyEvent", type="keyDown", **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **{k: v for k, v in common.items() if k != "text"})

    def click(self, selector):
        x, y = self.js(f"""const e = document.querySelector({json.dumps(selector)});
            e.scrollIntoView({{block: "center"}}); const b = e.getBoundingClientRect();
            return [b.x + b.width / 2, b.y + b.height / 2]""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def hover(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def tap(self, x, y):
        """A finger's touch; the page must be in `phone` size."""
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def size(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=3 if phone else 1, mobile=phone)
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def settle(self):
        """Waits for the next two frames: observers have been called, what is seen is drawn."""
        self.js("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))")

    def media(self, scheme, media=""):
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path, **parameters):
        data = self.call("Page.captureScreenshot", format="png", **parameters)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))
