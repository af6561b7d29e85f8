"""Small JPEG pictures of every kind that the reader knows, for inputs that are nearly right: a few hundred bytes each.

python make_seeds.py ../../../Weights/cat.jpg (Pillow)
"""

import sys

from PIL import Image

with Image.open(sys.argv[1]) as cat:
    picture = cat.convert("RGB").resize((24, 17))
exif = Image.Exif()
exif[0x0112] = 6  # Orientation: a quarter turn
kinds = {
    "baseline": (picture, {"subsampling": 2}),
    "full": (picture, {"subsampling": 0, "exif": exif}),
    "progressive": (picture, {"progressive": True, "subsampling": 1}),
    "restarts": (picture, {"restart_marker_blocks": 2, "subsampling": 2}),
    "grey": (picture.convert("L"), {"optimize": True}),
    "cmyk": (picture.convert("CMYK"), {}),
}
for name, (image, options) in kinds.items():
    image.save(f"{name}.jpg", quality=50, **options)
