extension HTMLScript {
    /// Kernels and histograms as pictures.
    static let drawing = #"""
        const hexadecimal = text => {
          const bytes = decoded(text);
          return [...Array(bytes.length / 3).keys()].map(i =>
            "#" + [...bytes.subarray(3 * i, 3 * i + 3)].map(byte => byte.toString(16).padStart(2, "0")).join(""));
        };
        const weightColors = hexadecimal(kinds.weights), amountColors = hexadecimal(kinds.amounts);
        const colorAt = (colors, share) => colors[Math.max(0, Math.min(255, Math.floor(share * 256)))];

        // The weight at the end of the colours.
        function range(layer, index) {
          if (state.scale === "layer") return layer.range;
          if (state.scale === "network") return layer.network.range;
          return kinds.names[layer.labels[index]] === "zero" ? layer.largest
            : Math.max(largest(layer, index), layer.largest * 1e-3);
        }
        const weightColor = (weight, end) => colorAt(weightColors, end > 0 ? (weight / end + 1) / 2 : 0.5);

        // A kernel with cells of `unit` pixels, without its bar.
        function drawKernel(pen, layer, index, x, y, unit) {
          const end = range(layer, index), own = weights(layer, index);
          const side = layer.size * unit;
          pen.fillStyle = "#b4b4b4";
          pen.fillRect(x - 1, y - 1, side + 2, side + 2);
          for (let cell = 0; cell < layer.cells; cell++) {
            const left = x + cell % layer.size * unit, top = y + Math.floor(cell / layer.size) * unit;
            const isFinite = Number.isFinite(own[cell]);
            pen.fillStyle = isFinite ? weightColor(own[cell], end) : "#d0d0d0";
            pen.fillRect(left, top, unit, unit);
            if (isFinite) continue;
            pen.strokeStyle = "#404040";
            pen.strokeRect(left + 0.5, top + 0.5, unit - 1, unit - 1);
            pen.beginPath();
            pen.moveTo(left, top);
            pen.lineTo(left + unit, top + unit);
            pen.stroke();
          }
        }
        function drawBar(pen, layer, index, x, y, unit) {
          pen.fillStyle = kinds.colors[layer.labels[index]];
          const side = layer.size * unit, top = y + side + Math.max(1, Math.round(0.3 * unit));
          for (const [from, to] of kinds.bars[layer.labels[index]])
            pen.fillRect(x + Math.round(from * side), top, Math.max(1, Math.round((to - from) * side)),
              Math.max(1, Math.round(0.55 * unit)));
        }
        // Kernels a unit and a half apart, in rows of `columns`, on white.
        function drawGrid(canvas, layer, list, columns, unit) {
          const pitch = (layer.size + 1.5) * unit;
          canvas.width = Math.ceil(Math.min(columns, list.length) * pitch + unit / 2);
          canvas.height = Math.ceil(Math.ceil(list.length / columns) * pitch + unit / 2);
          const pen = canvas.getContext("2d");
          pen.fillStyle = "#fff";
          pen.fillRect(0, 0, canvas.width, canvas.height);
          list.forEach((index, place) => {
            const x = Math.round(place % columns * pitch + unit), y = Math.round(Math.floor(place / columns) * pitch + unit);
            drawKernel(pen, layer, index, x, y, unit);
            drawBar(pen, layer, index, x, y, unit);
          });
        }
        function drawOne(canvas, layer, index, unit) {
          canvas.width = canvas.height = layer.size * unit + 2;
          drawKernel(canvas.getContext("2d"), layer, index, 1, 1, unit);
        }
        function savePicture(draw, name) {
          const canvas = document.createElement("canvas");
          draw(canvas);
          canvas.toBlob(blob => save(blob, name));
        }

        // The histogram of the weights, a stack of the labels' bars; all that goes into it are numbers and names of ours.
        function histogram(layer) {
          const {low, high, parts} = layer.histogram;
          const bins = parts.length ? parts[0][1].length : 1, step = (high - low) / bins;
          const sums = [...Array(bins).keys()].map(bin => parts.reduce((sum, [, counts]) => sum + counts[bin], 0));
          const most = Math.max(1, ...sums), width = bins * 6;
          let bars = "";
          sums.forEach((sum, bin) => {
            if (!sum) return;
            let y = 90, boxes = "";
            const words = [];
            for (const [label, counts] of parts) {
              if (!counts[bin]) continue;
              const size = counts[bin] / most * 90;
              y -= size;
              boxes += `<rect data-label="${kinds.names[label]}" x="${bin * 6}" y="${y.toFixed(2)}" width="6" `
                + `height="${size.toFixed(2)}" fill="${kinds.colors[label]}"/>`;
              words.push(kinds.names[label] + " " + counts[bin]);
            }
            const from = low + bin * step;
            bars += `<g data-tip="${short(from)} … ${short(from + step)}: ${sum} weights (${words.join(", ")})">${boxes}</g>`;
          });
          const zero = low <= 0 && high >= 0
            ? `<path class="s-axis" stroke-dasharray="2 2" d="M${(-low / (high - low) * width).toFixed(2)} 0v90"/>` : "";
          return `<svg class="histogram" viewBox="0 -2 ${width} 104" role="img" aria-label="Histogram of the weights, `
            + `described below">${bars}${zero}<path class="s-axis" d="M0 90h${width}"/>`
            + `<text class="quiet" x="0" y="101" font-size="9">${short(low)}</text>`
            + `<text class="quiet" x="${width}" y="101" font-size="9" text-anchor="end">${short(high)}</text></svg>`;
        }

        """#
}
