extension HTMLScript {
    /// Unpacks what the page carries (``HTMLKernels``), when it is first needed.
    static let data = #"""
        // zlib's packing (RFC 1950, 1951) undone: at once and in every browser, where DecompressionStream is neither.
        function inflate(source, length) {
          const out = new Uint8Array(length);
          let at = 2, held = 0, hold = 0, to = 0;
          const damaged = () => { throw new Error("The page's data are damaged; write the report again."); };
          const bits = count => {
            while (held < count) {
              if (at >= source.length) damaged();
              hold |= source[at++] << held;
              held += 8;
            }
            const value = hold & (1 << count) - 1;
            hold >>>= count;
            held -= count;
            return value;
          };
          const tree = lengths => {
            const count = new Uint16Array(16), next = new Uint16Array(16), symbols = new Uint16Array(lengths.length);
            for (const length of lengths) count[length]++;
            count[0] = 0;
            for (let length = 1; length < 16; length++) next[length] = next[length - 1] + count[length - 1];
            lengths.forEach((length, symbol) => { if (length) symbols[next[length]++] = symbol; });
            return {count, symbols};
          };
          const symbol = ({count, symbols}) => {
            let code = 0, first = 0, index = 0;
            for (let length = 1; length < 16; length++) {
              code |= bits(1);
              if (code - count[length] < first) return symbols[index + code - first];
              index += count[length];
              first = first + count[length] << 1;
              code <<= 1;
            }
            return damaged();
          };
          // The lengths and distances that symbols begin at, from their extra bits.
          const starts = (extras, first) => {
            let start = first;
            return extras.map(extra => { const own = start; start += 1 << extra; return own; });
          };
          const lengthExtras = [...Array(28).keys()].map(i => i < 8 ? 0 : (i >> 2) - 1);
          const lengthStarts = [...starts(lengthExtras, 3), 258];
          lengthExtras.push(0);
          const distanceExtras = [...Array(30).keys()].map(i => i < 4 ? 0 : (i >> 1) - 1);
          const distanceStarts = starts(distanceExtras, 1);
          const fixed = [tree([...Array(288).keys()].map(i => i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
            tree(Array(30).fill(5))];
          const written = () => {
            const counts = [bits(5) + 257, bits(5) + 1], codes = bits(4) + 4, lengths = Array(19).fill(0);
            const places = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
            for (let i = 0; i < codes; i++) lengths[places[i]] = bits(3);
            const code = tree(lengths), all = [];
            while (all.length < counts[0] + counts[1]) {
              const one = symbol(code);
              if (one < 16) all.push(one);
              else {
                const repeated = one === 16 ? all[all.length - 1] : 0;
                for (let n = one === 16 ? 3 + bits(2) : one === 17 ? 3 + bits(3) : 11 + bits(7); n; n--) all.push(repeated);
              }
            }
            return [tree(all.slice(0, counts[0])), tree(all.slice(counts[0]))];
          };
          for (let last = 0; !last;) {
            last = bits(1);
            const kind = bits(2);
            if (kind === 0) {
              hold = held = 0;
              const length = source[at] | source[at + 1] << 8;
              at += 4;
              out.set(source.subarray(at, at + length), to);
              at += length;
              to += length;
              continue;
            }
            const [letters, distances] = kind === 1 ? fixed : written();
            for (;;) {
              const one = symbol(letters);
              if (one === 256) break;
              if (one < 256) {
                out[to++] = one;
                continue;
              }
              const count = lengthStarts[one - 257] + bits(lengthExtras[one - 257]);
              const place = symbol(distances);
              const distance = distanceStarts[place] + bits(distanceExtras[place]);
              for (let n = 0; n < count; n++, to++) out[to] = out[to - distance];
            }
          }
          if (to !== length) damaged();
          return out;
        }
        const decoded = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
        const unpack = element => inflate(decoded(element.textContent), Number(element.dataset.bytes));

        const networks = new Map();
        // A network's layers with their kernels; null where the page has none.
        function network(id) {
          if (!networks.has(id)) networks.set(id, readNetwork(id));
          return networks.get(id);
        }
        function readNetwork(id) {
          const element = byId(id + "-kernels");
          if (!element) return null;
          const bytes = unpack(element);
          element.remove();
          let at = 4 + new DataView(bytes.buffer).getUint32(0, true);
          const {layers} = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
          const take = (Kind, count) => {
            const end = at + count * Kind.BYTES_PER_ELEMENT;
            const part = new Kind(bytes.slice(at, end).buffer);
            at = end;
            return part;
          };
          const all = {id, name: document.querySelector("#" + id + " h2").textContent, layers};
          layers.forEach((layer, place) => {
            const {count} = layer, cells = layer.size * layer.size;
            Object.assign(layer, {network: all, place, cells});
            if (layer.exact) layer.values = take(Float32Array, count * cells);
            else {
              const units = take(Int8Array, count * cells), most = take(Float32Array, count);
              layer.values = Float32Array.from(units, (unit, i) =>
                unit === -128 ? NaN : unit / 127 * most[Math.floor(i / cells)]);
            }
            layer.labels = take(Uint8Array, count);
            layer.shapes = take(Uint8Array, count);
            layer.fits = take(Uint8Array, count);
            for (const name of ["sigmas", "probabilities", "seconds"]) layer[name] = take(Int16Array, count);
            for (const side of ["feeds", "fedBy"]) {
              const links = layer[side];
              if (!links) continue;
              links.places = take(Uint16Array, count * links.count);
              links.shares = take(Int16Array, count * links.count);
            }
            if (layer.excited) {
              layer.excited.places = take(Uint16Array, layer.excited.channels * 12);
              layer.excited.values = take(Float32Array, layer.excited.channels * 6);
            }
          });
          all.range = Math.max(...layers.map(layer => layer.range));
          return all;
        }

        const weights = (layer, index) => layer.values.subarray(index * layer.cells, (index + 1) * layer.cells);
        // √Σw² of each kernel, NaN where a weight is not finite, and their median.
        function norms(layer) {
          if (layer.norms) return layer.norms;
          layer.norms = new Float64Array(layer.count);
          for (let index = 0; index < layer.count; index++) {
            let sum = 0;
            for (const weight of weights(layer, index)) sum += weight * weight;
            layer.norms[index] = Number.isFinite(sum) ? Math.sqrt(sum) : NaN;
          }
          const sorted = [...layer.norms].filter(norm => norm === norm).sort((a, b) => a - b);
          const half = sorted.length >> 1;
          layer.typical = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
          return layer.norms;
        }
        // The cosine of the weights of each kernel with those of one of the same size; NaN beside kernels of zeros.
        function cosines(layer, other, index) {
          if (layer.size !== other.size) return null;
          const own = weights(other, index), norm = norms(other)[index], all = norms(layer);
          return Float64Array.from(all, (length, place) => {
            let sum = 0;
            const start = place * layer.cells;
            for (let cell = 0; cell < layer.cells; cell++) sum += own[cell] * layer.values[start + cell];
            return length * norm > 0 ? Math.max(-1, Math.min(1, sum / (length * norm))) : NaN;
          });
        }
        // "17", or output and input channel "17/2".
        const channel = (layer, index) => layer.inputs > 1
          ? Math.floor(index / layer.inputs) + "/" + index % layer.inputs : String(index);
        const channelWords = (layer, index) => layer.inputs > 1
          ? "output " + Math.floor(index / layer.inputs) + ", input " + index % layer.inputs : "channel " + index;
        const link = (layer, index) => layer.id + "/" + channel(layer, index);

        """#
}
