//! A folder of images: PNG, JPEG, PNM, WebP and TIFF files, in the order of their names.
//!
//! A subfolder is a label. Subfolders that are called as sets are (`train`, `test`) are the split, and may have subfolders
//! themselves. What is hidden is no image, nor is what has no ending of an image. All heads are read before the first image is decoded:
//! sizes and kinds of pixels are known, and checked, before memory is taken for them. Every image is decoded once, on all cores;
//! the pixels of many are then in a file instead of memory.

use std::collections::HashMap;
use std::fs::read_dir;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use image::imageops::{FilterType, resize};
use image::metadata::Orientation;
use image::{
    DynamicImage, GrayImage, ImageBuffer, ImageDecoder, ImageReader, Limits, Luma, Pixel, Rgb, RgbImage,
};
use rayon::prelude::*;

use super::sets::Set;
use super::text::NO_LABEL;
use crate::choices::Choose;
use crate::data::found::check_size;
use crate::data::spill::Spill;
use crate::data::{Announced, Filter, Found, ItemShape, Missing, ReadingRules};
use crate::files::{open_regular, shown};
use crate::words::plain;

/// The endings of images, in small letters.
const ENDINGS: [&str; 10] = [
    "png", "jpg", "jpeg", "pgm", "ppm", "pbm", "pnm", "webp", "tif", "tiff",
];
/// The most bytes that the file of an image, and its pixels once they are decoded, may have: 256 MiB.
const MOST_BYTES: u64 = 256 << 20;
/// Images that are decoded side by side before their pixels are put away: 16 MiB of them at the most.
const STRETCH: usize = 256;
/// How deep subfolders are looked into: a set, a label, and one more.
const DEEPEST: usize = 3;

/// A file that is an image by its name.
struct ImageFile {
    path: PathBuf,
    /// The path within the folder, for people.
    name: String,
    label: Option<String>,
    set: Option<Set>,
}

/// What an image's head says.
#[derive(Clone, Copy)]
struct Head {
    height: u32,
    width: u32,
    is_turned: bool,
    has_colour: bool,
    has_alpha: bool,
    is_deep: bool,
}

/// What the images are made alike to.
#[derive(Clone, Copy)]
struct Target {
    height: u32,
    width: u32,
    channels: usize,
    filter: FilterType,
}

/// The images of a folder and its subfolders, once their heads are read; `progress` hears the fraction of the images that was
/// decoded.
///
/// # Errors
/// If there are too few, if they are too large or of unlike sizes and no filter is stated, or if one can't be read, unless
/// such items are left out by the rules; the sentence begins with "it" or "its".
pub(in crate::data) fn announced<'a>(
    folder: &Path,
    rules: &ReadingRules,
    mut progress: impl FnMut(f32) + 'a,
) -> Result<Announced<'a>, String> {
    let mut listing = Listing::default();
    listing.look_into(folder, folder, None, None, 0)?;
    let Listing { images, others } = listing;
    if images.is_empty() {
        return Err(format!(
            "it is a folder without images (PNG, JPEG, PNM, WebP or TIFF files){}",
            if others > 0 { ", only other files" } else { "" }
        ));
    }
    let mut notes = Vec::new();
    let has_test = images.iter().any(|image| image.set == Some(Set::Test));
    let is_left_out = |image: &ImageFile| image.set.is_some_and(|set| set.mark(has_test).is_none());
    let (validation, images): (Vec<_>, Vec<_>) = images.into_iter().partition(is_left_out);
    if !validation.is_empty() {
        notes.push(format!(
            "images to validate with, left out beside train and test: {}",
            validation.len()
        ));
    }
    let (images, heads) = heads(images, rules, &mut notes)?;
    let target = target(&images, &heads, rules, &mut notes)?;
    let shape = ItemShape::Image {
        height: target.height as usize,
        width: target.width as usize,
        channels: target.channels,
    };
    let count = images.len();
    check_size(count, shape).map_err(|said| match rules.shape {
        None if count > 9 => format!("{said}: --shape 64x64 --filter triangle would make them smaller"),
        _ => said,
    })?;
    if others > 0 {
        notes.push(format!(
            "files left out that are no images by their names: {others}"
        ));
    }
    let leave_out = rules.missing == Missing::Drop;
    Ok(Announced {
        head: Some((count, shape)),
        read: Box::new(move || {
            let mut kept = Vec::with_capacity(count);
            let mut spill = Spill::for_items(count, shape)?;
            let mut images = images.into_iter();
            for start in (0..count).step_by(STRETCH) {
                let stretch: Vec<ImageFile> = images.by_ref().take(STRETCH).collect();
                let decoded: Vec<Result<Vec<u8>, String>> = stretch
                    .par_iter()
                    .map(|file| decoded(&file.path).map(|image| pixels(image, target)))
                    .collect();
                let end = start + stretch.len();
                for (file, pixels) in stretch.into_iter().zip(decoded) {
                    match pixels {
                        Ok(pixels) => {
                            spill.push(&pixels)?;
                            kept.push(file);
                        }
                        Err(said) if leave_out => notes.push(left_out(&file, &said)),
                        Err(said) => return Err(refused(&file, &said)),
                    }
                }
                progress(end as f32 / count as f32);
            }
            Ok(Found {
                labels: labels(&kept),
                parts: parts(&kept, has_test),
                notes,
                ..Found::new(shape, spill.into_values()?)
            })
        }),
    })
}

