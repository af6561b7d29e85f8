extension HTMLScript {
    /// Filters, search, closed networks, links to kernels, printing.
    static let pages = #"""
        // Draws a network's layers when they are seen; a closed network's contents are made when it opens.
        function attach(section) {
          const found = network(section.id);
          for (const layer of found?.layers ?? []) new Grid(byId(layer.id), layer);
          fillShapes(found);
          measure();
        }
        function open(section) {
          const body = byId(section.id + "-body");
          if (!body) return;
          section.querySelector(".body").innerHTML = new TextDecoder().decode(unpack(body));
          body.remove();
          attach(section);
          count();
        }
        function fillShapes(found) {
          const select = byId("shape");
          if (!select || !found) return;
          const known = new Set([...select.options].map(option => option.value)), all = new Set(known);
          for (const layer of found.layers) for (const shape of layer.shapes) all.add(kinds.shapes[shape]);
          for (const shape of [...all].sort()) if (!known.has(shape)) select.append(make("option", shape, {value: shape}));
        }
        function count() {
          const line = byId("found");
          if (!line) return;
          let [shown, held] = [0, 0];
          const opened = [...networks.values()].filter(found => found);
          for (const {layers} of opened) for (const layer of layers) {
            shown += order(layer).length;
            held += layer.count;
          }
          const all = document.querySelectorAll(".network").length;
          line.textContent = held ? shown.toLocaleString("en") + " of " + held.toLocaleString("en") + " kernels shown"
            + (opened.length < all ? ", in " + opened.length + " of " + all + " networks: the opened ones" : "") : "";
        }
        function refresh() {
          change++;
          for (const grid of grids.values()) grid.fit(true);
          count();
        }

        function filter(label) {
          state.label = document.body.dataset.filter = label;
          for (const button of document.querySelectorAll("[data-filter][aria-pressed]"))
            button.setAttribute("aria-pressed", String(button.dataset.filter === label));
          refresh();
        }
        document.querySelector(".tools")?.addEventListener("click", event => {
          const button = event.target.closest("button");
          if (button) filter(button.dataset.filter === state.label ? "" : button.dataset.filter);
        });
        const number = (id, none) => byId(id).value === "" ? none : Number(byId(id).value);
        function choose() {
          state.sort = byId("sort").value;
          state.reversed = byId("reverse").checked;
          state.scale = byId("scale").value;
          state.shape = byId("shape").value;
          state.fit = [number("fit-low", -Infinity), number("fit-high", Infinity)];
          state.norm = [number("norm-low", -Infinity), number("norm-high", Infinity)];
          state.similar = number("similar", -Infinity);
          refresh();
          if (compares() && !state.selected)
            byId("found").textContent += ". Select a kernel (click or Enter) that others are compared with";
        }
        if (byId("sort")) {
          for (const id of ["sort", "reverse", "scale", "shape", "fit-low", "fit-high", "norm-low", "norm-high", "similar"])
            byId(id).addEventListener("input", choose);
          byId("reset").addEventListener("click", () => {
            for (const field of document.querySelectorAll(".fields input, .fields select")) {
              if (field.type === "checkbox") field.checked = false;
              else if (field.tagName === "SELECT") field.selectedIndex = 0;
              else field.value = "";
            }
            search();
            choose();
            filter("");
          });
          byId("all-csv").addEventListener("click", () => {
            const rows = [];
            for (const section of document.querySelectorAll(".network"))
              for (const layer of network(section.id)?.layers ?? [])
                for (const index of order(layer)) rows.push([layer, index]);
            save(csv(rows), document.title + ".csv");
          });
        }
        function search() {
          const text = byId("find").value.trim().toLowerCase();
          const listed = [...document.querySelectorAll("[data-search]")];
          for (const element of listed.length ? listed : document.querySelectorAll(".layer"))
            element.hidden = !(element.dataset.search ?? element.querySelector("summary").textContent.toLowerCase())
              .includes(text);
        }
        byId("find")?.addEventListener("input", search);

        // MARK: Links: #n0-3 is a layer, #n0-3/17 a kernel, #n0-3/17/2 a slice; #3/17 and #NAME/17 are of the first network.
        function go() {
          let text;
          try { text = decodeURIComponent(location.hash.slice(1)); } catch { return; }
          const parts = /^(.+?)((?:\/\d+){0,2})$/.exec(text);
          if (!parts) return;
          const name = parts[1], places = parts[2].split("/").slice(1).map(Number);
          const section = byId(/^n\d+/.exec(name)?.[0] ?? "") ?? document.querySelector(".network");
          if (!section || (byId(name) && byId(name).closest("#main") && !byId(name).closest(".network"))) return;
          if (section.tagName === "DETAILS" && (name.startsWith(section.id) || places.length)) {
            open(section);
            section.open = true;
          }
          const layer = network(section.id)?.layers
            .find(layer => layer.id === name || (places.length && (String(layer.number) === name || layer.name === name)));
          if (!layer) {
            if (name === section.id) section.scrollIntoView();
            return;
          }
          const element = byId(layer.id);
          element.open = true;
          element.scrollIntoView();
          if (!places.length) return;
          const index = layer.inputs > 1 ? places[0] * layer.inputs + (places[1] ?? 0) : places[0];
          if (index < layer.count) openKernel(layer, index);
          else said.textContent = "The page holds " + layer.count + " kernels of " + layer.title + ", not this one.";
        }
        addEventListener("hashchange", go);
        document.addEventListener("click", event => {
          const href = event.target.closest?.("a[href^='#n']")?.getAttribute("href");
          if (href && href === location.hash) go();
        });

        document.addEventListener("keydown", event => {
          if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open || event.target.closest("input,select,textarea"))
            return;
          if (event.key >= "0" && event.key <= "5") filter(event.key === "0" ? "" : kinds.names[Number(event.key) - 1]);
          if (event.key !== "j" && event.key !== "k") return;
          const layers = [...document.querySelectorAll(".layer")].filter(layer => layer.offsetParent);
          const top = layer => layer.getBoundingClientRect().top;
          const edge = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--head")) + 20;
          const next = event.key === "j" ? layers.find(layer => top(layer) > edge)
            : layers.findLast(layer => top(layer) < edge - 20);
          if (!next) return;
          next.scrollIntoView();
          next.querySelector("summary").focus({preventScroll: true});
        });

        // On paper everything that lies open is drawn.
        addEventListener("beforeprint", () => {
          for (const grid of grids.values()) {
            grid.fit();
            if (!grid.drawn) grid.draw();
          }
        });

        for (const section of document.querySelectorAll(".network")) {
          if (section.tagName === "DETAILS") section.addEventListener("toggle", () => { if (section.open) open(section); });
          else attach(section);
        }
        const panel = document.querySelector("details.panel");
        if (panel) panel.open = matchMedia("(min-width: 1000px) and (min-height: 1000px)").matches;
        filter("");
        go();

        """#
}
