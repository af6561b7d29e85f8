"""Prints Sources/Output/Figures/FontTable.swift from DejaVu Sans (Debian: fonts-dejavu-core; PyPI: fonttools).

Latin with all its additions, phonetic letters, combining marks, Greek, Cyrillic, Armenian, Georgian, Vietnamese, and the
signs of text and mathematics. Scripts that need shaping are not in it.
"""
from fontTools.ttLib import TTFont

folder = "/usr/share/fonts/truetype/dejavu/"
blocks = [(0x20, 0x7E), (0xA0, 0x36F), (0x370, 0x58F), (0x10D0, 0x10FC), (0x1E00, 0x1FFF), (0x2010, 0x2027),
          (0x2030, 0x205E), (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x22FF), (0x25A0, 0x25FF), (0xFFFD, 0xFFFD)]

def runs(file):
    font = TTFont(folder + file)
    cmap, hmtx = font.getBestCmap(), font["hmtx"]
    assert font["head"].unitsPerEm == 2048
    for first, last in blocks:
        run = []
        for c in range(first, last + 2):
            if c <= last and c in cmap:
                run.append(hmtx[cmap[c]][0])
            elif run:
                yield c - len(run), run
                run = []

print("// Written by Tests/Scripts/font_table.py; do not edit.\n")
print("/// Advance widths of DejaVu Sans 2.37 in 1/2048 em: runs of neighbouring code points.")
print("enum FontTable {")
for name, file in (("regular", "DejaVuSans.ttf"), ("bold", "DejaVuSans-Bold.ttf")):
    print(f"    static let {name}: [(first: UInt32, widths: [UInt16])] = [")
    for first, run in runs(file):
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
