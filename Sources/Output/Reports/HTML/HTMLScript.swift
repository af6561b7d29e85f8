/// What makes a page answer: plain JavaScript that asks for nothing from a network.
///
/// Every page has ``common``: sorted tables, details under the pointer. Pages with kernels add ``kernels``, which works on
/// what ``HTMLKernels`` holds.
enum HTMLScript {
    /// The script of a page, with what it does beside the common part.
    static func text(_ further: String) -> String {
        "(() => {\n\"use strict\";\n\(common)\(further)})();"
    }

    /// What pages with kernels do.
    static var kernels: String {
        "const kinds = \(HTMLControls.kinds);\n" + data + order + drawing + grid + inputs + kernel + pages
    }

    /// Tables, details under the pointer.
    static let common = #"""
        const byId = id => document.getElementById(id);
        const tip = byId("tip");
        const said = byId("said");
        // Details that the keyboard opened stay when the page scrolls away under a resting pointer.
        let byKeys = false;
        addEventListener("pointermove", event => {
          if (event.movementX || event.movementY) byKeys = false;
        }, true);

        function show(nodes, x, y) {
          tip.replaceChildren(...nodes);
          tip.hidden = false;
          const box = tip.getBoundingClientRect();
          tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 6)) + "px";
          tip.style.top = Math.max(4, y + 16 + box.height > innerHeight ? y - box.height - 10 : y + 16) + "px";
        }
        function hide() { tip.hidden = true; }
        function make(tag, text = "", attributes = {}) {
          const element = document.createElement(tag);
          element.textContent = text;
          for (const name in attributes) element.setAttribute(name, attributes[name]);
          return element;
        }

        function value(row, column) {
          const cell = row.cells[column];
          const number = Number(cell.dataset.v ?? NaN);
          return Number.isNaN(number) ? cell.textContent : number;
        }
        function sortTable(head) {
          const table = head.closest("table");
          const down = head.getAttribute("aria-sort") === "ascending";
          for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
          head.setAttribute("aria-sort", down ? "descending" : "ascending");
          // Each group of rows within itself: a rule between them stays where it is.
          for (const body of table.tBodies) {
            const rows = [...body.rows].sort((a, b) => {
              const x = value(a, head.cellIndex), y = value(b, head.cellIndex);
              const order = typeof x === "number" && typeof y === "number" ? x - y
                : typeof x === "number" ? -1 : typeof y === "number" ? 1 : x.localeCompare(y);
              return down ? -order : order;
            });
            body.append(...rows);
          }
        }
        document.addEventListener("click", event => {
          const button = event.target.closest("table.sortable thead .sort");
          if (button) sortTable(button.parentElement);
        });

        // A finger shows details as a pointer does; they go when it begins to scroll.
        document.addEventListener("pointerover", event => {
          const element = event.target.closest?.("[data-tip]");
          if (element) show([make("div", element.dataset.tip)], event.clientX, event.clientY);
          else if (!byKeys && !event.target.closest?.(".sheet")) hide();
        });
        document.addEventListener("pointercancel", hide);

        // Headings that are jumped to lie below what sticks to the top.
        const header = document.querySelector("header");
        function measure() {
          const sticks = getComputedStyle(header).position === "sticky";
          document.documentElement.style.setProperty("--head", (sticks ? header.offsetHeight : 0) + "px");
          // What scrolls sideways is reached by the keyboard.
          for (const box of document.querySelectorAll(".scroll, figure")) {
            if (box.scrollWidth > box.clientWidth + 1) {
              box.tabIndex = 0;
              box.setAttribute("role", "region");
              const name = box.querySelector("svg[aria-label]")?.getAttribute("aria-label") ?? "Table";
              box.setAttribute("aria-label", name + "; scrolls sideways");
            } else if (box.hasAttribute("tabindex")) {
              for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
            }
          }
        }
        new ResizeObserver(measure).observe(header);
        addEventListener("resize", measure);
        measure();

        """#
}
