"""Prints the numbers of ImagesTests with Pillow: python3 image_expectations.py [folder of photographs]."""
import io, sys
import numpy as np
from PIL import Image

w, h = 16, 11
a = np.array([[[(37 * x + 11 * y + 53 * c + x * y * (c + 3)) % 256 for c in range(3)] for x in range(w)] for y in range(h)], np.uint8)
im = Image.fromarray(a)
for name, f in (("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC)):
    for size in ((5, 4), (20, 13)):
        r = np.asarray(im.resize(size, f))
        print(name, size, r.ravel()[:60].tolist(), int(r.astype(int).sum()))

def show(name, im):
    b = io.BytesIO(); im.save(b, "PNG"); print(name, b.getvalue().hex())

p = Image.fromarray(np.array([[0, 1], [2, 3]], np.uint8), "P"); p.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7])
show("palette", p)
show("grey+alpha", Image.fromarray(np.array([[[10, 0], [200, 128]]], np.uint8), "LA"))
show("rgba", Image.fromarray(np.array([[[1, 2, 3, 0], [250, 100, 50, 77]]], np.uint8), "RGBA"))
show("16-bit grey", Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)))
b = io.BytesIO(); Image.fromarray(np.full((8, 8, 4), (10, 60, 120, 30), np.uint8), "CMYK").save(b, "JPEG", quality=95)
print("cmyk", b.getvalue().hex(), np.asarray(Image.open(b).convert("RGB"))[0, 0])
b = io.BytesIO(); Image.fromarray(np.full((8, 8), 77, np.uint8)).save(b, "JPEG", quality=95)
print("grey jpeg", b.getvalue().hex(), np.asarray(Image.open(b).convert("RGB"))[0, 0])
if len(sys.argv) > 1:
    for file in ("n01440764_tench.JPEG", "n03532672_hook.JPEG", "n03240683_drilling_platform.JPEG"):
        im = Image.open(sys.argv[1] + "/" + file).convert("RGB")
        W, H = im.size
        s = (256, int(256 * H / W)) if W < H else (int(256 * W / H), 256)
        for f in (Image.BILINEAR, Image.BICUBIC):
            r = im.resize(s, f); l, t = round((s[0] - 224) / 2), round((s[1] - 224) / 2)
            c = np.asarray(r.crop((l, t, l + 224, t + 224))).astype(int)
            print(file, im.size, f, c.sum((0, 1)).tolist(), c[0, 0].tolist(), c[111, 57].tolist(), c[223, 223].tolist())
