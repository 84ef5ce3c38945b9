use strum::VariantArray;

use super::*;
use crate::cancel::Cancel;
use crate::data::{Binarisation, ItemShape};
use crate::evaluation::{MeasurementContext, lower_bound};
use crate::model::prior::PriorKind;
use crate::model::{Activation, Architecture, Latents, Likelihood, Observation, Recognition};

/// The likelihoods that pack.
const LIKELIHOODS: [Likelihood; 4] = [
    Likelihood::Bernoulli,
    Likelihood::BetaBinomial,
    Likelihood::DiscretisedLogistic,
    Likelihood::Categorical,
];

/// Numbers from -1 to 1, the same on every processor.
fn numbers(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// A model whose latent variables matter, with other parameters for every `seed`.
fn model(likelihood: Likelihood, pixels: usize, seed: u32) -> Vae {
    let mut model = Vae::zeros(Architecture {
        pixels,
        hidden: 9.into(),
        latent: 3,
        // The packed bytes of even seeds are known.
        activation: if seed.is_multiple_of(2) {
            Activation::Tanh
        } else {
            Activation::VARIANTS[1 + seed as usize / 2 % (Activation::VARIANTS.len() - 1)]
        },
        likelihood,
        observation: Observation {
            classes: 256,
            ..Observation::default()
        },
        ..Architecture::default()
    });
    let mut next = numbers(seed);
    for named in model.parameters_mut() {
        named.parameter.values_mut().fill_with(|| 0.4 * next());
    }
    model
}

fn codec(likelihood: Likelihood, pixels: usize, seed: u32) -> Codec {
    Codec::new(&model(likelihood, pixels, seed)).unwrap()
}

/// Bytes that the likelihood can have, where `seed` is odd mostly dark.
fn items(likelihood: Likelihood, shape: ItemShape, count: usize, seed: u32) -> Items {
    let mut next = numbers(seed);
    let mut byte = || {
        let value = next().abs();
        match likelihood {
            Likelihood::Bernoulli => u8::from(value > 0.7) * 255,
            _ if seed % 2 == 1 && value < 0.6 => 0,
            _ => (255.99 * value) as u8,
        }
    };
    Items {
        shape,
        bytes: (0..count * shape.numbers()).map(|_| byte()).collect(),
    }
}

fn pack(codec: &Codec, items: &Items) -> Packed {
    codec.pack(items, || true).unwrap()
}

fn unpack(codec: &Codec, bytes: &[u8]) -> Result<Items, CodingError> {
    codec.unpack(bytes, |_| (), || ())
}

#[test]
fn what_is_packed_is_unpacked_with_every_likelihood_shape_and_number_of_items() {
    let shapes = [
        ItemShape::grey(1, 1),
        ItemShape::grey(5, 3),
        ItemShape::Image {
            height: 2,
            width: 3,
            channels: 3,
        },
        ItemShape::Vector { features: 17 },
        ItemShape::Sequence {
            steps: 4,
            features: 2,
        },
    ];
    for likelihood in LIKELIHOODS {
        for (seed, shape) in (0..).zip(shapes) {
            let codec = codec(likelihood, shape.numbers(), seed);
            for count in [1, 2, 33] {
                let items = items(likelihood, shape, count, seed);
                let packed = pack(&codec, &items);
                assert_eq!(packed.streams, 1);
                assert_eq!(
                    unpack(&codec, &packed.bytes).unwrap(),
                    items,
                    "{likelihood:?} {shape}"
                );
            }
        }
    }
}

#[test]
fn black_and_white_keeps_its_white() {
    let codec = codec(Likelihood::Bernoulli, 4, 1);
    for white in [1, 7, 255] {
        let items = Items {
            shape: ItemShape::grey(2, 2),
            bytes: vec![0, white, white, 0, 0, 0, 0, white],
        };
        assert_eq!(unpack(&codec, &pack(&codec, &items).bytes).unwrap(), items);
        let seen = codec.seen(&items).unwrap();
        assert_eq!(
            [seen.shown(0), seen.shown(1)].concat(),
            [0, 255, 255, 0, 0, 0, 0, 255].map(|byte| byte as f32)
        );
    }
}

#[test]
fn the_rate_is_the_lower_bound_over_several_streams() {
    let shape = ItemShape::grey(5, 8);
    for likelihood in LIKELIHOODS {
        let model = model(likelihood, 40, 2);
        let codec = Codec::new(&model).unwrap();
        let items = items(likelihood, shape, 2_600, 4);
        let packed = pack(&codec, &items);
        assert_eq!(packed.streams, 3);
        assert_eq!(unpack(&codec, &packed.bytes).unwrap(), items);
        let context = MeasurementContext {
            seed: 0,
            binarisation: Binarisation::None,
        };
        let seen = codec.seen(&items).unwrap();
        let bound = lower_bound(&model, &seen, context, &Cancel::default(), |_| true).unwrap();
        let bound = -bound.terms.lower_bound() / std::f64::consts::LN_2;
        // Without the header, and what every stream begins with.
        let header = 8 * (48 + 4 * packed.streams);
        let rate = (8 * packed.bytes.len() - header) as f64 - packed.start_up_bits as f64;
        let rate = rate / 2_600.0;
        assert!(
            (rate / bound - 1.0).abs() < 0.01,
            "{likelihood:?}: {rate} bits for {bound}"
        );
    }
}

#[test]
fn neither_vectors_nor_threads_change_a_bit() {
    let shape = ItemShape::grey(5, 7);
    for likelihood in LIKELIHOODS {
        let widest = codec(likelihood, 35, 6);
        let narrow = codec(likelihood, 35, 6);
        let narrow = Codec {
            network: narrow.network.narrow(),
            ..narrow
        };
        let items = items(likelihood, shape, 1_300, 3);
        let on_threads = |codec: &Codec, threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| pack(codec, &items).bytes)
        };
        let bytes = on_threads(&widest, 1);
        assert!(bytes == on_threads(&narrow, 1) && bytes == on_threads(&widest, 3));
        assert_eq!(unpack(&narrow, &bytes).unwrap(), items);
    }
}

