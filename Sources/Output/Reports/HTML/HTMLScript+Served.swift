extension HTMLScript {
    /// What the page of a served folder does: it asks its own server, and no other.
    static let served = #"""
        // Rejects with the server's own sentence.
        async function ask(address) {
          const answer = await fetch(address, {cache: "no-store"});
          if (!answer.ok) {
            const words = await answer.text();
            let sentence = words;
            try { sentence = JSON.parse(words).error ?? words; } catch { /* no JSON: the words themselves */ }
            throw new Error(sentence);
          }
          return answer;
        }
        const coded = encodeURIComponent;
        const field = id => byId(id).value;
        let folder = {networks: [], pictures: [], notes: []}, told = "", seen = null, choosing = 0, drawing = 0;

        // The choices of a select; what was chosen stays where it still is.
        function fill(id, choices) {
          const select = byId(id), old = select.value;
          select.replaceChildren(...choices.map(([value, text]) => make("option", text, {value})));
          if (choices.some(([value]) => value === old)) select.value = old;
        }
        function row(entry) {
          const row = make("tr", "", {"data-network": entry.name}), name = make("td");
          name.append(make("a", entry.name, {href: "/report?network=" + coded(entry.name)}));
          if (seen && !seen.has(entry.name)) name.append(" ", make("b", "new"));
          row.append(name, make("td", new Date(entry.modified).toLocaleString(), {"data-v": entry.modified}),
            make("td", entry.bytes.toLocaleString("en"), {class: "n", "data-v": entry.bytes}));
          return row;
        }
        function update(next) {
          const before = folder.networks.find(entry => entry.name === field("network"));
          folder = next;
          byId("networks").tBodies[0].replaceChildren(...folder.networks.map(row));
          seen ??= new Set(folder.networks.map(entry => entry.name));
          fill("network", folder.networks.map(entry => [entry.name, entry.name]));
          fill("picture", folder.pictures.map(name => [name, name]));
          measure();
          const after = folder.networks.find(entry => entry.name === field("network"));
          // Another network, or another version of it.
          if (after && (after.name !== before?.name || after.modified !== before.modified || after.bytes !== before.bytes))
            choose();
        }
        async function poll() {
          try {
            const words = await (await ask("networks.json")).text();
            if (words !== told) {
              update(JSON.parse(words));
              told = words;
            }
            const count = folder.networks.length;
            byId("state").textContent = [count === 0 ? "No checkpoint yet" : count === 1 ? "1 checkpoint" : count + " checkpoints",
              ...folder.notes].join("; ") + ".";
          } catch (error) {
            byId("state").textContent = "The server does not answer (" + error.message + ").";
          }
          setTimeout(poll, 2000);
        }

        // A network was chosen: its layers, then a figure.
        async function choose() {
          const name = field("network"), turn = ++choosing;
          if (!name) return;
          byId("drawn").textContent = "Reading " + name + " …";
          try {
            const {layers} = await (await ask("layers.json?network=" + coded(name))).json();
            if (turn !== choosing) return;
            fill("layer", layers.map(layer => [String(layer.number), layer.label]));
            draw();
          } catch (error) {
            if (turn === choosing) fail(++drawing, error);
          }
        }
        function fail(turn, error) {
          if (turn !== drawing) return;
          byId("figure").hidden = true;
          byId("drawn").textContent = error.message;
        }
        async function draw() {
          const turn = ++drawing, kind = byId("kind").selectedOptions[0], image = byId("figure"), name = field("network");
          byId("layer-field").hidden = kind.dataset.layer !== "true";
          byId("picture-field").hidden = kind.dataset.picture !== "true";
          if (!name) return;
          let address = "figure.svg?kind=" + coded(kind.value) + "&network=" + coded(name);
          if (kind.dataset.layer === "true") address += "&layer=" + coded(field("layer"));
          if (kind.dataset.picture === "true") {
            if (!field("picture")) return fail(turn, new Error("No picture (PNG or JPEG) in the folder; --images names another."));
            address += "&picture=" + coded(field("picture"));
          }
          byId("drawn").textContent = "Drawing …";
          try {
            const blob = await (await ask(address)).blob();
            if (turn !== drawing) return;
            const old = image.src;
            image.src = URL.createObjectURL(blob);
            if (old) URL.revokeObjectURL(old);
            image.alt = kind.textContent + " of " + name;
            image.hidden = false;
            byId("drawn").textContent = image.alt + ".";
          } catch (error) {
            fail(turn, error);
          }
        }
        byId("network").addEventListener("input", choose);
        for (const id of ["kind", "layer", "picture"]) byId(id).addEventListener("input", draw);
        poll();

        """#
}
