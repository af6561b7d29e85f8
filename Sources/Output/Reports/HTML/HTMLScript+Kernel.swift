extension HTMLScript {
    /// The window of one kernel: its weights, what it passes, its nearest, its partners.
    static let kernel = #"""
        const dialog = byId("kernel");
        const at = (layer, index) => ({layer, index});

        // |H(ω)| = |Σ w·e^(−i ω·x)| / Σ|w| at one frequency.
        function amplitude(own, size, across, down) {
          let real = 0, imaginary = 0, sum = 0;
          own.forEach((weight, cell) => {
            const angle = across * (cell % size) + down * Math.floor(cell / size);
            real += weight * Math.cos(angle);
            imaginary -= weight * Math.sin(angle);
            sum += Math.abs(weight);
          });
          return sum > 0 ? Math.hypot(real, imaginary) / sum : 0;
        }
        function drawResponse(layer, index) {
          const canvas = byId("kernel-response"), pen = canvas.getContext("2d"), own = weights(layer, index), side = 33;
          let most = {value: -1};
          for (let y = 0; y < side; y++) {
            for (let x = 0; x < side; x++) {
              const across = Math.PI * (x / 16 - 1), down = Math.PI * (y / 16 - 1);
              const value = amplitude(own, layer.size, across, down);
              // Half of the plane tells the other half.
              if (value > most.value + 1e-9) most = {value, across: Math.abs(x / 16 - 1), down: Math.abs(y / 16 - 1)};
              pen.fillStyle = colorAt(amountColors, value);
              pen.fillRect(x, y, 1, 1);
            }
          }
          const number = (across, down) => amplitude(own, layer.size, across, down).toFixed(3);
          const text = own.some(weight => !Number.isFinite(weight)) ? "No frequency response: a weight is not finite."
            : "Frequency response |H| ÷ Σ|w|, −π … π, dark 0, yellow 1: constant image " + number(0, 0)
            + ", vertical stripes " + number(Math.PI, 0) + ", horizontal stripes " + number(0, Math.PI)
            + ", checkerboard " + number(Math.PI, Math.PI) + "; largest " + most.value.toFixed(3) + " at |ωx| = "
            + most.across.toFixed(2) + "π, |ωy| = " + most.down.toFixed(2) + "π.";
          byId("kernel-passes").textContent = text;
          canvas.setAttribute("aria-label", text);
        }

        function fillValues(layer, index) {
          const own = weights(layer, index), end = range(layer, index), body = byId("kernel-values").tBodies[0];
          byId("kernel-values").classList.toggle("small", layer.size > 7);
          body.replaceChildren();
          for (let y = 0; y < layer.size; y++) {
            const row = body.insertRow();
            for (let x = 0; x < layer.size; x++) {
              const weight = own[y * layer.size + x], cell = row.insertCell();
              cell.textContent = short(weight);
              const color = Number.isFinite(weight) ? weightColor(weight, end) : "#d0d0d0";
              const [red, green, blue] = [1, 3, 5].map(place => parseInt(color.slice(place, place + 2), 16) / 255)
                .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
              cell.style.background = color;
              cell.style.color = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
            }
          }
        }

        // A small picture that leads to another kernel.
        function thumbnail(layer, index, words, isHere) {
          const item = make("li"), canvas = make("canvas", "", {"aria-hidden": "true"});
          const place = (isHere ? "" : (layer.number === null ? layer.name : "#" + layer.number) + "/") + channel(layer, index);
          const button = make("button", "", {type: "button", "aria-label": (isHere ? "" : layer.title + ", ")
            + channelWords(layer, index) + ", " + kinds.names[layer.labels[index]] + ", " + words});
          drawOne(canvas, layer, index, Math.max(2, Math.floor(36 / layer.size)));
          button.append(canvas, make("span", place), make("span", words, {class: "quiet"}));
          button.addEventListener("click", () => openKernel(layer, index));
          item.append(button);
          return item;
        }
        // The most alike by the cosine of their weights, of this layer or of the others with kernels of the size.
        function nearest({layer, index}, isHere, count = 8) {
          const found = [];
          for (const other of isHere ? [layer] : layer.network.layers) {
            if (!isHere && other === layer) continue;
            cosines(other, layer, index)?.forEach((cosine, place) => {
              if (cosine === cosine && (other !== layer || place !== index)) found.push({layer: other, index: place, cosine});
            });
          }
          return found.sort((a, b) => b.cosine - a.cosine).slice(0, count);
        }
        function fillNearest(kernel, id, isHere) {
          const found = nearest(kernel, isHere), {layer} = kernel;
          const none = norms(layer)[kernel.index] > 0 ? "No other kernel of " + layer.size + "×" + layer.size + "."
            : "A kernel of zeros, or of weights that are not finite, is like no other.";
          byId(id).replaceChildren(...(found.length
            ? found.map(other => thumbnail(other.layer, other.index, fixed(other.cosine, 3), isHere))
            : [make("li", none)]));
        }
        function fillPartners({layer, index}) {
          const parts = [];
          for (const [side, words] of [["fedBy", "Fed by"], ["feeds", "Feeds"]]) {
            const links = layer[side];
            if (!links) continue;
            const other = layer.network.layers[links.layer], list = make("ul", "", {class: "near"});
            for (let n = index * links.count; n < (index + 1) * links.count; n++) {
              const place = links.places[n], share = links.shares[n];
              if (!share) continue;
              const text = (Math.abs(share) / 10).toFixed(1) + " %, " + (share < 0 ? "−" : "+");
              list.append(place < other.count ? thumbnail(other, place, text, false)
                : make("li", other.title + ", channel " + place + ": " + text));
            }
            if (list.firstChild) parts.push(make("h4", words + " (share of the " + (side === "feeds" ? "other's" : "")
              + " input that comes from the " + (side === "feeds" ? "kernel" : "other") + ", sign of the link)"), list);
          }
          byId("kernel-partners").replaceChildren(...(parts.length ? parts
            : [make("p", "None are known: no 1×1 convolutions alone lie between this layer and another of depthwise kernels, "
              + "or the page is too full to hold them.", {class: "quiet"})]));
        }

        function openKernel(layer, index) {
          state.selected = at(layer, index);
          byId("kernel-title").textContent = layer.title + ", " + channelWords(layer, index);
          const [what, ...more] = describe(layer, index);
          byId("kernel-facts").textContent = [what.slice(what.indexOf(": ") + 2), ...more].join("; ") + ".";
          fillValues(layer, index);
          drawResponse(layer, index);
          fillInputs(state.selected);
          fillNearest(state.selected, "kernel-near", true);
          fillNearest(state.selected, "kernel-far", false);
          fillPartners(state.selected);
          byId("kernel-link").href = "#" + link(layer, index);
          history.replaceState(null, "", "#" + link(layer, index));
          hide();
          if (!dialog.open) dialog.showModal();
          dialog.scrollTop = 0;
          byId("kernel-title").focus();
          if (compares()) refresh();
          else for (const grid of grids.values()) if (grid.cell)
            grid.place(grid.mark, grid.layer === layer ? grid.list.indexOf(index) : -1);
        }
        function step(by) {
          const {layer, index} = state.selected, list = order(layer), place = list.indexOf(index);
          const next = place < 0 ? 0 : place + by;
          if (next >= 0 && next < list.length) openKernel(layer, list[next]);
        }
        if (dialog) {
          byId("kernel-close").addEventListener("click", () => dialog.close());
          byId("kernel-before").addEventListener("click", () => step(-1));
          byId("kernel-next").addEventListener("click", () => step(1));
          dialog.addEventListener("keydown", event => {
            if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
              event.preventDefault();
              step(event.key === "ArrowLeft" ? -1 : 1);
            }
          });
          // Beside the window a click closes it.
          dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
          dialog.addEventListener("close", () =>
            history.replaceState(null, "", "#" + state.selected.layer.id));
          byId("kernel-sort").addEventListener("click", () => {
            byId("sort").value = state.sort = "similarity";
            dialog.close();
            refresh();
          });
          const name = () => state.selected.layer.network.name + " " + link(state.selected.layer, state.selected.index);
          byId("kernel-csv").addEventListener("click", () =>
            save(csv([[state.selected.layer, state.selected.index]]), name() + ".csv"));
          byId("kernel-png").addEventListener("click", () => savePicture(canvas =>
            drawOne(canvas, state.selected.layer, state.selected.index, 40), name() + ".png"));
        }

        """#
}