/// Models of the seeds 1, 3, 5 and so on have one activation after the other.
#[test]
fn every_activation_packs_the_same_bytes_on_every_processor() {
    let likelihood = Likelihood::BetaBinomial;
    for index in 1..Activation::VARIANTS.len() as u32 {
        let widest = codec(likelihood, 35, 2 * index - 1);
        let narrow = codec(likelihood, 35, 2 * index - 1);
        let narrow = Codec {
            network: narrow.network.narrow(),
            ..narrow
        };
        let items = items(likelihood, ItemShape::grey(5, 7), 40, 3);
        let bytes = pack(&widest, &items).bytes;
        assert!(bytes == pack(&narrow, &items).bytes);
        assert_eq!(unpack(&narrow, &bytes).unwrap(), items);
    }
}

/// The sums of packed streams as they were when the format was made: another processor, or another version of this program,
/// that finds others would not unpack what was packed.
#[test]
fn the_bytes_of_the_streams_stay() {
    let sums = LIKELIHOODS.map(|likelihood| {
        let codec = codec(likelihood, 35, 8);
        let items = items(likelihood, ItemShape::grey(5, 7), 50, 5);
        let bytes = pack(&codec, &items).bytes;
        // The header and the checksum also tell which model it was.
        crc32fast::hash(&bytes[44..bytes.len() - 4])
    });
    assert_eq!(sums, [3_296_040_007, 1_385_026_262, 3_259_762_211, 3_323_874_230]);
}

