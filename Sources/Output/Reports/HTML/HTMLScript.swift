/// What makes the page answer: filter, sort, details under the pointer and the keyboard.
enum HTMLScript {
    static let text = #"""
        (() => {
          "use strict";
          const names = ["identity", "blur", "edge", "zero", "other"];
          const tip = document.getElementById("tip");
          // Details that the keyboard opened stay when the page scrolls away under a resting pointer.
          let byKeys = false;
          addEventListener("pointermove", event => {
            if (event.movementX || event.movementY) byKeys = false;
          }, true);

          function filter(label) {
            document.body.dataset.filter = label;
            for (const button of document.querySelectorAll("[data-filter][aria-pressed]"))
              button.setAttribute("aria-pressed", String(button.dataset.filter === label));
          }
          document.querySelector(".tools")?.addEventListener("click", event => {
            const button = event.target.closest("button");
            if (button) filter(button.dataset.filter === document.body.dataset.filter ? "" : button.dataset.filter);
          });

          function value(row, column) {
            const cell = row.cells[column];
            const number = Number(cell.dataset.v ?? NaN);
            return Number.isNaN(number) ? cell.textContent : number;
          }
          for (const table of document.querySelectorAll("table.sortable")) {
            table.tHead.addEventListener("click", event => {
              const button = event.target.closest(".sort");
              if (!button) return;
              const head = button.parentElement;
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
            });
          }

          function show(nodes, x, y) {
            tip.replaceChildren(...nodes);
            tip.hidden = false;
            const box = tip.getBoundingClientRect();
            tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 6)) + "px";
            tip.style.top = Math.max(4, y + 16 + box.height > innerHeight ? y - box.height - 10 : y + 16) + "px";
          }
          function hide() { tip.hidden = true; }
          function line(text, tag = "div") {
            const element = document.createElement(tag);
            element.textContent = text;
            return element;
          }

          for (const grid of document.querySelectorAll("svg.grid")) {
            const data = JSON.parse(grid.nextElementSibling.textContent);
            const weights = Uint8Array.from(atob(data.weights), c => c.charCodeAt(0));
            const cursor = grid.querySelector(".cursor");
            const pitch = data.size + 1.5;
            let selected = -1;
            function details(index) {
              const cells = data.size * data.size;
              const label = names[Number(data.labels[index])];
              const table = document.createElement("table");
              for (let y = 0; y < data.size; y++) {
                const row = table.insertRow();
                for (let x = 0; x < data.size; x++) {
                  const byte = weights[index * cells + y * data.size + x];
                  const unit = byte > 127 ? byte - 256 : byte;
                  row.insertCell().textContent =
                    unit === -128 ? "×" : (unit / 127 * data.largest[index]).toPrecision(2).replace("-", "−");
                }
              }
              const place = data.inputs > 1
                ? "output " + Math.floor(index / data.inputs) + ", input " + index % data.inputs : "channel " + index;
              const shape = data.shapes[data.shape[index]];
              const facts = [place + ": " + label + (shape ? " (" + shape + ")" : ""), "fit " + data.fit[index].toFixed(2)
                + (data.sigma[index] > 0 ? ", σ " + data.sigma[index].toFixed(2) + " px"
                  : data.sigma[index] < 0 ? ", σ > " + -data.sigma[index] + " px" : "")
                + ", max|w| " + data.largest[index].toPrecision(3)];
              if (data.probability[index] >= 0) {
                const second = data.second[index];
                facts.push("probability " + (data.probability[index] / 1000).toFixed(2)
                  + (data.probability[index] < 800 ? ", uncertain" : "")
                  + (second ? "; else " + names[Math.floor(second / 1000)] + " "
                    + (second % 1000 / 1000).toFixed(2) : ""));
              }
              return [...facts.map(text => line(text)), table];
            }
            function select(index, x, y) {
              selected = index;
              cursor.hidden = false;
              cursor.removeAttribute("hidden");
              cursor.setAttribute("x", index % data.columns * pitch + 0.5);
              cursor.setAttribute("y", Math.floor(index / data.columns) * pitch + 0.5);
              const box = cursor.getBoundingClientRect();
              show(details(index), x ?? box.right, y ?? box.bottom);
            }
            function clear() {
              cursor.setAttribute("hidden", "");
              hide();
            }
            grid.addEventListener("pointermove", event => {
              if (byKeys) return;
              const box = grid.getBoundingClientRect();
              const scale = grid.viewBox.baseVal.width / box.width;
              const column = Math.floor(((event.clientX - box.left) * scale - 0.25) / pitch);
              const row = Math.floor(((event.clientY - box.top) * scale - 0.25) / pitch);
              const index = row * data.columns + column;
              if (column < 0 || column >= data.columns || row < 0 || index >= data.count) return clear();
              select(index, event.clientX, event.clientY);
            });
            grid.addEventListener("pointerleave", () => { if (!byKeys) clear(); });
            grid.addEventListener("blur", () => {
              byKeys = false;
              clear();
            });
            grid.addEventListener("keydown", event => {
              const steps = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: data.columns, ArrowUp: -data.columns};
              if (event.key === "Escape") return clear();
              if (!(event.key in steps)) return;
              event.preventDefault();
              byKeys = true;
              const next = selected < 0 ? 0 : selected + steps[event.key];
              if (next >= 0 && next < data.count) select(next);
            });
          }

          document.addEventListener("pointerover", event => {
            const element = event.target.closest?.("[data-tip]");
            if (element) show([line(element.dataset.tip)], event.clientX, event.clientY);
            else if (!byKeys && !event.target.closest?.("svg.grid")) hide();
          });
          document.addEventListener("keydown", event => {
            if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,select,textarea")) return;
            if (event.key >= "0" && event.key <= "5") filter(event.key === "0" ? "" : names[Number(event.key) - 1]);
            if (event.key !== "j" && event.key !== "k") return;
            const layers = [...document.querySelectorAll(".layer")];
            const top = layer => layer.getBoundingClientRect().top;
            const edge = 130;
            const next = event.key === "j" ? layers.find(layer => top(layer) > edge)
              : layers.findLast(layer => top(layer) < edge - 20);
            if (!next) return;
            next.scrollIntoView();
            next.querySelector("summary").focus({preventScroll: true});
          });
          filter("");
        })();
        """#
}