fn refused(file: &ImageFile, said: &str) -> String {
    format!(
        "its image {} can't be read: {said}; --missing drop leaves such images out",
        file.name
    )
}

fn left_out(file: &ImageFile, said: &str) -> String {
    format!("{} is left out, since it can't be read: {said}", file.name)
}

/// The label of each image, where the folder has several.
fn labels(images: &[ImageFile]) -> Vec<String> {
    let label = |image: &ImageFile| image.label.clone().unwrap_or_else(|| NO_LABEL.into());
    let labels: Vec<String> = images.iter().map(label).collect();
    match labels.windows(2).any(|two| two[0] != two[1]) {
        true => labels,
        false => Vec::new(),
    }
}

/// The part of each image, where the folder has sets.
fn parts(images: &[ImageFile], has_test: bool) -> Vec<String> {
    // What lies beside the sets is trained on.
    let mark = |image: &ImageFile| image.set.unwrap_or(Set::Train).mark(has_test).unwrap_or("train");
    match images.iter().any(|image| image.set.is_some()) {
        true => images.iter().map(|image| mark(image).to_owned()).collect(),
        false => Vec::new(),
    }
}

/// What lies in a folder.
#[derive(Default)]
struct Listing {
    images: Vec<ImageFile>,
    /// How many files are no images by their names.
    others: usize,
}

impl Listing {
    /// Lists the images of `folder`, which lies in `root`, and of its subfolders.
    fn look_into(
        &mut self,
        root: &Path,
        folder: &Path,
        set: Option<Set>,
        label: Option<&str>,
        depth: usize,
    ) -> Result<(), String> {
        let name = |path: &Path| shown(path.strip_prefix(root).unwrap_or(path));
        let said = |error: std::io::Error| match folder == root {
            true => error.to_string(),
            false => format!("its folder {} can't be read: {error}", name(folder)),
        };
        let entries = read_dir(folder).map_err(said)?;
        let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(said)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let file_name = entry.file_name();
            let text = file_name.to_string_lossy();
            if text.starts_with('.') {
                continue;
            }
            let path = entry.path();
            // A link to a folder may lead back to this one.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth < DEEPEST {
                    match Set::called(&text).filter(|_| depth == 0) {
                        Some(set) => self.look_into(root, &path, Some(set), None, depth + 1)?,
                        None => {
                            let label =
                                label.map_or_else(|| text.to_string(), |outer| format!("{outer}/{text}"));
                            self.look_into(root, &path, set, Some(&label), depth + 1)?;
                        }
                    }
                }
                continue;
            }
            let ending = path
                .extension()
                .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
            if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
                self.images.push(ImageFile {
                    name: name(&path),
                    path,
                    label: label.map(str::to_owned),
                    set,
                });
            } else {
                self.others += 1;
            }
        }
        Ok(())
    }
}