#[test]
fn a_file_that_was_cut_or_changed_anywhere_is_refused() {
    for likelihood in LIKELIHOODS {
        let codec = codec(likelihood, 6, 2);
        let items = items(likelihood, ItemShape::grey(2, 3), 3, 1);
        let bytes = pack(&codec, &items).bytes;
        for length in 0..bytes.len() {
            assert!(unpack(&codec, &bytes[..length]).is_err(), "cut to {length} bytes");
        }
        assert!(unpack(&codec, &[bytes.as_slice(), &[0]].concat()).is_err());
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(unpack(&codec, &changed).is_err(), "bit {bit}");

            // With a checksum that fits, as nobody makes by accident, the items themselves are held to theirs.
            let (body, sum) = changed.split_at_mut(bytes.len() - 4);
            sum.copy_from_slice(&crc32fast::hash(body).to_le_bytes());
            if let Ok(unpacked) = unpack(&codec, &changed) {
                assert_eq!(unpacked, items, "bit {bit}");
            }
        }
    }
}

#[test]
fn another_model_other_sizes_and_values_are_refused() {
    let shape = ItemShape::grey(2, 3);
    let of_seed = |seed| codec(Likelihood::Bernoulli, 6, seed);
    let black_and_white = items(Likelihood::Bernoulli, shape, 4, 1);
    let bytes = pack(&of_seed(2), &black_and_white).bytes;
    let said = unpack(&of_seed(4), &bytes).unwrap_err().to_string();
    assert!(said.contains("only the same model"), "{said}");

    let said = |items: &Items| of_seed(2).pack(items, || true).err().unwrap().to_string();
    let other = items(Likelihood::Bernoulli, ItemShape::grey(2, 4), 4, 1);
    assert_eq!(said(&other), "the items have 8 numbers each, but the model has 6");
    let none = Items {
        shape,
        bytes: Vec::new(),
    };
    assert_eq!(said(&none), "there are no items");
    let mut grey = black_and_white;
    grey.bytes[9] = 77;
    assert!(
        said(&grey).starts_with("item 1 has the value 77 at number 3"),
        "{}",
        said(&grey)
    );
}

#[test]
fn models_that_cannot_pack_say_why() {
    let said = |model: &Vae| Codec::new(model).err().unwrap().to_string();
    assert!(said(&model(Likelihood::Gaussian, 4, 2)).contains("gaussian gives bytes no probabilities"));
    let chains = Vae::zeros(Architecture {
        recognition: Recognition::Chains,
        ..model(Likelihood::Bernoulli, 4, 2).architecture().clone()
    });
    assert!(said(&chains).contains("no encoder"));
    let learned_prior = Vae::zeros(Architecture {
        latents: Latents {
            prior: PriorKind::Mixture,
            ..Latents::default()
        },
        ..model(Likelihood::Bernoulli, 4, 2).architecture().clone()
    });
    assert!(said(&learned_prior).contains("a prior N(0, I)"));
    let mut diverged = model(Likelihood::Bernoulli, 4, 2);
    diverged.parameters_mut()[0].parameter.values_mut()[0] = f32::NAN;
    assert_eq!(said(&diverged), "a parameter of the encoder is not finite");
}

#[test]
fn grey_items_become_black_and_white_as_the_run_sees_them() {
    let items = items(Likelihood::Gaussian, ItemShape::grey(4, 4), 5, 2);
    let context = |binarisation| MeasurementContext {
        seed: 3,
        binarisation,
    };
    assert_eq!(items.clone().binarised(context(Binarisation::None)), items);
    let binarised = items.clone().binarised(context(Binarisation::Static));
    let split = Split::of_bytes(items.bytes.clone(), Vec::new(), 16);
    let expected: Vec<u8> = (0..5)
        .flat_map(|item| context(Binarisation::Static).item(&split, item))
        .map(|value| (255.0 * value) as u8)
        .collect();
    assert_eq!(binarised.bytes, expected);
    assert!(
        codec(Likelihood::Bernoulli, 16, 1)
            .pack(&binarised, || true)
            .is_ok()
    );
}
