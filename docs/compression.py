"""The sizes of black-and-white or grey images under common compressors, in bits per pixel.

Usage: python3 docs/compression.py IMAGES.idx

IMAGES.idx is what `vae-tui decompress ... -o IMAGES.idx` writes. Needs Pillow, and gzip, bzip2, xz and zstd on the path.
Images that have no other values than 0 and one other are black and white: eight of their pixels make a byte before gzip,
bzip2, xz and zstd see them, and they are PNG and WebP files of two colours. PNG and WebP are measured twice: as one file per
image, and as one picture of all images side by side.
"""

import io
import subprocess
import sys

from PIL import Image

COMPRESSORS = {
    "gzip -9": ["gzip", "-9", "-n", "-c"],
    "bzip2 -9": ["bzip2", "-9", "-c"],
    "xz -9e": ["xz", "-9e", "-c"],
    "zstd --ultra -22": ["zstd", "--ultra", "-22", "-q", "-c"],
}
PICTURES = {
    "PNG": {"format": "PNG", "optimize": True},
    "WebP, lossless": {"format": "WEBP", "lossless": True, "quality": 100, "method": 6},
}


def read_idx(path):
    """The count, height, width and pixels of an IDX file of images."""
    with open(path, "rb") as file:
        content = file.read()
    sizes = [int.from_bytes(content[place : place + 4], "big") for place in (4, 8, 12)]
    if content[:4] != b"\0\0\x08\x03" or len(content) != 16 + sizes[0] * sizes[1] * sizes[2]:
        sys.exit(f"{path} is not an IDX file of images")
    return (*sizes, content[16:])


def eight_in_a_byte(pixels):
    """Black and white as bits, the first pixel highest."""
    return Image.frombytes("L", (len(pixels), 1), pixels.translate(bytes([0]) + bytes([255]) * 255)).convert("1").tobytes()


def picture_size(pixels, width, height, is_black_and_white, options):
    """The bytes of one picture."""
    picture = Image.frombytes("L", (width, height), pixels)
    if is_black_and_white and options["format"] == "PNG":
        picture = picture.convert("1", dither=Image.Dither.NONE)
    file = io.BytesIO()
    picture.save(file, **options)
    return file.tell()


def side_by_side(count, height, width, pixels):
    """All images in rows of a hundred: their pixels, and the width and height of the picture."""
    columns = min(count, 100)
    rows = -(-count // columns)
    picture = bytearray(rows * height * columns * width)
    for image in range(count):
        for row in range(height):
            place = ((image // columns * height + row) * columns + image % columns) * width
            picture[place : place + width] = pixels[(image * height + row) * width :][:width]
    return bytes(picture), columns * width, rows * height


def main():
    count, height, width, pixels = read_idx(sys.argv[1])
    values = set(pixels)
    is_black_and_white = len(values - {0}) <= 1
    white = bytes([0]) + bytes([255]) * 255
    pixels = pixels.translate(white) if is_black_and_white else pixels
    whole = eight_in_a_byte(pixels) if is_black_and_white else pixels
    print(f"{count} images of {height} x {width} pixels, {'black and white' if is_black_and_white else 'grey'}")

    def line(name, size):
        print(f"{name:32} {size:10} bytes {8 * size / len(pixels):8.4f} bits per pixel", flush=True)

    for name, command in COMPRESSORS.items():
        line(name, len(subprocess.run(command, input=whole, stdout=subprocess.PIPE, check=True).stdout))
    size = height * width
    for name, options in PICTURES.items():
        images = (pixels[image * size : (image + 1) * size] for image in range(count))
        line(f"{name}, a file per image", sum(picture_size(image, width, height, is_black_and_white, options) for image in images))
        line(f"{name}, one picture of all", picture_size(*side_by_side(count, height, width, pixels), is_black_and_white, options))


if __name__ == "__main__":
    main()
