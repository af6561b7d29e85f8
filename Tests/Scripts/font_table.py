"""Prints Sources/Output/Figures/FontTable.swift from DejaVu Sans (Debian: fonts-dejavu-core; PyPI: fonttools)."""
from fontTools.ttLib import TTFont

folder = "/usr/share/fonts/truetype/dejavu/"
ranges = [(0x20, 0x7E), (0xA0, 0xFF), (0x391, 0x3C9), (0x2010, 0x2026), (0x2032, 0x2033), (0x2070, 0x2089),
          (0x2190, 0x2193), (0x2202, 0x2202), (0x2206, 0x2206), (0x2208, 0x2208), (0x2211, 0x2212), (0x221A, 0x221A),
          (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25A0, 0x25A0), (0x25CF, 0x25CF)]

def widths(file):
    font = TTFont(folder + file)
    cmap, hmtx = font.getBestCmap(), font["hmtx"]
    assert font["head"].unitsPerEm == 2048
    for first, last in ranges:
        yield first, [hmtx[cmap[c]][0] if c in cmap else hmtx[".notdef"][0] for c in range(first, last + 1)]

print("// Written by Tests/Scripts/font_table.py; do not edit.\n")
print("/// Advance widths of DejaVu Sans 2.37 in 1/2048 em: runs of neighbouring code points.")
print("enum FontTable {")
for name, file in (("regular", "DejaVuSans.ttf"), ("bold", "DejaVuSans-Bold.ttf")):
    print(f"    static let {name}: [(first: UInt32, widths: [UInt16])] = [")
    for first, run in widths(file):
        items = [str(w) for w in run]
        print(f"        (\n            0x{first:X},\n            [")
        line = ""
        for item in items:
            if len(line) + len(item) + 2 > 100:
                print("                " + line.strip()); line = ""
            line += item + ", "
        print("                " + line.strip() + "\n            ]\n        ),")
    print("    ]")
print("}")
