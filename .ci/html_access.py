"""What keyboards, screen readers and weak eyes need of a page, in the manner of axe's rules."""

CONTRAST = r"""
const linear = x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const numbers = c => c.startsWith("color(srgb") ? c.match(/[\d.]+/g).map((x, i) => i < 3 ? x * 255 : Number(x))
  : c.match(/[\d.]+/g).map(Number);
const over = (top, below) => { const a = top[3] ?? 1; return [0, 1, 2].map(i => a * top[i] + (1 - a) * below[i]); };
const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => p - q); return (y + 0.05) / (x + 0.05); };
const paper = numbers(getComputedStyle(document.body).backgroundColor);
// What lies behind a text: the backgrounds of what it stands in, a share's bar at its full colour.
const behind = e => {
  const layers = [];
  for (let at = e; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (at.matches("td.share")) {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = `color-mix(in srgb, ${at.style.getPropertyValue("--color")} 38%, transparent)`;
      layers.push(numbers(getComputedStyle(probe).color));
      probe.remove();
    }
    const color = numbers(style.backgroundColor);
    layers.push(color);
    if ((color[3] ?? 1) === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
};
let worst = [99, ""];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
  const e = node.parentElement;
  if (!node.data.trim() || e.closest("script, style, [hidden], .unseen, option, [aria-hidden=true]") || !e.checkVisibility()) continue;
  const style = getComputedStyle(e), isDrawn = e.closest("svg");
  // Letters of figures on their marks are checked where the figures are made; here those on the paper.
  if (isDrawn && !/ink|quiet/.test(e.getAttribute("class") ?? "")) continue;
  const found = ratio(over(numbers(isDrawn ? style.fill : style.color), behind(isDrawn ? e.closest("svg").parentElement : e)),
    behind(isDrawn ? e.closest("svg").parentElement : e));
  if (found < worst[0]) worst = [found, e.tagName + "." + (e.getAttribute("class") ?? "") + " " + node.data.trim().slice(0, 40)];
}
return [paper.join(), ...worst];
"""

FAULTS = r"""
const faults = [];
const name = e => (e.getAttribute("aria-label") ?? (e.getAttribute("aria-labelledby")
  ? document.getElementById(e.getAttribute("aria-labelledby"))?.textContent : null)
  ?? (e.labels?.length ? [...e.labels].map(l => l.textContent).join(" ") : null) ?? e.innerText ?? "").trim();
const visible = e => e.checkVisibility();
for (const e of document.querySelectorAll("button, a[href], input, select, summary, dialog, [tabindex='0']"))
  if ((e.tagName === "DIALOG" || visible(e)) && !name(e)) faults.push("no name: " + e.outerHTML.slice(0, 80));
for (const e of document.querySelectorAll("img, svg, canvas"))
  if (visible(e) && !e.closest("[aria-hidden=true]") && !e.getAttribute("aria-label")?.trim() && !e.getAttribute("alt"))
    faults.push("no words for a picture: " + e.outerHTML.slice(0, 80));
for (const e of document.querySelectorAll("[role=img]"))
  if (e.querySelector("a, button, [tabindex]")) faults.push("a control inside a picture");
for (const e of document.querySelectorAll("[aria-hidden=true]"))
  if (e.querySelector("a[href], button, input, select, [tabindex='0']")) faults.push("a control that is hidden from readers");
const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
ids.forEach((id, i) => { if (ids.indexOf(id) !== i) faults.push("twice: id " + id); });
for (const e of document.querySelectorAll("[aria-labelledby], [aria-describedby], [for]"))
  for (const key of ["aria-labelledby", "aria-describedby", "for"])
    for (const id of (e.getAttribute(key) ?? "").split(/\s+/).filter(Boolean))
      if (!document.getElementById(id)) faults.push(key + " names nothing: " + id);
let level = 0;
for (const e of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
  if (!visible(e) || e.closest("dialog")) continue;
  const own = Number(e.tagName[1]);
  if (own > level + 1) faults.push("a heading is skipped before " + e.textContent.slice(0, 40));
  level = own;
}
for (const e of document.querySelectorAll("[tabindex]")) if (e.tabIndex > 0) faults.push("a place in the order of focus by force");
for (const e of document.querySelectorAll("table")) {
  if (visible(e) && e.tHead && [...e.tHead.rows[0].cells].some(c => c.tagName !== "TH" || !c.scope)) faults.push("a column without a scope");
}
for (const e of document.querySelectorAll("ul, ol")) if ([...e.children].some(c => c.tagName !== "LI")) faults.push("a list of other things");
for (const e of document.querySelectorAll("dl")) if ([...e.children].some(c => !/^D[TD]$/.test(c.tagName))) faults.push("a dl of other things");
if (!document.documentElement.lang) faults.push("no language");
if (document.querySelectorAll("main").length !== 1 || document.querySelectorAll("h1").length !== 1) faults.push("main and h1 once each");
return faults;
"""


def access(browser, expect, where):
    """Names, alternatives, identifiers, headings, lists, tables."""
    faults = browser.js(FAULTS)
    expect(not faults, f"{where}: {len(faults)} faults for screen readers and keyboards ({faults[:4]})")


def contrast(browser, expect, where):
    """Every visible text against what lies behind it; returns the paper."""
    paper, worst, text = browser.js(CONTRAST)
    expect(worst >= 4.5, f"text is legible {where} (contrast {worst:.2f} of {text}; WCAG asks for 4.5)")
    return paper


def tab_through(browser, expect):
    """Tab goes from the top through the controls in the order in which they stand, and never stops in the dark."""
    js = browser.js
    js("document.activeElement.blur(); scrollTo(0, 0); document.querySelector('.skip').focus()")
    expect(js("const b = document.activeElement.getBoundingClientRect(); return b.left >= 0 && b.right <= innerWidth"),
           "the first stop leads to the contents and shows itself")
    places, last = [], None
    for _ in range(14):
        browser.key("Tab")
        tag, is_seen, before = js("""const e = document.activeElement, all = [...document.querySelectorAll("*")];
            return [e.tagName, e.checkVisibility() && e.getBoundingClientRect().width > 0, all.indexOf(e)]""")
        if tag == "BODY":
            break
        expect(is_seen, f"the focus is seen ({tag})")
        places.append(before)
        ring = js("const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0")
        expect(ring, f"the focus has a ring ({tag})")
    expect(places == sorted(places) and len(places) > 3, "Tab follows the page's order")
