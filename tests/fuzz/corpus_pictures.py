"""Small pictures of every kind that is taken, files of kinds that never are, and pictures made to do harm."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

from tests.fakes.pictures import encoded, exif_of, png_chunk, png_of, png_with
from tests.fuzz.mutation import MEAN_TEXTS

Make = Callable[[], bytes]

TOKENS = (
    *(
        b"IHDR",
        b"IDAT",
        b"IEND",
        b"PLTE",
        b"tRNS",
        b"iCCP",
        b"zTXt",
        b"iTXt",
        b"tEXt",
        b"eXIf",
        b"acTL",
        b"fcTL",
    ),
    *(
        b"fdAT",
        b"gAMA",
        b"cHRM",
        b"sBIT",
        b"pHYs",
        b"\xff\xd8",
        b"\xff\xd9",
        b"\xff\xda",
        b"\xff\xc0",
        b"\xff\xc2",
    ),
    *(
        b"\xff\xc4",
        b"\xff\xdb",
        b"\xff\xdd",
        b"\xff\xe1",
        b"\xff\xe2",
        b"\xff\xee",
        b"\xff\xd0",
        b"Exif\0\0",
        b"MPF\0",
    ),
    *(
        b"ICC_PROFILE\0\x01\x01",
        b"Adobe\0",
        b"RIFF",
        b"WEBP",
        b"VP8 ",
        b"VP8L",
        b"VP8X",
        b"ALPH",
        b"ANIM",
        b"ANMF",
    ),
    *(
        b"ICCP",
        b"XMP ",
        b"ftypheic",
        b"ftypavif",
        b"ftypavis",
        b"ftypmif1",
        b"meta",
        b"iloc",
        b"iinf",
        b"iprp",
    ),
    *(
        b"ispe",
        b"irot",
        b"imir",
        b"clap",
        b"grid",
        b"iref",
        b"auxC",
        b"colr",
        b"mdat",
        b"idat",
        b"hvcC",
        b"av1C",
    ),
    *(
        b"II*\0",
        b"MM\0*",
        b"II+\0",
        b"GIF89a",
        b"!\xff\x0bNETSCAPE2.0",
        b"!\xf9\x04",
        b"BM",
        b"P6\n",
        b"P5\n",
    ),
    *(
        b"65535\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\xc5\xd0\xd3\xc6",
        b"%PDF-1.4",
        b"\xd7\xcd\xc6\x9a",
        b"8BPS",
    ),
)


def painted(mode: str = "RGB", size: tuple[int, int] = (40, 30), seed: int = 5) -> Image.Image:
    """Return a small picture of noise and a ramp."""
    noise = Image.frombytes("RGB", (8, 8), Random(seed).randbytes(192)).resize(size)
    return noise.convert(mode) if mode not in {"LA", "RGBA"} else _with_ramp(noise, mode)


def _with_ramp(noise: Image.Image, mode: str) -> Image.Image:
    image = noise.convert(mode)
    image.putalpha(Image.linear_gradient("L").resize(noise.size))
    return image


def _deep(mode: str) -> Image.Image:
    size = (20, 16)
    width = {"I;16": 2, "I": 4, "F": 4}[mode]
    return Image.frombytes(mode, size, bytes(byte & 0x3F for byte in Random(9).randbytes(320 * width)))


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _exif() -> bytes:
    exif = exif_of(6)
    exif[0x8825] = {1: "N", 2: (1.0, 2.0, 3.0)}
    exif[0x010F] = "maker"
    return exif.tobytes()


def _frames(kind: str, count: int = 3, **options: Any) -> bytes:
    pictures = [painted(seed=number) for number in range(count)]
    return encoded(pictures[0], kind, save_all=True, append_images=pictures[1:], **options)


GOOD: Mapping[str, Make] = {
    "rgb.png": lambda: encoded(painted(), "PNG"),
    "palette.png": lambda: encoded(painted().quantize(16), "PNG", transparency=3),
    "alpha.png": lambda: encoded(painted("RGBA"), "PNG"),
    "grey-alpha.png": lambda: encoded(painted("LA"), "PNG"),
    "bits.png": lambda: encoded(painted("1"), "PNG"),
    "deep.png": lambda: encoded(_deep("I;16"), "PNG"),
    "told.png": lambda: encoded(painted(), "PNG", exif=_exif(), icc_profile=_profile()),
    "frames.png": lambda: _frames("PNG"),
    "woven.png": lambda: _woven(),
    "plain.jpg": lambda: encoded(painted(), "JPEG"),
    "progressive.jpg": lambda: encoded(
        painted(), "JPEG", progressive=True, exif=_exif(), icc_profile=_profile()
    ),
    "restarts.jpg": lambda: encoded(painted(size=(64, 64)), "JPEG", restart_marker_rows=1),
    "grey.jpg": lambda: encoded(painted("L"), "JPEG"),
    "cmyk.jpg": lambda: encoded(painted("CMYK"), "JPEG"),
    "preview.jpg": lambda: _frames("MPO"),
    "lossy.webp": lambda: encoded(painted(), "WEBP", exif=_exif()),
    "lossless.webp": lambda: encoded(painted("RGBA"), "WEBP", lossless=True),
    "alpha.webp": lambda: encoded(painted("RGBA"), "WEBP"),
    "frames.webp": lambda: _frames("WEBP"),
    "plain.gif": lambda: encoded(painted("P"), "GIF"),
    "frames.gif": lambda: _frames("GIF"),
    "plain.bmp": lambda: encoded(painted(), "BMP"),
    "palette.bmp": lambda: encoded(painted("P"), "BMP"),
    "bare.bmp": lambda: encoded(painted(), "DIB") + bytes(64),
    "packed.bmp": lambda: _packed_bitmap(),
    "plain.tif": lambda: encoded(painted(), "TIFF", exif=_exif()),
    "lzw.tif": lambda: encoded(painted(), "TIFF", compression="tiff_lzw"),
    "deflate.tif": lambda: encoded(painted("RGBA"), "TIFF", compression="tiff_deflate"),
    "jpeg.tif": lambda: encoded(painted(), "TIFF", compression="jpeg"),
    "bits.tif": lambda: encoded(painted("1"), "TIFF", compression="group4"),
    "packbits.tif": lambda: encoded(painted("L"), "TIFF", compression="packbits"),
    "pages.tif": lambda: _frames("TIFF"),
    "deep.tif": lambda: encoded(_deep("I;16"), "TIFF"),
    "wide.tif": lambda: encoded(_deep("I"), "TIFF"),
    "fractions.tif": lambda: encoded(_deep("F"), "TIFF"),
    "cmyk.tif": lambda: encoded(painted("CMYK"), "TIFF"),
    "big.tif": lambda: encoded(painted(), "TIFF", big_tiff=True),
    "plain.heic": lambda: encoded(painted(), "HEIF"),
    "alpha.heic": lambda: encoded(painted("RGBA"), "HEIF"),
    "plain.avif": lambda: encoded(painted(), "AVIF", exif=_exif()),
    "frames.avif": lambda: _frames("AVIF"),
    "plain.ppm": lambda: encoded(painted(), "PPM"),
    "text.ppm": lambda: b"P3\n# a comment\n2 2\n255\n" + b"1 2 3 " * 4,
    "bits.pbm": lambda: b"P1\n4 4\n" + b"0 1 1 0 " * 4,
    "deep.pgm": lambda: b"P5\n4 4\n65535\n" + bytes(range(32)),
}
"""Pictures as they should be."""


def _woven() -> bytes:
    """Return an interlaced PNG of 8 by 8 pixels of grey."""
    sizes = ((1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4))
    rows = b"".join(b"\0" + bytes(range(width)) for width, height in sizes for _ in range(height))
    content = bytearray(png_of(8, 8, 8, 0, rows))
    content[28] = 1
    return with_sums(bytes(content))


def _packed_bitmap() -> bytes:
    """Return a bitmap of 8 by 8 pixels whose rows are runs, with a jump and an end."""
    palette = bytes(range(256)) * 4
    rows = b"\x08\x01\0\0" * 6 + b"\0\x02\x02\x01\x04\x03\0\0\0\x01"
    header = struct.pack("<IiiHHIIiiII", 40, 8, 8, 1, 8, 1, len(rows), 0, 0, 256, 0)
    at = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", at + len(rows), 0, 0, at) + header + palette + rows


def with_sums(content: bytes) -> bytes:
    """Return a PNG whose chunks have right checksums, as far as they can be followed."""
    changed, at = bytearray(content), 8
    while at + 12 <= len(changed):
        length = int.from_bytes(changed[at : at + 4], "big")
        end = at + 8 + length
        if end + 4 > len(changed):
            break
        changed[end : end + 4] = zlib.crc32(changed[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return bytes(changed)


_SCRIPT = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\n/f (ran) (w) file def "
    b"f (x) writestring f closefile\nshowpage\n%%EOF\n"
)

FOREIGN: Mapping[str, Make] = {
    "script named .png": lambda: _SCRIPT,
    "script with a preview": lambda: (
        b"\xc5\xd0\xd3\xc6" + struct.pack("<6IH", 30, len(_SCRIPT), 0, 0, 0, 0, 0xFFFF) + _SCRIPT
    ),
    "script behind blanks": lambda: b"\n  " + _SCRIPT,
    "script in a PNG": lambda: encoded(painted(), "PNG") + _SCRIPT,
    "script as a PPM": lambda: b"P6\n" + _SCRIPT,
    "script as a WebP": lambda: b"RIFF" + struct.pack("<I", len(_SCRIPT) + 4) + b"WEBP" + _SCRIPT,
    "pdf": lambda: b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/Launch/F(ran)>>>>endobj\n",
    "wmf": lambda: b"\xd7\xcd\xc6\x9a\0\0" + struct.pack("<hhhhHIH", 0, 0, 99, 99, 96, 0, 0) + bytes(64),
    "emf": lambda: struct.pack("<II", 1, 88) + bytes(32) + b" EMF" + bytes(64),
    "psd": lambda: b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 3, 8, 8, 8, 3) + bytes(64),
    "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "icon": lambda: encoded(painted(size=(16, 16)), "ICO"),
    "icons of macOS": lambda: encoded(painted(size=(16, 16)), "ICNS"),
    "jpeg 2000": lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(64),
    "fits": lambda: b"SIMPLE  =                    T" + b" " * 2850,
    "im": lambda: encoded(painted(), "IM"),
    "pcx": lambda: encoded(painted(), "PCX"),
    "sgi": lambda: encoded(painted(), "SGI"),
    "tga": lambda: encoded(painted(), "TGA"),
    "spider": lambda: encoded(painted("F"), "SPIDER"),
    "xbm": lambda: encoded(painted("1"), "XBM"),
    "xpm": lambda: b'/* XPM */\nstatic char *x[] = {"1 1 1 1", "a c #000000", "a"};',
    "dds": lambda: encoded(painted(), "DDS"),
    "blp": lambda: encoded(painted("P"), "BLP"),
    "fli": lambda: struct.pack("<IHHHHHH", 128, 0xAF12, 1, 8, 8, 8, 3) + bytes(128),
    "mpeg": lambda: b"\0\0\x01\xb3\x02\x80\x1e0" + bytes(64),
    "camera's raw": lambda: b"FUJIFILMCCD-RAW " + bytes(200),
    "iptc": lambda: b"\x1c\x02\x78\0\x05hello" * 9,
    "gd": lambda: b"\xff\xfe" + struct.pack(">HH", 8, 8) + bytes(1100),
    "picture of Kodak": lambda: bytes(2048) + b"PCD_" + bytes(800_000),
    "nothing": lambda: b"",
}
"""What Pillow knows or systems call a picture, and is none here."""


def _bombs() -> Mapping[str, Make]:
    huge = encoded(painted(), "JPEG")
    frame = huge.index(b"\xff\xc0")
    return {
        "text bomb": lambda: png_with(
            GOOD["rgb.png"](), png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(90_000_000)))
        ),
        "profile bomb": lambda: png_with(
            GOOD["rgb.png"](), png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(90_000_000)))
        ),
        "many texts": lambda: png_with(
            GOOD["rgb.png"](), *[png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000)))] * 300
        ),
        "pixel bomb": lambda: png_of(15_000, 15_000, 1, 0, (b"\0" + bytes(1_875)) * 15_000),
        "wider than all": lambda: png_of(2**31 - 1, 1, 8, 2, b"\0"),
        "of no size": lambda: png_of(0, 0, 8, 2, b""),
        "large and empty": lambda: png_of(15_500, 15_500, 8, 2, b"\0"),
        "lying jpeg": lambda: huge[: frame + 5] + struct.pack(">HH", 65_500, 65_500) + huge[frame + 9 :],
        "tall jpeg": lambda: huge[: frame + 5] + struct.pack(">HH", 65_500, 8) + huge[frame + 9 :],
        "many scans": lambda: _many_scans(),
        "many frames": lambda: _frames("GIF", 300),
        "lying frames": lambda: _lying_frames(),
        "large canvas": lambda: (
            b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0xF7, 0, 0) + bytes(768) + b","
        ),
        "many canvases": lambda: _many_canvases(),
        "webp canvas": lambda: _webp_canvas(),
        "tiff loop": lambda: _tiff_loop(),
        "many pages": lambda: _many_pages(30_000),
        "tiff of many strips": lambda: _tiff_entry(0x0111, 4, 0x0FFFFFFF),
        "tiff of wide samples": lambda: _tiff_entry(0x0102, 3, 0xFFFF),
        "bitmap upside": lambda: (
            b"BM" + bytes(8) + struct.pack("<IIiiHHI", 54, 40, 15_000, -(2**31), 1, 24, 0) + bytes(99)
        ),
        "long run of a bitmap": lambda: _long_run(),
        "huge ppm": lambda: b"P6\n99999999999999999999 1\n255\n",
        "long number in a ppm": lambda: b"P3\n2 2\n255\n" + b"1" * 1_000_000,
        "long comment in a ppm": lambda: b"P6\n#" + b"x" * 3_000_000,
        "heif of nothing": lambda: struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(5_000),
        "avif of nothing": lambda: struct.pack(">I", 24) + b"ftypavif\0\0\0\0mif1avif" + bytes(5_000),
        "mean texts": lambda: _mean_texts(),
        "orientations": lambda: encoded(painted(), "JPEG", exif=exif_of(9).tobytes()),
        "exif of itself": lambda: _exif_loop(),
    }


def _many_scans() -> bytes:
    """Return a progressive JPEG that repeats its first scan for ever so long."""
    content = encoded(painted(size=(512, 512)), "JPEG", progressive=True)
    begin = content.index(b"\xff\xda")
    end = content.index(b"\xff", begin + 12)
    return content[:end] + content[begin:end] * 3_000 + content[end:]


def _lying_frames() -> bytes:
    content = _frames("PNG")
    at = content.index(b"acTL")
    return with_sums(content[: at + 4] + struct.pack(">I", 2**31 - 1) + content[at + 8 :])


def _many_canvases() -> bytes:
    """Return a GIF with frames that each cover 60 megapixels in a few bytes."""
    head = b"GIF89a" + struct.pack("<HHBBB", 8_000, 7_500, 0xF7, 0, 0) + bytes(768)
    frame = b"!\xf9\x04\x08\0\0\0\0," + struct.pack("<HHHHB", 0, 0, 8_000, 7_500, 0) + b"\x08\x01\0\0"
    return head + frame * 400 + b";"


def _webp_canvas() -> bytes:
    content = bytearray(_frames("WEBP"))
    content[24:30] = b"\xff\x3f\0\xff\x3f\0"
    return bytes(content)


def _tiff_loop() -> bytes:
    content = bytearray(encoded(painted(), "TIFF"))
    start = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, start)[0]
    struct.pack_into("<I", content, start + 2 + 12 * count, start)
    return bytes(content)


def _many_pages(count: int) -> bytes:
    """Return a TIFF whose first page is followed by others in a few bytes each."""
    content = bytearray(encoded(painted("L"), "TIFF"))
    start = struct.unpack_from("<I", content, 4)[0]
    end = start + 2 + 12 * struct.unpack_from("<H", content, start)[0]
    page = bytes(content[start:end])
    struct.pack_into("<I", content, end, len(content))
    places = (len(content) + number * (len(page) + 4) for number in range(1, count + 1))
    pages = [
        page + struct.pack("<I", place if number < count else 0) for number, place in enumerate(places, 1)
    ]
    return b"".join((bytes(content), *pages))


def _tiff_entry(tag: int, kind: int, count: int) -> bytes:
    content = bytearray(encoded(painted(), "TIFF"))
    start = struct.unpack_from("<I", content, 4)[0]
    for at in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", content, start)[0], 12):
        if struct.unpack_from("<H", content, at)[0] == tag:
            struct.pack_into("<HI", content, at + 2, kind, count)
    return bytes(content)


def _long_run() -> bytes:
    content = _packed_bitmap()
    rows = b"\0\x02\xff\xff" * 100_000
    header = struct.pack("<IiiHHIIiiII", 40, 15_000, 15_000, 1, 8, 1, len(rows), 0, 0, 256, 0)
    return content[:14] + header + content[54 : 54 + 1024] + rows


def _mean_texts() -> bytes:
    words = PngImagePlugin.PngInfo()
    for number, text in enumerate(MEAN_TEXTS):
        words.add_text(f"prompt{number}", text.decode("latin-1"))
    return encoded(painted(), "PNG", pnginfo=words)


def _exif_loop() -> bytes:
    """Return a JPEG whose metadata lead to a directory that is the first one again."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    block = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 8)
    return encoded(painted(), "JPEG", exif=block)


HARMFUL: Mapping[str, Make] = _bombs()
"""Pictures made to take all memory or time, or to confuse."""


@cache
def good_files() -> tuple[tuple[str, bytes], ...]:
    """Return the good pictures that can be made here, with their names."""
    return tuple((name, make()) for name, make in GOOD.items())


def image_bytes(image: Image.Image, kind: str = "PNG") -> bytes:
    """Return the file of a picture in memory."""
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()
