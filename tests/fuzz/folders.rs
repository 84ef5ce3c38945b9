//! Folders of images: files that are none, are damaged, or lie about their sizes, under names of any kind.

use std::io::Cursor;
use std::path::PathBuf;

use image::{DynamicImage, ImageFormat};
use rand::Rng;
use vae_tui::data::{Filter, Missing, ReadingRules, file, listing};

use crate::files::whole;
use crate::harness::{self, Random, Target, check_sentence, fuzz, within};
use crate::mutation::{change, rounds};

/// Where files can be, beside those that are always there.
const NAMES: [&str; 12] = [
    "0.png",
    "1.png",
    "2.jpg",
    "3.ppm",
    "a.webp",
    "\u{1b}[2J\n.png",
    "train/a.png",
    "test/b.TIFF",
    "label a/c.pgm",
    "label \u{202e}/d.jpeg",
    ".hidden.png",
    "notes.txt",
];
/// What every image is written as.
const FORMATS: [ImageFormat; 6] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Pnm,
    ImageFormat::WebP,
    ImageFormat::Tiff,
    ImageFormat::Pnm,
];
/// Bytes of pixels that may be decoded of one image, and what is made of them on the way.
const DECODED: usize = 600 << 20;
/// What a decoder keeps for itself.
const PLENTY: usize = 24 << 20;

struct Folders {
    folder: tempfile::TempDir,
    valid: Vec<Vec<u8>>,
}

#[test]
fn folders() {
    fuzz(|| {
        let folder = harness::folder();
        for number in 0..10 {
            let path = folder.path().join(format!("kept {number}.pgm"));
            std::fs::write(path, encoded(2, number)).expect("a file");
        }
        for inside in ["train", "test", "label a", "label \u{202e}"] {
            std::fs::create_dir(folder.path().join(inside)).expect("a folder");
        }
        Folders {
            folder,
            valid: (0..18)
                .map(|number| encoded(number % FORMATS.len(), number))
                .collect(),
        }
    });
}

/// An image of 4 x 4 pixels, grey or coloured, with or without transparency.
fn encoded(format: usize, number: usize) -> Vec<u8> {
    let colour = [40 * (number % 5) as u8, 90, 200, 255];
    let image = image::RgbaImage::from_fn(4, 4, |x, y| {
        image::Rgba(colour.map(|channel| channel.wrapping_add((17 * x + 40 * y) as u8)))
    });
    let image = DynamicImage::ImageRgba8(image);
    let image = match (FORMATS[format], number / FORMATS.len()) {
        (ImageFormat::Jpeg | ImageFormat::Pnm, 1) => DynamicImage::ImageRgb8(image.into_rgb8()),
        (ImageFormat::WebP, _) | (_, 2) => image,
        (ImageFormat::Jpeg | ImageFormat::Pnm, _) | (_, 0) => DynamicImage::ImageLuma8(image.into_luma8()),
        _ => DynamicImage::ImageRgb16(image.into_rgb16()),
    };
    let image = match FORMATS[format] {
        ImageFormat::Jpeg | ImageFormat::Pnm => DynamicImage::ImageRgb8(image.into_rgb8()),
        _ => image,
    };
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, FORMATS[format]).expect("an image");
    bytes.into_inner()
}

impl Target for Folders {
    const NAME: &'static str = "folders";
    const USUAL: u64 = 4_000;

    /// The rules, and files: the number of a name, the length, the bytes.
    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let mut input = vec![random.r#gen()];
        for _ in 0..random.gen_range(1..4) {
            let mut bytes = self.valid[random.gen_range(0..self.valid.len())].clone();
            if random.gen_bool(0.8) {
                for _ in 0..rounds(random) {
                    change(&mut bytes, &self.valid, random);
                }
            }
            input.push(random.gen_range(0..NAMES.len()) as u8);
            input.extend((bytes.len() as u32).to_le_bytes());
            input.extend(bytes);
        }
        input
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let Some((&rules, mut rest)) = input.split_first() else {
            return Ok(());
        };
        let mut written = Vec::new();
        while let Some((&name, after)) = rest.split_first()
            && let Some((length, after)) = after.split_first_chunk()
        {
            let length = (u32::from_le_bytes(*length) as usize).min(after.len());
            let path = self.folder.path().join(NAMES[usize::from(name) % NAMES.len()]);
            std::fs::write(&path, &after[..length]).map_err(|error| error.to_string())?;
            written.push(path);
            rest = &after[length..];
        }
        let checked = self.read(rules, input.len());
        remove(written)?;
        checked
    }
}

impl Folders {
    fn read(&self, rules: u8, size: usize) -> Result<(), String> {
        let rules = ReadingRules {
            missing: if rules & 1 == 0 {
                Missing::Drop
            } else {
                Missing::Refuse
            },
            filter: [Filter::Refuse, Filter::Refuse, Filter::Triangle, Filter::Nearest]
                [usize::from(rules / 2 % 4)],
            shape: (rules < 32).then(|| "4x4x1".parse().expect("a shape")),
            ..ReadingRules::default()
        };
        let path = self.folder.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match within(DECODED + PLENTY + 64 * size, || file::load(path, &rules, |_| {}))? {
            Ok(data) => {
                for note in &data.notes {
                    harness::check_line(note)?;
                }
                whole(&data)?;
            }
            Err(error) => check_sentence(&error.to_string(), &name)?,
        }
        if rules.shape.is_some() {
            let listed = listing::list(&path.to_string_lossy())?;
            let mut names = listed.entries.iter().map(|entry| &entry.name);
            if let Some(obeyed) = names.find(|name| name.contains(char::is_control)) {
                return Err(format!("listed with what a terminal obeys: {obeyed:?}"));
            }
        }
        Ok(())
    }
}

fn remove(mut files: Vec<PathBuf>) -> Result<(), String> {
    files.sort();
    files.dedup();
    files
        .iter()
        .try_for_each(|path| std::fs::remove_file(path).map_err(|error| error.to_string()))
}
