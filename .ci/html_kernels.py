"""Uses the kernels of a report: filters, order, scale, links, the window of one kernel, files. Numbers are computed again
here from the weights that the page gives away as CSV."""
import cmath, csv, io, json, math, struct

CAPTURE = """
window.saved = [];
URL.createObjectURL = blob => { window.saved.push({blob}); return "blob:null/0"; };
HTMLAnchorElement.prototype.click = function () { window.saved.at(-1).name = this.download; };
"""


def capture(browser):
    """Files stay in the page instead of the disk."""
    browser.js(CAPTURE)


def table(browser, press):
    """The rows of the CSV that a control saves."""
    browser.js(f"window.saved.length = 0; {press}")
    text = browser.js("return window.saved[0].blob.text()")
    return list(csv.DictReader(io.StringIO(text)))


def all_rows(browser):
    return table(browser, "document.getElementById('all-csv').click()")


def weights(row):
    return [float(row[f"w{i}"]) for i in range(int(row["size"]) ** 2)]


def place(row):
    return row["layer_number"], int(row["output_channel"]), int(row["input_channel"])


def cosine(a, b):
    norm = math.sqrt(sum(x * x for x in a) * sum(x * x for x in b))
    return sum(x * y for x, y in zip(a, b)) / norm if norm > 0 else float("nan")


def choose(browser, **fields):
    for name, value in fields.items():
        browser.js(f"""const e = document.getElementById({json.dumps(name.replace('_', '-'))});
            if (e.type === 'checkbox') e.checked = {json.dumps(value)}; else e.value = {json.dumps(value)};
            e.dispatchEvent(new Event('input', {{bubbles: true}}))""")


def reset(browser):
    browser.js("document.getElementById('reset').click()")


def filters(browser, expect):
    """Every filter leaves what it says, in pictures' counts as in the file."""
    js, everything = browser.js, all_rows(browser)
    expect(len(everything) > 0, "the page gives its kernels away")
    found = lambda: int(js("return document.getElementById('found').textContent").split(" ")[0].replace(",", ""))
    label = everything[0]["label"]
    browser.click(f"button[data-filter={label}]")
    rows = all_rows(browser)
    expect(rows and all(r["label"] == label for r in rows), "a click shows one label alone")
    expect(len(rows) == sum(r["label"] == label for r in everything) == found(), "and all kernels of it")
    expect(js(f"return document.querySelector('button[data-filter={label}]').getAttribute('aria-pressed')") == "true",
           "the pressed filter says so")
    js("document.activeElement.blur()")
    browser.key("0", "Digit0")
    expect(found() == len(everything), "0 shows all labels")
    browser.key(str(["identity", "blur", "edge", "zero", "other"].index(label) + 1))
    expect(found() == len(rows), "a digit shows one label alone")
    browser.key("0", "Digit0")

    shape = next((r["shape"] for r in everything if r["shape"]), None)
    if shape:
        choose(browser, shape=shape)
        expect({r["shape"] for r in all_rows(browser)} == {shape}, "one shape alone")
        reset(browser)
    choose(browser, fit_low="0.5", fit_high="0.9")
    rows = all_rows(browser)
    expect([place(r) for r in rows] == [place(r) for r in everything if 0.5 <= float(r["fit"]) <= 0.9], "fits between two")
    reset(browser)
    choose(browser, norm_low="1.2")
    for layer in {r["layer_name"] for r in everything}:
        norms = sorted(float(r["norm"]) for r in everything if r["layer_name"] == layer)
        half = len(norms) // 2
        median = norms[half] if len(norms) % 2 else (norms[half - 1] + norms[half]) / 2
        want = sum(n / median >= 1.2 for n in norms) if median else None
        have = sum(r["layer_name"] == layer for r in all_rows(browser)) if want is not None else None
        expect(want is None or abs(want - have) <= 1, f"norms above 1.2 medians of {layer}: {have}, not {want}")
        break
    reset(browser)
    expect(found() == len(everything), "'Show all' shows all")
    return everything


