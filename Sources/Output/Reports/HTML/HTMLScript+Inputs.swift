extension HTMLScript {
    /// The inputs that excite a kernel most (``HTMLInputs``).
    static let inputs = #"""
        // What a network was shown; null without.
        function shown(network) {
          if (network.shown === undefined) {
            const element = byId(network.id + "-inputs");
            network.shown = element ? JSON.parse(element.textContent) : null;
            element?.remove();
          }
          return network.shown;
        }
        // A picture, decoded when it is first needed.
        function bitmap(picture) {
          picture.bitmap ??= createImageBitmap(new Blob([decoded(picture.jpeg)], {type: "image/jpeg"}));
          return picture.bitmap;
        }
        // The part of a picture that reaches a unit: {left, top, side} in pixels, and the unit's own place.
        function field(held, size, row, column) {
          const middle = [held.start[0] + row * held.step[0], held.start[1] + column * held.step[1]];
          const reach = Math.max(...held.reach), side = Math.min(size, reach), isWhole = reach >= size;
          const corner = middle.map(place => isWhole ? 0 : place - (side - 1) / 2);
          return {top: corner[0], left: corner[1], side, isWhole, y: middle[0] + 0.5, x: middle[1] + 0.5};
        }
        function drawField(canvas, image, size, part) {
          const pen = canvas.getContext("2d"), zoom = canvas.width / part.side;
          pen.fillStyle = "#b4b4b4";
          pen.fillRect(0, 0, canvas.width, canvas.height);
          pen.setTransform(zoom, 0, 0, zoom, -part.left * zoom, -part.top * zoom);
          pen.imageSmoothingEnabled = image.width / size * part.side > canvas.width / 4;
          pen.drawImage(image, 0, 0, size, size);
          if (!part.isWhole) return;
          for (const [color, width] of [["#000", 4], ["#fff", 2]]) {
            pen.strokeStyle = color;
            pen.lineWidth = width / zoom;
            pen.beginPath();
            pen.arc(part.x, part.y, 7 / zoom, 0, 2 * Math.PI);
            pen.stroke();
          }
        }

        function fillInputs({layer, index}) {
          const all = shown(layer.network), held = layer.excited, box = byId("kernel-inputs");
          const say = words => make("p", words, {class: "quiet"});
          if (!all) return box.replaceChildren(say("None: the report was written without --images."));
          if (!held) {
            const out = all.leftOut.find(one => one.layer === layer.title);
            return box.replaceChildren(say("None" + (out ? ": " + out.reason : "") + "."));
          }
          const number = Math.floor(index / layer.inputs), own = held.values.subarray(6 * number, 6 * number + 6);
          const statistics = "mean " + short(own[4]) + ", standard deviation " + short(own[5]);
          const list = make("ul", "", {class: "near"});
          for (let rank = 0; rank < 4; rank++) {
            const [place, row, column] = held.places.subarray(12 * number + 3 * rank, 12 * number + 3 * rank + 3);
            const picture = all.pictures[place];
            if (!picture) continue;
            const item = make("li", "", {class: "patch"}), part = field(held, all.size, row, column);
            const canvas = make("canvas", "", {width: 128, height: 128, role: "img", "aria-label": picture.name + " around "
              + Math.floor(part.x) + ", " + Math.floor(part.y) + ", activation " + short(own[rank])});
            bitmap(picture).then(image => drawField(canvas, image, all.size, part));
            item.append(canvas, make("span", short(own[rank])),
              make("span", picture.name, {class: "quiet name", title: picture.name}));
            list.append(item);
          }
          const what = (layer.inputs > 1 ? "output " + number + ", all its inputs together" : "the channel")
            + ", behind its normalisation";
          if (!list.firstChild) return box.replaceChildren(say("None: " + what + ", gives the same at every place of the "
            + all.used + " pictures, or nothing finite (" + statistics + ")."));
          const reach = Math.max(...held.reach);
          box.replaceChildren(list, say("The largest activations of " + what + ", one place a picture, among "
            + all.used.toLocaleString("en") + " of " + all.available.toLocaleString("en") + " pictures of " + all.folder
            + ": " + (reach < all.size ? "the " + reach + "×" + reach + " pixels that reach the place, grey beyond the picture"
              : "the whole picture, as " + reach + "×" + reach + " pixels reach the place in the ring")
            + (held.global ? "; gates read all of the picture" : "") + ". Over all places: " + statistics + "."));
        }

        """#
}