/// The heads of all images; of images that can't be read, where the rules leave those out, only a note.
fn heads(
    images: Vec<ImageFile>,
    rules: &ReadingRules,
    notes: &mut Vec<String>,
) -> Result<(Vec<ImageFile>, Vec<Head>), String> {
    let (mut kept, mut heads) = (Vec::with_capacity(images.len()), Vec::with_capacity(images.len()));
    let read: Vec<Result<Head, String>> = images
        .par_iter()
        .map(|file| decoder(&file.path).map(head))
        .collect();
    for (file, head) in images.into_iter().zip(read) {
        match head {
            Ok(head) => {
                kept.push(file);
                heads.push(head);
            }
            Err(said) if rules.missing == Missing::Drop => notes.push(left_out(&file, &said)),
            Err(said) => return Err(refused(&file, &said)),
        }
    }
    Ok((kept, heads))
}

fn head(mut decoder: impl ImageDecoder) -> Head {
    let (width, height) = decoder.dimensions();
    let colour = decoder.color_type();
    let orientation = orientation(&mut decoder);
    let (height, width) = match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (width, height),
        _ => (height, width),
    };
    Head {
        height,
        width,
        is_turned: orientation != Orientation::NoTransforms,
        has_colour: colour.has_color(),
        has_alpha: colour.has_alpha(),
        is_deep: colour.bytes_per_pixel() > colour.channel_count(),
    }
}

/// The size and the channels of all images: as a person says, or as most of them have it.
fn target(
    images: &[ImageFile],
    heads: &[Head],
    rules: &ReadingRules,
    notes: &mut Vec<String>,
) -> Result<Target, String> {
    let colour = heads.iter().filter(|head| head.has_colour).count();
    let common = most_common(heads);
    let (height, width, channels) = match rules.shape {
        None => (common.0, common.1, if colour > 0 { 3 } else { 1 }),
        Some(ItemShape::Image {
            height,
            width,
            channels,
        }) => (height as u32, width as u32, channels),
        Some(other) => return Err(format!("it has images, which can't be {other}")),
    };
    let filter = match rules.filter {
        Filter::Refuse => None,
        Filter::Nearest => Some(FilterType::Nearest),
        Filter::Triangle => Some(FilterType::Triangle),
        Filter::Lanczos => Some(FilterType::Lanczos3),
    };
    let is_odd = |head: &Head| (head.height, head.width) != (height, width);
    if let (None, Some(odd)) = (filter, heads.iter().position(is_odd)) {
        let size = |head: &Head| format!("{} x {}", head.height, head.width);
        return Err(match rules.shape {
            Some(_) => format!(
                "its image {} has {} pixels, not {height} x {width}: --filter triangle makes all alike",
                images[odd].name,
                size(&heads[odd])
            ),
            None => format!(
                "its image {} has {} pixels, but most have {height} x {width}: --filter triangle makes all alike",
                images[odd].name,
                size(&heads[odd])
            ),
        });
    }
    let odd = heads.iter().filter(|head| is_odd(head)).count();
    if odd > 0 {
        notes.push(format!(
            "images scaled to {height} x {width} pixels by the filter {}: {odd} of {}",
            rules.filter.word(),
            heads.len()
        ));
    }
    if channels == 3 && colour < heads.len() {
        notes.push(format!(
            "grey images taken as colour, as the others are: {}",
            heads.len() - colour
        ));
    }
    if channels == 1 && colour > 0 {
        notes.push(format!("images in colour taken by their luminance: {colour}"));
    }
    for (what, count) in [
        (
            "turned as their files say",
            heads.iter().filter(|head| head.is_turned).count(),
        ),
        (
            "of transparent pixels, which are laid on white",
            heads.iter().filter(|head| head.has_alpha).count(),
        ),
        (
            "of more than 8 bits in a channel, which are rounded to 8",
            heads.iter().filter(|head| head.is_deep).count(),
        ),
    ] {
        if count > 0 {
            notes.push(format!("images {what}: {count}"));
        }
    }
    Ok(Target {
        height,
        width,
        channels,
        filter: filter.unwrap_or(FilterType::Nearest),
    })
}