def orders(browser, expect, everything):
    """Every order rises or falls within each layer and loses no kernel."""
    layer = everything[0]["layer_name"]
    own = lambda: [r for r in all_rows(browser) if r["layer_name"] == layer]
    keys = {"fit": lambda r: -float(r["fit"]), "norm": lambda r: -float(r["norm"]), "shape": lambda r: r["shape"],
            "label": lambda r: ["identity", "blur", "edge", "zero", "other"].index(r["label"])}
    for name, key in keys.items():
        choose(browser, sort=name)
        rows = own()
        values = [key(r) for r in rows]
        expect(values == sorted(values), f"sorted by {name}")
        expect(sorted(map(place, rows)) == sorted(place(r) for r in everything if r["layer_name"] == layer),
               f"sorted by {name}, no kernel is lost")
        choose(browser, reverse=True)
        expect([key(r) for r in own()] == values[::-1], f"reversed by {name}")
        choose(browser, reverse=False)
    reset(browser)


def scales(browser, expect):
    """A shared scale draws other colours than each kernel's own."""
    js = browser.js
    js("document.querySelector('.kernels').scrollIntoView()")
    pixels = []
    for scale in ("own", "layer", "network"):
        choose(browser, scale=scale)
        browser.settle()
        pixels.append(js("return document.querySelector('.kernels canvas').toDataURL()"))
    expect(all(len(p) > 200 for p in pixels) and pixels[0] != pixels[1], "scales draw other colours")
    reset(browser)


def one_kernel(browser, expect, path, everything):
    """A link opens a kernel; its numbers are those of the weights."""
    js = browser.js
    first = js("return document.querySelector('.layer').id")
    rows = [r for r in everything if r["layer_name"] == everything[0]["layer_name"]]
    row = next((r for r in rows if float(r["norm"]) > 0), rows[0])
    inputs = max(int(r["input_channel"]) for r in rows) + 1
    link = f"#{first}/{row['output_channel']}" + (f"/{row['input_channel']}" if inputs > 1 else "")
    browser.open(path, link)
    capture(browser)
    expect(js("return document.getElementById('kernel').open"), "a link opens its kernel")
    expect(js("return location.hash") == link, "the address names the kernel")
    cells = js("return [...document.querySelectorAll('#kernel-values td')].map(c => c.textContent)")
    own = weights(row)
    expect(len(cells) == len(own) and all(
        abs(float(c.replace("−", "-")) - w) <= 0.006 * abs(w) + 1e-12 for c, w in zip(cells, own)), "its weights are shown")
    check_response(js, expect, own, int(row["size"]))
    check_nearest(js, expect, row, everything)
    saved = table(browser, "document.getElementById('kernel-csv').click()")
    expect(len(saved) == 1 and place(saved[0]) == place(row), "it is saved as CSV")
    js("window.saved.length = 0; document.getElementById('kernel-png').click();"
       "return new Promise(done => { const wait = () => window.saved.length ? done() : setTimeout(wait, 20); wait(); })")
    head = bytes(js("return window.saved[0].blob.slice(0, 24).arrayBuffer().then(b => [...new Uint8Array(b)])"))
    expect(head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:]) == (40 * int(row["size"]) + 2,) * 2,
           "it is saved as PNG")
    title = js("return document.getElementById('kernel-title').textContent")
    if len(rows) > 1:
        browser.key("ArrowRight")
        expect(js("return document.getElementById('kernel-title').textContent") != title, "an arrow goes to the next")
    browser.key("Escape")
    browser.settle()
    expect(not js("return document.getElementById('kernel').open"), "Escape closes it")


