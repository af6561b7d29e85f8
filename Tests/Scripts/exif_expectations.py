"""Prints the fixtures of ImageOrientationTests with Pillow: python3 exif_expectations.py."""
import io
import numpy as np
from PIL import Image, ImageOps

pixels = np.array([[[60 * y + 20 * x + c for c in range(3)] for x in range(3)] for y in range(2)], np.uint8)
print("stored", pixels.ravel().tolist())
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[274] = orientation
    b = io.BytesIO()
    Image.fromarray(pixels).save(b, "PNG", exif=exif)
    seen = ImageOps.exif_transpose(Image.open(b)).convert("RGB")
    # The red samples alone tell the pixels apart.
    print(orientation, b.getvalue().hex(), seen.size, np.asarray(seen)[:, :, 0].ravel().tolist())

# A JPEG without EXIF, 24×16: the tests put their own segments behind its first marker.
ramp = np.array([[[10 * x, 15 * y, 5 * (x + y)] for x in range(24)] for y in range(16)], np.uint8)
b = io.BytesIO()
Image.fromarray(ramp).save(b, "JPEG", quality=95, subsampling=0)
jpeg = b.getvalue()
print("jpeg", jpeg.hex())


def segment(body):
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


def exif(order, orientation):
    n = lambda value, count: value.to_bytes(count, "little" if order == "II" else "big")
    return b"Exif\0\0" + order.encode() + n(42, 2) + n(8, 4) + n(1, 2) + n(274, 2) + n(3, 2) + n(1, 4) + n(orientation, 2) + b"\0" * 6


for order in ("II", "MM"):
    for orientation in range(1, 9):
        file = jpeg[:2] + segment(exif(order, orientation)) + jpeg[2:]
        seen = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")
        a = np.asarray(seen)
        print(order, orientation, seen.size, a[0, 0].tolist(), a[0, -1].tolist(), a[-1, 0].tolist())
xmp = b'http://ns.adobe.com/xap/1.0/\0<rdf:Description tiff:Orientation="8"/>'
print("xmp", ImageOps.exif_transpose(Image.open(io.BytesIO(jpeg[:2] + segment(xmp) + jpeg[2:]))).size)
