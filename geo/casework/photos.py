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
PIXELS_AT_MOST = 60_000_000
SIDE = 1_600
"""Pixels of the longer side of a photo that is kept."""
QUALITIES = (80, 65, 50, 35)
"""Of the JPEG: the next where the one before is larger than a photo may be."""
FORMATS = ("JPEG", "PNG", "WEBP")
HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True)
class Jpeg:
    """A picture as it is kept; ``width`` and ``height`` in pixels."""

    bytes: bytes
    width: int
    height: int


def shrink(content: bytes) -> Jpeg:
    """The photo upright, at most ``SIDE`` pixels long and 1 MB large, as a JPEG of pixels alone: no Exif (so no place,
    time or device), no comment, no colour profile. The same bytes give the same bytes.

    ParameterError, with ``field`` ``photos``: ``casework.photo_large`` for more than ``UPLOAD_AT_MOST`` bytes or
    ``PIXELS_AT_MOST`` pixels, ``casework.photo_heic``, ``casework.photo_broken`` for what is no JPEG, PNG or WebP, or
    only a part of one.
    """
    if len(content) > UPLOAD_AT_MOST:
        raise _large()
    if content[4:8] == b"ftyp" and content[8:12] in HEIC:
        raise ParameterError("casework.photo_heic", field="photos")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS_AT_MOST:
                raise _large()
            opened.draft("RGB", (SIDE, SIDE))  # a JPEG is read at a fraction of its size, never below this
            return _kept(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _large() from None
    except ParameterError:
        raise
    except (OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError, struct.error):
        raise ParameterError("casework.photo_broken", field="photos") from None  # the many ways of a broken file


def _large() -> ParameterError:
    return ParameterError("casework.photo_large", field="photos", most=UPLOAD_AT_MOST // 10**6)


def _kept(picture: Image.Image) -> Jpeg:
    """A picture as it is kept; what shows through is white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    picture = picture.convert("RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    bare = Image.frombytes("RGB", picture.size, picture.tobytes())  # pixels, and nothing that came with them
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            bare.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= BYTES_AT_MOST:
                return Jpeg(out.getvalue(), bare.width, bare.height)
        bare = bare.reduce(2)  # of what is nothing but noise
