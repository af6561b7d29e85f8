"""Prints Sources/Output/Figures/ColorTables.swift (PyPI: matplotlib, cmcrameri)."""
import matplotlib
from cmcrameri import cm

print("// Written by Tests/Scripts/color_tables.py; do not edit.\n")
print("/// The anchors and tables of the colour maps, six hexadecimal digits a colour.")
print("enum ColorTables {")
for name, title in (("RdBu", "rdBu"), ("PuOr", "puOr"), ("BrBG", "brBG")):
    data = matplotlib.colormaps[name]._segmentdata
    print(f"    /// ColorBrewer's eleven-class {name} (Cynthia Brewer, Apache-2.0), lowest first.")
    print(f"    static let {title} =")
    text = "".join("".join(f"{round(data[c][i][1] * 255):02x}" for c in ("red", "green", "blue")) for i in range(11))
    print(f'        "{text}"')
for name, map, source in (("vik", cm.vik, "Scientific colour map vik (Fabio Crameri, MIT)"),
                          ("cividis", matplotlib.colormaps["cividis"], "cividis (Nuñez, Anderton and Renslow, CC0)")):
    print(f"    /// {source}, 256 colours.")
    text = "".join("".join(f"{int(round(v * 255)):02x}" for v in map(i)[:3]) for i in range(256))
    lines = [text[i:i + 96] for i in range(0, len(text), 96)]
    print(f"    static let {name} =")
    print('        "' + '"\n        + "'.join(lines) + '"')
print("}")