def inputs(browser, expect, path):
    """The inputs that excite a kernel most: cut out of pictures that lie in the page."""
    js = browser.js
    # What was read goes from the page.
    browser.open(path)
    browser.settle()
    link = "#" + js("return document.querySelector('.layer').id") + "/0"
    held = js("const e = document.querySelector('[id$=-inputs][type=\"application/json\"]'); return e && JSON.parse(e.textContent)")
    browser.open(path, link)
    browser.settle()
    words = js("return document.getElementById('kernel-inputs').innerText")
    if held is None:
        expect("without --images" in words, "a page without pictures says so")
        return
    shown = js("""return Promise.all([...document.querySelectorAll('#kernel-inputs canvas')].map(async canvas => {
        const pixels = () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        for (let turn = 0; turn < 100 && !pixels()[3]; turn++) await new Promise(done => setTimeout(done, 20));
        const colors = new Set(), data = pixels();
        for (let i = 0; i < data.length; i += 4) colors.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
        return [colors.size, canvas.getAttribute('aria-label')];
    }))""")
    expect(1 <= len(shown) <= min(4, held["used"]), f"a picture each of those that excite the kernel ({shown})")
    expect(all(count > 1 for count, _ in shown), f"they are drawn ({shown})")
    names = [p["name"] for p in held["pictures"]]
    expect(all(any(label.startswith(n + " around ") for n in names) for _, label in shown), "they are named")
    values = [float(label.split("activation ")[1].replace("−", "-")) for _, label in shown]
    expect(values == sorted(values, reverse=True), "the strongest comes first")
    expect(f"among {held['used']:,} of {held['available']:,} pictures" in words, "it is said how many were shown")


