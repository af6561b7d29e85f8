extension HTMLScript {
    /// The kernels of a layer as a grid: drawn when seen, details under the pointer, keys.
    static let grid = #"""
        const grids = new Map();
        const seen = new IntersectionObserver(entries => {
          for (const {target, isIntersecting} of entries) grids.get(target)?.see(isIntersecting);
        }, {rootMargin: "500px"});
        const sized = new ResizeObserver(entries => {
          for (const {target} of entries) grids.get(target)?.fit();
        });

        class Grid {
          constructor(element, layer) {
            Object.assign(this, {layer, isSeen: false, width: 0, at: -1});
            this.box = element.querySelector(".kernels");
            this.count = make("p", "", {class: "quiet count"});
            this.sheet = make("div", "", {class: "sheet"});
            this.canvas = make("canvas", "", {tabindex: 0, role: "application", "aria-label": "Kernels of " + layer.title
              + "; arrow keys walk through them, Enter enlarges one"});
            this.cursor = make("div", "", {class: "cursor", hidden: ""});
            this.mark = make("div", "", {class: "cursor marked", hidden: ""});
            this.plot = make("div", "", {class: "plot"});
            const button = (text, what) => make("button", text, {type: "button",
              "aria-label": text + " of the kernels shown of " + layer.title, "data-what": what});
            const buttons = make("p", "", {class: "row"});
            buttons.append(button("CSV", "csv"), button("PNG", "png"));
            buttons.addEventListener("click", event => this.download(event.target.dataset.what));
            this.sheet.append(this.canvas, this.cursor, this.mark);
            this.box.replaceChildren(this.count, this.sheet, buttons, this.plot);
            grids.set(this.box, this);
            this.listen();
            seen.observe(this.box);
            sized.observe(this.box);
          }

          get list() { return order(this.layer); }
          get pitch() { return (this.layer.size + 1.5) * this.cell; }

          // How many kernels stand in a row, and how large a cell is in CSS pixels; nothing is drawn.
          fit(force = false) {
            const room = this.box.clientWidth;
            if (!room || (room === this.width && !force)) return;
            this.width = room;
            const {layer, list} = this, size = layer.size + 1.5;
            const wanted = Math.max(1, Math.ceil(Math.sqrt(3 * list.length)));
            // On small screens fewer in a row: a cell has four pixels at least.
            const most = Math.max(1, Math.floor((room - 2) / (size * (layer.size > 7 ? 2 : 4))));
            let columns = Math.min(wanted, most);
            // Whole filters in a row where they have several slices.
            if (state.sort === "place" && layer.inputs > 1 && layer.inputs <= columns)
              columns -= columns % layer.inputs;
            this.columns = Math.max(1, Math.min(columns, list.length));
            const widest = Math.max(1, Math.min(9, room / (this.columns * size + 0.5)));
            const rows = Math.ceil(list.length / this.columns);
            // Pixels of the screen, whole; fewer where the picture would be larger than browsers allow.
            let unit = Math.max(1, Math.floor(widest * devicePixelRatio));
            this.cell = unit / devicePixelRatio;
            const pixels = unit => [this.columns * size * unit, rows * size * unit];
            while (unit > 1 && (pixels(unit)[1] > 12000 || pixels(unit)[0] * pixels(unit)[1] > 14e6)) unit--;
            this.unit = unit;
            this.canvas.style.width = this.columns * this.pitch + this.cell / 2 + "px";
            this.canvas.style.height = rows * this.pitch + (rows ? this.cell / 2 : 0) + "px";
            const held = layer.count.toLocaleString("en");
            this.count.textContent = list.length === layer.count ? ""
              : list.length.toLocaleString("en") + " of " + held + " kernels shown";
            this.sheet.hidden = !list.length;
            this.place(this.mark, state.selected?.layer === layer ? list.indexOf(state.selected.index) : -1);
            this.clear();
            if (this.isSeen) this.draw();
          }
          see(isSeen) {
            this.isSeen = isSeen;
            if (isSeen) this.draw();
            else this.canvas.width = this.canvas.height = this.drawn = 0;
          }
          draw() {
            if (!this.cell) return;
            if (!this.plot.firstChild) this.plot.innerHTML = histogram(this.layer);
            if (!this.list.length) return;
            drawGrid(this.canvas, this.layer, this.list, this.columns, this.unit);
            this.drawn = 1;
          }

          place(mark, at) {
            mark.hidden = at < 0;
            if (at < 0) return;
            const side = (this.layer.size + 1) * this.cell + "px";
            Object.assign(mark.style, {width: side, height: side,
              left: at % this.columns * this.pitch + this.cell / 2 + "px",
              top: Math.floor(at / this.columns) * this.pitch + this.cell / 2 + "px"});
          }
          select(at, x, y) {
            if (at !== this.at || tip.hidden) {
              this.at = at;
              this.place(this.cursor, at);
              this.shown = [...describe(this.layer, this.list[at]).map(text => make("div", text)),
                valueTable(this.layer, this.list[at])];
            }
            const box = this.cursor.getBoundingClientRect();
            show(this.shown, x ?? box.right, y ?? box.bottom);
          }
          clear() {
            // What another part of the page tells stays.
            if (this.at < 0) return;
            this.at = -1;
            this.cursor.hidden = true;
            hide();
          }
          under(event) {
            const box = this.canvas.getBoundingClientRect();
            const scale = (this.columns * this.pitch + this.cell / 2) / box.width;
            const column = Math.floor(((event.clientX - box.left) * scale - this.cell / 4) / this.pitch);
            const row = Math.floor(((event.clientY - box.top) * scale - this.cell / 4) / this.pitch);
            const at = row * this.columns + column;
            return column < 0 || column >= this.columns || row < 0 || at >= this.list.length ? -1 : at;
          }
          listen() {
            const {canvas} = this;
            canvas.addEventListener("pointermove", event => {
              if (byKeys || event.pointerType === "touch") return;
              const at = this.under(event);
              if (at < 0) this.clear();
              else this.select(at, event.clientX, event.clientY);
            });
            canvas.addEventListener("pointerleave", () => { if (!byKeys) this.clear(); });
            canvas.addEventListener("click", event => {
              const at = this.under(event);
              if (at >= 0) openKernel(this.layer, this.list[at]);
            });
            canvas.addEventListener("blur", () => {
              byKeys = false;
              this.clear();
            });
            canvas.addEventListener("keydown", event => {
              const steps = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns,
                Home: -Infinity, End: Infinity};
              if (event.key === "Escape") return this.clear();
              if (event.key === "Enter" && this.list.length) {
                event.preventDefault();
                return openKernel(this.layer, this.list[Math.max(0, this.at)]);
              }
              if (!(event.key in steps)) return;
              event.preventDefault();
              byKeys = true;
              const step = steps[event.key], last = this.list.length - 1;
              const next = step === Infinity ? last : step === -Infinity || this.at < 0 ? 0 : this.at + step;
              if (next < 0 || next > last) return;
              this.select(next);
              this.cursor.scrollIntoView({block: "nearest"});
              said.textContent = describe(this.layer, this.list[next]).join(", ");
            });
          }
          download(what) {
            const {layer, list, columns} = this, name = layer.network.name + " " + layer.title;
            if (what === "csv") save(csv(list.map(index => [layer, index])), name + ".csv");
            else if (what === "png" && list.length)
              savePicture(canvas => drawGrid(canvas, layer, list, columns, list.length > 1000 ? 6 : 12), name + ".png");
          }
        }

        function valueTable(layer, index) {
          const table = document.createElement("table"), own = weights(layer, index);
          for (let y = 0; y < layer.size; y++) {
            const row = table.insertRow();
            for (let x = 0; x < layer.size; x++) row.insertCell().textContent = short(own[y * layer.size + x]);
          }
          return table;
        }

        """#
}
