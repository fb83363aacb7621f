"""Photos made small and anonymous: nothing is left of when, where and with what they were taken."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

from geo.errors import ParameterError
from geo.storage.photos import BYTES_AT_MOST

UPLOAD_AT_MOST = 12_000_000
"""Bytes of a photo as it comes from a phone."""
SIDE_AT_MOST = 12_000
PIXELS_AT_MOST = {"JPEG": 52_000_000, "PNG": 40_000_000, "WEBP": 12_500_000}
"""By format: a JPEG is read at a fraction of its size, the others whole, a WebP several times over."""
SIDE = 1_600
"""Pixels of the longer side of a photo that is kept."""
STRIP = 256
"""Rows that are worked on at a time before a photo is small."""
QUALITIES = (80, 65, 50, 35)
"""Of the JPEG: the next where the one before is larger than a photo may be."""
HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True)
class Jpeg:
    """A picture as it is kept; ``width`` and ``height`` in pixels."""

    bytes: bytes
    width: int
    height: int


def shrink(content: bytes) -> Jpeg:
    """The photo upright, at most ``SIDE`` pixels long and 1 MB large, as a JPEG of pixels alone: no Exif (so no place,
    time or device), no comment, no colour profile. The same bytes give the same bytes. It takes some 200 MB at most.

    ParameterError, with ``field`` ``photos``: ``casework.photo_large`` for more than ``UPLOAD_AT_MOST`` bytes,
    ``SIDE_AT_MOST`` pixels of one side or ``PIXELS_AT_MOST`` in all, ``casework.photo_heic``, ``casework.photo_broken``
    for what is no JPEG, PNG or WebP, or only a part of one. A PNG that ends well with fewer rows than it says is taken
    as whole, as Pillow does: the rows that are not there are black.
    """
    if len(content) > UPLOAD_AT_MOST:
        raise _large()
    if content[4:8] == b"ftyp" and content[8:12] in HEIC:
        raise ParameterError("casework.photo_heic", field="photos")
    try:
        with Image.open(io.BytesIO(content), formats=tuple(PIXELS_AT_MOST)) as opened:
            most = PIXELS_AT_MOST.get(opened.format or "", PIXELS_AT_MOST["JPEG"])  # MPO: JPEGs in a row
            if max(opened.size) > SIDE_AT_MOST or opened.width * opened.height > most:
                raise _large(most)
            opened.draft("RGB", (SIDE, SIDE))  # a JPEG is read at a fraction of its size, never below this
            opened.load()
            return _kept(ImageOps.exif_transpose(_reduced(opened)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _large() from None
    except ParameterError:
        raise
    except (OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError, struct.error):
        raise ParameterError("casework.photo_broken", field="photos") from None  # the many ways of a broken file


def _large(pixels: int = PIXELS_AT_MOST["JPEG"]) -> ParameterError:
    most = {"most": UPLOAD_AT_MOST // 10**6, "million": f"{pixels / 10**6:g}", "side": SIDE_AT_MOST}
    return ParameterError("casework.photo_large", field="photos", **most)


def _reduced(picture: Image.Image) -> Image.Image:
    """A picture in RGB, with what the file says of it, at a whole fraction of its size, not below twice ``SIDE``; what
    shows through is white. Strip by strip, so that there is never a second one of its size.
    """
    by = max(1, max(picture.size) // (2 * SIDE))
    width, height = (-(-side // by) for side in picture.size)
    found = Image.new("RGB", (width, height))
    through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    for top in range(0, picture.height, STRIP * by):
        strip = picture.crop((0, top, picture.width, min(top + STRIP * by, picture.height)))
        if through:
            strip = strip.convert("RGBA")
            ground = Image.new("RGB", strip.size, "white")
            ground.paste(strip, mask=strip.getchannel("A"))
            strip = ground
        found.paste(strip.convert("RGB").reduce(by), (0, top // by))
    found.info = dict(picture.info)
    return found


def _kept(picture: Image.Image) -> Jpeg:
    """An RGB picture as it is kept."""
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # pixels, and nothing that came with them
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            bare.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= BYTES_AT_MOST:
                return Jpeg(out.getvalue(), bare.width, bare.height)
        bare = bare.reduce(2)  # of what is nothing but noise
