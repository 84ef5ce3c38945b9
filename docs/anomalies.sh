#!/bin/sh
# MNIST without one digit, and how well that digit is found, for all ten: the table of docs/applications.md.
#
#   docs/anomalies.sh [FOLDER [PROGRAM]]
#
# Trains two models per digit in FOLDER (one on the other nine digits, one on the same with some pixels drawn anew, the
# background) unless they lie there, and prints a row per digit: AUROC by the bound, by its two terms, by the bound less that of the
# background, by the bound less what is expected of an image as complex, and by the reconstruction error of principal component
# analysis with as many dimensions.
set -eu
folder=${1:-anomalies}
program=${2:-vae-tui}
settings="--hidden 200 --latent 20 --samples ${SAMPLES:-100000} --evaluate-every ${SAMPLES:-100000} --seed 1 --threads 1"
noise=${NOISE:-0.2}
mkdir -p "$folder"

train() {
    [ -s "$1" ] || "$program" train $settings --out "$@"
}

echo "| digit | bound | reconstruction | KL | against background | complexity | PCA |"
echo "|---|---|---|---|---|---|---|"
for digit in 0 1 2 3 4 5 6 7 8 9; do
    model=$folder/without-$digit.ron
    background=$folder/background-$digit.ron
    train "$model" --without-label "$digit"
    train "$background" --without-label "$digit" --pixel-noise "$noise"
    {
        "$program" anomalies "$model" --anomalous "label:$digit" --against "$background" --pca
        "$program" anomalies "$model" --anomalous "label:$digit" --complexity
    } |
        awk -v digit="$digit" '
            $1 ~ /^(elbo|reconstruction|kl|against|complexity|pca)$/ && NF == 3 { area[$1] = $2 }
            END { print "| " digit " | " area["elbo"] " | " area["reconstruction"] " | " area["kl"] " | " area["against"] " | " area["complexity"] " | " area["pca"] " |" }'
done
