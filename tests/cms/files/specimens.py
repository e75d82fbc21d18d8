"""Files as people really bring them, and as somebody who means harm would: all made here, none kept in the repository."""

import functools
import io
import struct
import warnings
import zipfile
import zlib

from PIL import Image

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def archive(entries, *, compression=zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of `entries`, (name, bytes) pairs; the same name may come twice."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", compression) as zipped:
        warnings.simplefilter("ignore", UserWarning)  # "Duplicate name"
        for name, data in entries:
            entry = zipfile.ZipInfo(name)  # of 1980: the bytes stand in names of tests, and every worker must name them alike
            entry.compress_type = compression
            zipped.writestr(entry, data)
    return out.getvalue()


def office(main="word/document.xml", *more) -> bytes:
    """The least that passes for an Office file, with `more` entries in it."""
    return archive([("[Content_Types].xml", CONTENT_TYPES), (main, b"<document/>"), *more])


def picture(image_format="PNG", size=(8, 6), mode="RGB", **saving) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, image_format, **saving)
    return out.getvalue()


def two_coloured(size=(40, 20)) -> Image.Image:
    """Red on the left, blue on the right: one sees which way up it is."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def photograph(image_format="JPEG", *, orientation=6, **saving) -> bytes:
    """A picture as a telephone writes it: turned by its orientation mark, with the make of the camera and the place."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "Telephone maker"
    exif.get_ifd(GPS).update({1: "N", 2: (34.0, 2.0, 0.0)})
    out = io.BytesIO()
    two_coloured().save(out, image_format, exif=exif, **saving)
    return out.getvalue()


def half_a_picture(image_format) -> bytes:
    """What an interrupted copy leaves: the header is whole, the pixels are not."""
    out = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(out, image_format)
    return out.getvalue()[: out.tell() // 2]


def double_photograph() -> bytes:
    """A JPEG with a second picture behind the first (MPO), as many telephones write them."""
    out = io.BytesIO()
    image = two_coloured()
    image.save(out, "MPO", save_all=True, append_images=[image])
    return out.getvalue()


def animation(frames: int, size: tuple[int, int], image_format="GIF") -> bytes:
    pictures = [Image.new("L", size, number * 40) for number in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, image_format, save_all=True, append_images=pictures[1:])
    return out.getvalue()


@functools.cache
def vast_png(width=12_000, height=10_000, *, rows=10_000) -> bytes:
    """A PNG of 120 million pixels in 350 KB, written as a stream: unpacked it is 360 MB. `rows` of them are really there."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(6)
    hundred = bytes(100 * (1 + 3 * width))
    packed = b"".join(packer.compress(hundred) for _ in range(rows // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