/// Rows and columns of most images; of those that are equally common, the first.
fn most_common(heads: &[Head]) -> (u32, u32) {
    let mut counts: HashMap<(u32, u32), usize> = HashMap::new();
    for head in heads {
        *counts.entry((head.height, head.width)).or_default() += 1;
    }
    let most = counts.values().copied().max();
    let mut sizes = heads.iter().map(|head| (head.height, head.width));
    sizes
        .find(|size| counts.get(size).copied() == most)
        .unwrap_or_default()
}

/// A decoder that has read an image's head, and whose pixels fit in memory.
fn decoder(path: &Path) -> Result<impl ImageDecoder + use<>, String> {
    let said = |error: std::io::Error| error.to_string();
    let file = open_regular(path).map_err(said)?;
    let length = file.metadata().map_err(said)?.len();
    if length > MOST_BYTES {
        return Err(format!("it has {length} bytes, but at most 256 MiB are read"));
    }
    let mut reader = ImageReader::new(BufReader::new(file))
        .with_guessed_format()
        .map_err(said)?;
    if reader.format().is_none() {
        return Err("it is no PNG, JPEG, PNM, WebP or TIFF image".into());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| plain(&error.to_string()))?;
    if decoder.total_bytes() > MOST_BYTES {
        let (width, height) = decoder.dimensions();
        return Err(format!(
            "its head claims {height} x {width} pixels, but at most 256 MiB are decoded"
        ));
    }
    Ok(decoder)
}

/// How the pixels are to be turned to stand as they were taken, by the image's EXIF or TIFF tag; what is damaged there turns
/// nothing.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    decoder.orientation().unwrap_or(Orientation::NoTransforms)
}

fn decoded(path: &Path) -> Result<DynamicImage, String> {
    let mut decoder = decoder(path)?;
    let orientation = orientation(&mut decoder);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| plain(&error.to_string()))?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// The pixels of an image as all images have them, row by row; what is transparent lies on white.
fn pixels(image: DynamicImage, target: Target) -> Vec<u8> {
    if target.channels == 1 {
        let image = image.into_luma_alpha8();
        let grey = GrayImage::from_fn(image.width(), image.height(), |x, y| {
            let [grey, alpha] = image.get_pixel(x, y).0;
            Luma([on_white(grey, alpha)])
        });
        return fitted(grey, target);
    }
    let image = image.into_rgba8();
    let colour = RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|value| on_white(value, alpha)))
    });
    fitted(colour, target)
}

/// A value with white behind it.
fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

fn fitted<P: Pixel<Subpixel = u8> + 'static>(image: ImageBuffer<P, Vec<u8>>, target: Target) -> Vec<u8> {
    if image.dimensions() == (target.width, target.height) {
        return image.into_raw();
    }
    resize(&image, target.width, target.height, target.filter).into_raw()
}

#[cfg(test)]
mod tests {
    use crate::data::Values;
    use image::codecs::jpeg::JpegEncoder;
    use image::{ImageEncoder, ImageFormat, Rgba, RgbaImage};

    use super::*;

    fn grey(value: u8) -> GrayImage {
        GrayImage::from_fn(4, 3, |x, y| Luma([value + (4 * y + x) as u8]))
    }

