//! The lower bounds that the paper published (figure 2), to lay beside one's own.

/// The points of figure 2; source: `assets/paper/README.md`.
static FIGURE_2: &str = include_str!("../../assets/paper/figure2.csv");

/// The data sets of figure 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperData {
    /// MNIST with a Bernoulli decoder.
    Mnist,
    /// The Frey faces with a Gaussian decoder.
    FreyFace,
}

/// The methods of figure 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperMethod {
    /// Auto-encoding variational Bayes.
    Aevb,
    /// Wake-Sleep.
    WakeSleep,
}

/// One method's curves in a panel: training points evaluated, and the bound in nats per data point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Published {
    /// The running mean over the training points.
    pub train: Vec<(f64, f64)>,
    /// The bound of the test points.
    pub test: Vec<(f64, f64)>,
}

/// The published curves of `method` for `latent` latent dimensions; none where the paper has no such panel.
pub fn figure_2(data: PaperData, latent: usize, method: PaperMethod) -> Option<Published> {
    let data = match data {
        PaperData::Mnist => "MNIST",
        PaperData::FreyFace => "Frey",
    };
    let panel = format!("{data} Nz={latent}");
    let (train, test) = match method {
        PaperMethod::Aevb => ("AEVB-train", "AEVB-test"),
        PaperMethod::WakeSleep => ("WS-train", "WS-test"),
    };
    let mut published = Published::default();
    for line in FIGURE_2.lines() {
        let mut fields = line.split(',').skip(1);
        if fields.next() != Some(&panel) {
            continue;
        }
        let curve = match fields.next() {
            Some(curve) if curve == train => &mut published.train,
            Some(curve) if curve == test => &mut published.test,
            _ => continue,
        };
        let mut number = || fields.next()?.parse().ok();
        curve.extend(number().zip(number()));
    }
    (!published.test.is_empty()).then_some(published)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_panel_has_its_published_values() {
        // Test bounds at 1e6 and 1e7 training points.
        use {PaperData::FreyFace, PaperData::Mnist, PaperMethod::Aevb, PaperMethod::WakeSleep};
        for (data, latent, method, at_1e6, at_1e7) in [
            (Mnist, 3, Aevb, -152.9, -138.0),
            (Mnist, 10, Aevb, -128.3, -108.5),
            (Mnist, 20, Aevb, -124.2, -104.8),
            (Mnist, 200, Aevb, -119.9, -103.9),
            (FreyFace, 2, Aevb, 673.0, 823.0),
            (FreyFace, 10, Aevb, 792.0, 1171.0),
            (FreyFace, 20, Aevb, 754.0, 1200.0),
            (Mnist, 3, WakeSleep, -155.1, -144.8),
            (Mnist, 10, WakeSleep, -134.9, -113.5),
            (Mnist, 20, WakeSleep, -130.8, -108.3),
            (Mnist, 200, WakeSleep, -130.8, -109.1),
        ] {
            let published = figure_2(data, latent, method).expect("a panel of figure 2");
            assert!(published.train.len() > 30 && published.test.is_sorted_by(|a, b| a.0 < b.0));
            for (samples, expected) in [(1e6_f64, at_1e6), (1e7, at_1e7)] {
                let near = |point: &&(f64, f64)| (point.0.log10() - samples.log10()).abs() < 0.02;
                let (_, bound) = published.test.iter().find(near).expect("a point there");
                assert!(
                    (bound - expected).abs() < 1.0,
                    "{data:?} {latent} {method:?}: {bound} for {expected}"
                );
            }
        }
        assert_eq!(figure_2(PaperData::Mnist, 4, PaperMethod::Aevb), None);
    }
}