def check_response(js, expect, own, size):
    def amplitude(across, down):
        total = sum(abs(w) for w in own)
        return abs(sum(w * cmath.exp(-1j * (across * (i % size) + down * (i // size)))
                       for i, w in enumerate(own))) / total if total else 0

    words = js("return document.getElementById('kernel-passes').textContent")
    pi = math.pi
    for name, at in (("constant image", (0, 0)), ("vertical stripes", (pi, 0)), ("horizontal stripes", (0, pi)),
                     ("checkerboard", (pi, pi))):
        shown = float(words.split(name + " ")[1].split(",")[0].split(";")[0])
        expect(abs(shown - amplitude(*at)) < 0.0011, f"the response to {name}: {shown}, not {amplitude(*at):.4f}")


def check_nearest(js, expect, row, everything):
    own = weights(row)
    for place_id, is_here in (("kernel-near", True), ("kernel-far", False)):
        shown = js(f"return [...document.querySelectorAll('#{place_id} button')].map(b => b.lastElementChild.textContent)")
        others = [cosine(own, weights(r)) for r in everything
                  if (r["layer_name"] == row["layer_name"]) == is_here and r["size"] == row["size"] and r is not row]
        want = sorted((c for c in others if c == c), reverse=True)[:8]
        have = [float(c.replace("−", "-")) for c in shown]
        expect(len(have) == len(want) and all(abs(a - b) < 0.0011 for a, b in zip(have, want)),
               f"the nearest kernels ({place_id}): {have}, not {want}")


def similarity(browser, expect, everything):
    """Sorted by likeness to the kernel that was opened."""
    js = browser.js
    js("document.querySelector('.sheet canvas').focus()")
    browser.key("Enter")
    expect(js("return document.getElementById('kernel').open"), "Enter enlarges a kernel")
    js("document.getElementById('kernel-sort').click()")
    browser.settle()
    rows = [r for r in all_rows(browser) if r["layer_name"] == everything[0]["layer_name"]]
    likeness = [cosine(weights(rows[0]), weights(r)) for r in rows]
    likeness = [c for c in likeness if c == c]
    expect(all(a >= b - 1e-4 for a, b in zip(likeness, likeness[1:])), "the most alike come first")
    choose(browser, similar="0.6")
    expect(len([r for r in all_rows(browser) if r["layer_name"] == everything[0]["layer_name"]])
           == sum(c >= 0.6 for c in likeness), "the less alike are left out")
    reset(browser)


def touch(browser, expect, path):
    """A phone: a tap opens a kernel, everything fits, headings are not covered."""
    js = browser.js
    browser.size(390, 844, phone=True)
    browser.open(path)
    browser.settle()
    js("document.querySelector('.sheet canvas').scrollIntoView({block: 'center'})")
    browser.settle()
    x, y = js("""const b = document.querySelector('.sheet canvas').getBoundingClientRect();
        return [b.left + Math.min(20, b.width / 3), b.top + Math.min(20, b.height / 3)]""")
    browser.tap(x, y)
    browser.settle()
    expect(js("return document.getElementById('kernel').open"), "a tap enlarges a kernel")
    expect(js("""return [...document.querySelectorAll('#kernel *')].every(e => !e.checkVisibility() || e.closest('.scroll')
        || (e.getBoundingClientRect().right <= innerWidth + 0.5 && e.getBoundingClientRect().left >= -0.5))"""),
           "nothing of the window is cut off")
    expect(js("return [...document.querySelectorAll('#kernel button')].every(b => Math.min(b.offsetWidth, b.offsetHeight) >= 24)"),
           "a finger hits its buttons")
    js("document.getElementById('kernel').close()")
    js("document.querySelector('svg.histogram').scrollIntoView({block: 'center'})")
    browser.settle()
    browser.tap(*js("""const bars = [...document.querySelectorAll('svg.histogram')][0].querySelectorAll('[data-tip]');
        const boxes = [...bars].map(b => b.getBoundingClientRect()).sort((a, b) => b.height - a.height);
        return [boxes[0].x + boxes[0].width / 2, boxes[0].bottom - boxes[0].height / 4]"""))
    expect(js("return !document.getElementById('tip').hidden"), "a tap tells a bar's numbers")
    expect(js("return document.scrollingElement.scrollWidth <= innerWidth"), "nothing sticks out on a phone")
    browser.size(1280, 900)


def headings(browser, expect):
    """What a link leads to does not lie below what sticks to the top."""
    js = browser.js
    for width, height in ((1280, 900), (390, 844)):
        browser.size(width, height)
        browser.settle()
        for target in js("return [...document.querySelectorAll('.layer')].slice(0, 3).map(e => e.id)"):
            js(f"location.hash = ''; location.hash = '#{target}'")
            browser.settle()
            top, edge = js(f"""const h = document.querySelector('header');
                return [document.querySelector('#{target} summary').getBoundingClientRect().top,
                  getComputedStyle(h).position === 'sticky' ? h.getBoundingClientRect().bottom : 0]""")
            expect(edge <= top < height, f"the heading of {target} is seen at {width} pixels ({top}, below {edge})")
    browser.size(1280, 900)


def collection(browser, expect, path, seconds):
    """Many networks: at once there, closed, searched, opened."""
    js = browser.js
    expect(seconds < 2, f"the page opens with 2 s of work ({seconds:.1f})")
    expect(not js("return document.querySelector('.layer')"), "layers are not made before they are seen")
    names = js("return [...document.querySelectorAll('#networks tbody a')].map(a => a.textContent)")
    seen = ("return [...document.querySelectorAll('#networks tbody tr')].filter(r => !r.hidden).length")
    last = js("return document.querySelector('#networks tbody tr:last-child').cells[1].textContent")
    choose(browser, find=last)
    expect(1 <= js(seen) <= len(names), "the index is searched")
    expect(js(seen) == js("return [...document.querySelectorAll('details.network')].filter(r => !r.hidden).length"),
           "networks are searched as the index is")
    choose(browser, find="")
    js(f"location.hash = '#n{len(names) - 1}'")
    browser.settle()
    expect(js(f"return document.getElementById('n{len(names) - 1}').open"), "a link opens a network")
    number = js(f"return document.querySelector('#n{len(names) - 1} .layer').id")
    browser.open(path, f"#{number}/0")
    browser.settle()
    expect(js("return document.getElementById('kernel').open"), "a link opens a kernel of a closed network")
    js("document.getElementById('kernel').close()")
