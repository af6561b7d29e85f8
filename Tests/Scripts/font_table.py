"""Prints Sources/Output/Figures/FontTable.swift from DejaVu Sans (Debian: fonts-dejavu-core; PyPI: fonttools).

Latin with all its additions, phonetic letters, combining marks, Greek, Cyrillic, Armenian, Georgian, Vietnamese, and the
signs of text and mathematics. Scripts that need shaping are not in it.
"""
from fontTools.ttLib import TTFont

folder = "/usr/share/fonts/truetype/dejavu/"
blocks = [(0x20, 0x7E), (0xA0, 0x36F), (0x370, 0x58F), (0x10D0, 0x10FC), (0x1E00, 0x1FFF), (0x2010, 0x2027),
          (0x2030, 0x205E), (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x22FF), (0x25A0, 0x25FF), (0xFFFD, 0xFFFD)]

# A width is two letters of base 64 (RFC 4648), the higher six bits first: all are below 4096.
letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

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

def packed(widths):
    assert max(widths) < 4096
    return "".join(letters[w >> 6] + letters[w & 63] for w in widths)

print("// Written by Tests/Scripts/font_table.py; do not edit.\n")
print("/// Advance widths of DejaVu Sans 2.37 in 1/2048 em: a line is the first code point of a run of neighbours, in")
print("/// hexadecimal, and their widths, each two letters of base 64, the higher six bits first.")
print("enum FontTable {")
for name, file in (("regular", "DejaVuSans.ttf"), ("bold", "DejaVuSans-Bold.ttf")):
    print(f'    static let {name} = """')
    for first, run in runs(file):
        for start in range(0, len(run), 50):
            print(f"        {first + start:X} {packed(run[start:start + 50])}")
    print('        """')
print("}")
