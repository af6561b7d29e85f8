extension HTMLScript {
    /// Which kernels are shown in which order, and their form as CSV.
    static let order = #"""
        const state = {label: "", shape: "", fit: [-Infinity, Infinity], norm: [-Infinity, Infinity], similar: -Infinity,
          sort: "place", reversed: false, scale: "own", selected: null};
        // Counts the changes of what is shown: an order of an older count is stale.
        let change = 0;

        // Whether kernels are compared with the selected one.
        const compares = () => state.sort === "similarity" || state.similar > -Infinity;
        function matches(layer, likeness) {
          const all = norms(layer);
          const within = (number, [low, high]) => number >= low && number <= high;
          const anyFit = state.fit[0] === -Infinity && state.fit[1] === Infinity;
          const anyNorm = state.norm[0] === -Infinity && state.norm[1] === Infinity;
          return index => (!state.label || kinds.names[layer.labels[index]] === state.label)
            && (!state.shape || kinds.shapes[layer.shapes[index]] === state.shape)
            && (anyFit || within(layer.fits[index] / 100, state.fit))
            && (anyNorm || within(all[index] / layer.typical, state.norm))
            && (state.similar === -Infinity || (likeness ? likeness[index] >= state.similar : false));
        }
        // The places of a layer's kernels as they are shown.
        function order(layer) {
          if (layer.change === change) return layer.order;
          const chosen = state.selected;
          const likeness = compares() && chosen && chosen.layer.network === layer.network
            ? cosines(layer, chosen.layer, chosen.index) : null;
          const list = [...Array(layer.count).keys()].filter(matches(layer, likeness));
          const last = number => Number.isNaN(number) ? -Infinity : number;
          const fit = (a, b) => layer.fits[b] - layer.fits[a];
          const compare = {
            label: (a, b) => layer.labels[a] - layer.labels[b] || fit(a, b),
            shape: (a, b) => kinds.shapes[layer.shapes[a]].localeCompare(kinds.shapes[layer.shapes[b]]) || fit(a, b),
            fit, norm: (a, b) => last(layer.norms[b]) - last(layer.norms[a]),
            similarity: likeness ? (a, b) => last(likeness[b]) - last(likeness[a]) : undefined,
          }[state.sort];
          if (compare) list.sort((a, b) => {
            const order = compare(a, b) || 0;
            return state.reversed ? -order : order;
          });
          else if (state.reversed && state.sort === "place") list.reverse();
          layer.change = change;
          layer.order = list;
          return list;
        }

        const fixed = (number, digits) => number.toFixed(digits).replace("-", "−");
        const short = number => Number.isFinite(number) ? String(Number(number.toPrecision(3))).replace("-", "−") : "×";
        function describe(layer, index) {
          const label = kinds.names[layer.labels[index]], shape = kinds.shapes[layer.shapes[index]];
          const sigma = layer.sigmas[index], probability = layer.probabilities[index], second = layer.seconds[index];
          const facts = [channelWords(layer, index) + ": " + label + (shape ? " (" + shape + ")" : ""),
            "fit " + (layer.fits[index] / 100).toFixed(2)
            + (sigma > 0 ? ", σ " + (sigma / 100).toFixed(2) + " px" : sigma < 0 ? ", σ > " + -sigma / 100 + " px" : "")
            + ", max|w| " + short(largest(layer, index)) + ", norm " + short(norms(layer)[index])];
          if (probability >= 0)
            facts.push("probability " + (probability / 1000).toFixed(2) + (probability < 800 ? ", uncertain" : "")
              + (second ? "; else " + kinds.names[Math.floor(second / 1000)] + " " + (second % 1000 / 1000).toFixed(2) : ""));
          return facts;
        }
        function largest(layer, index) {
          let most = 0;
          for (const weight of weights(layer, index)) if (Math.abs(weight) < Infinity) most = Math.max(most, Math.abs(weight));
          return most;
        }

        // MARK: Files

        function save(blob, name) {
          const anchor = make("a", "", {download: name.replace(/[^\w.\-]+/g, "_").slice(0, 120)});
          anchor.href = URL.createObjectURL(blob);
          anchor.click();
          setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
        }
        // Columns as `classify --kernels --format csv` has them, then the weights row by row.
        function csv(rows) {
          const cells = Math.max(0, ...rows.map(([layer]) => layer.cells));
          const quoted = text => /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : String(text);
          const lines = [["network", "layer_number", "layer_name", "size", "output_channel", "input_channel", "label", "shape",
            "fit", "probability", "sigma_pixels", "sigma_at_bound", "norm", ...Array(cells).keys()]
            .map(name => typeof name === "number" ? "w" + name : name)];
          for (const [layer, index] of rows) {
            const label = kinds.names[layer.labels[index]], sigma = layer.sigmas[index];
            const digits = layer.exact ? 9 : 3;
            lines.push([layer.network.name, layer.number ?? "", layer.name, layer.size, Math.floor(index / layer.inputs),
              index % layer.inputs, label, kinds.shapes[layer.shapes[index]], layer.fits[index] / 100,
              layer.probabilities[index] < 0 ? "" : layer.probabilities[index] / 1000, sigma > 0 ? sigma / 100 : "",
              label === "blur" ? String(sigma < 0) : "", Number(norms(layer)[index].toPrecision(digits)),
              ...Array.from(weights(layer, index), weight => Number(weight.toPrecision(digits))),
              ...Array(cells - layer.cells).fill("")]);
          }
          return new Blob([lines.map(line => line.map(quoted).join(",") + "\n").join("")], {type: "text/csv"});
        }

        """#
}