    /// A folder of 12 images of 4 x 3 pixels, in which each says its number.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..12 {
            grey(20 * number)
                .save(folder.path().join(format!("{number:02}.png")))
                .unwrap();
        }
        folder
    }

    fn read(folder: &Path, rules: &str) -> Result<Found, String> {
        (announced(folder, &ReadingRules::parse(rules).unwrap(), |_| {})?.read)()
    }

    #[test]
    fn images_are_in_the_order_of_their_names() {
        let folder = folder();
        std::fs::write(folder.path().join(".hidden.png"), "no image").unwrap();
        std::fs::write(folder.path().join("about.txt"), "any").unwrap();
        let found = read(folder.path(), "usual").unwrap();
        assert_eq!(found.shape, ItemShape::grey(3, 4));
        let expected = (0..12).flat_map(|number| grey(20 * number).into_raw());
        assert_eq!(found.values, Values::Bytes(expected.collect()));
        assert!(found.labels.is_empty() && found.parts.is_empty());
        assert_eq!(
            found.notes,
            ["files left out that are no images by their names: 1"]
        );
        assert!(read(folder.path(), "shape=12").unwrap_err().contains("can't be"));
    }

    #[test]
    fn every_format_is_read_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let formats = [
            (ImageFormat::Png, "png"),
            (ImageFormat::Pnm, "PGM"),
            (ImageFormat::Tiff, "tif"),
            (ImageFormat::Jpeg, "jpeg"),
            (ImageFormat::WebP, "webp"),
        ];
        for round in 0..2 {
            for (format, ending) in formats {
                let path = folder.path().join(format!("{ending}{round}.png"));
                let flat = GrayImage::from_pixel(4, 3, Luma([100]));
                match format {
                    // That encoder writes colour.
                    ImageFormat::WebP => {
                        RgbImage::from_pixel(4, 3, Rgb([100; 3])).save_with_format(path, format)
                    }
                    _ => flat.save_with_format(path, format),
                }
                .unwrap();
            }
        }
        let found = read(folder.path(), "shape=3x4").unwrap();
        assert_eq!(found.values, Values::Bytes(vec![100; 120]));
    }

    #[test]
    fn subfolders_are_labels_and_sets() {
        let folder = tempfile::tempdir().unwrap();
        for (path, count) in [
            ("train/cat", 5),
            ("train/dog", 6),
            ("test/dog", 2),
            ("val/cat", 1),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(&path).unwrap();
            for number in 0..count {
                grey(number).save(path.join(format!("{number}.png"))).unwrap();
            }
        }
        let found = read(folder.path(), "usual").unwrap();
        assert_eq!((found.count(), found.labels.len()), (13, 13));
        assert_eq!(
            (found.labels[0].as_str(), found.parts[0].as_str()),
            ("dog", "test")
        );
        assert_eq!(
            (found.labels[12].as_str(), found.parts[12].as_str()),
            ("dog", "train")
        );
        assert!(found.notes[0].contains("images to validate with"));
    }

    #[test]
    fn unlike_sizes_are_refused_or_scaled_by_the_filter_that_is_stated() {
        let folder = folder();
        GrayImage::from_pixel(8, 6, Luma([90]))
            .save(folder.path().join("big.png"))
            .unwrap();
        let said = read(folder.path(), "usual").unwrap_err();
        assert!(
            said.contains("big.png has 6 x 8 pixels, but most have 3 x 4"),
            "{said}"
        );
        for filter in ["nearest", "triangle", "lanczos"] {
            let found = read(folder.path(), &format!("filter={filter}")).unwrap();
            let Values::Bytes(bytes) = &found.values else {
                panic!("pixels are bytes")
            };
            assert_eq!(bytes[12 * 12..], [90; 12]);
            assert!(found.notes[0].contains("1 of 13") && found.notes[0].contains(filter));
        }
        assert_eq!(
            read(folder.path(), "shape=2x2; filter=triangle").unwrap().shape,
            ItemShape::grey(2, 2)
        );
        assert!(
            read(folder.path(), "shape=2x2")
                .unwrap_err()
                .contains("not 2 x 2")
        );
    }

    #[test]
    fn colour_stays_and_what_is_transparent_lies_on_white() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..10 {
            RgbImage::from_pixel(2, 1, Rgb([255, 0, number]))
                .save(folder.path().join(format!("{number}.png")))
                .unwrap();
        }
        RgbaImage::from_pixel(2, 1, Rgba([255, 0, 0, 51]))
            .save(folder.path().join("a.png"))
            .unwrap();
        ImageBuffer::<Luma<u16>, _>::from_pixel(2, 1, Luma([0x8080]))
            .save(folder.path().join("b.png"))
            .unwrap();
        let found = read(folder.path(), "usual").unwrap();
        let Values::Bytes(bytes) = &found.values else {
            panic!("pixels are bytes")
        };
        assert_eq!(
            bytes[9 * 6..],
            [
                255, 0, 9, 255, 0, 9, 255, 204, 204, 255, 204, 204, 128, 128, 128, 128, 128, 128
            ]
        );
        let said = found.notes.join("; ");
        for expected in [
            "grey images taken as colour, as the others are: 1",
            "on white: 1",
            "rounded to 8: 1",
        ] {
            assert!(said.contains(expected), "{said}");
        }
        let grey = read(folder.path(), "shape=1x2").unwrap();
        assert_eq!(grey.count() * 2, grey.values.len());
        assert!(grey.notes.join(" ").contains("luminance"));
    }

    #[test]
    fn an_image_that_cannot_be_read_is_named_and_may_be_left_out() {
        let folder = folder();
        let path = folder.path().join("05.png");
        let good = std::fs::read(&path).unwrap();
        for bytes in [&b""[..], b"no image", &good[..40], &good[..good.len() / 2]] {
            std::fs::write(&path, bytes).unwrap();
            let said = read(folder.path(), "usual").unwrap_err();
            assert!(
                said.contains("05.png can't be read") && said.contains("--missing drop"),
                "{said}"
            );
            let found = read(folder.path(), "missing=drop").unwrap();
            assert_eq!(found.count(), 11);
            assert!(found.notes[0].contains("05.png is left out"));
        }
    }

    #[test]
    fn an_image_that_claims_to_be_huge_is_refused_by_its_head() {
        let folder = folder();
        std::fs::write(folder.path().join("bomb.pgm"), "P5 60000 60000 255\n").unwrap();
        let said = read(folder.path(), "usual").unwrap_err();
        assert!(said.contains("bomb.pgm can't be read"), "{said}");
        assert!(
            said.contains("60000 x 60000 pixels, but at most 256 MiB") || said.contains("imit"),
            "{said}"
        );
    }

    /// A TIFF directory of entries that are short numbers, and what follows it.
    fn tiff(entries: &[(u16, u16)], pixels: &[u8]) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend([3, 0, 1, 0, 0, 0]);
            bytes.extend([value.to_le_bytes(), [0; 2]].concat());
        }
        bytes.extend([0; 4]);
        bytes.extend(pixels);
        bytes
    }

    #[test]
    fn an_image_that_says_so_is_turned() {
        // To be turned by a quarter to the right.
        const ORIENTATION: (u16, u16) = (0x112, 6);
        let folder = tempfile::tempdir().unwrap();
        let pixels = [1, 2, 3, 4, 5, 6];
        let strip = 8 + 2 + 10 * 12 + 4;
        let entries = [
            (256, 3),
            (257, 2),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, strip),
            ORIENTATION,
            (277, 1),
            (278, 2),
            (279, 6),
        ];
        for name in 0..12 {
            std::fs::write(
                folder.path().join(format!("{name:02}.tif")),
                tiff(&entries, &pixels),
            )
            .unwrap();
        }
        let found = read(folder.path(), "usual").unwrap();
        assert_eq!(found.shape, ItemShape::grey(3, 2));
        assert_eq!(found.values, Values::Bytes([4, 1, 5, 2, 6, 3].repeat(12)));
        assert_eq!(found.notes, ["images turned as their files say: 12"]);

        // Dark on the left becomes dark above.
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 100);
        encoder.set_exif_metadata(tiff(&[ORIENTATION], &[])).unwrap();
        let sides = GrayImage::from_fn(16, 8, |x, _| Luma([if x < 8 { 20 } else { 230 }]));
        encoder.encode_image(&sides).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for name in 0..10 {
            std::fs::write(folder.path().join(format!("{name}.jpg")), &jpeg).unwrap();
        }
        let found = read(folder.path(), "usual").unwrap();
        assert_eq!(found.shape, ItemShape::grey(16, 8));
        let Values::Bytes(bytes) = found.values else {
            panic!("pixels are bytes")
        };
        assert!(bytes[..64].iter().all(|&dark| dark < 60) && bytes[64..128].iter().all(|&light| light > 190));
    }

    #[test]
    fn a_folder_without_images_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            read(folder.path(), "usual")
                .unwrap_err()
                .contains("without images")
        );
        std::fs::write(folder.path().join("a.txt"), "any").unwrap();
        assert!(
            read(folder.path(), "usual")
                .unwrap_err()
                .contains("only other files")
        );
        grey(0).save(folder.path().join("a.png")).unwrap();
        assert_eq!(read(folder.path(), "usual").unwrap().count(), 1);
    }
}
