#!/usr/bin/env bash
# Measures the desk on a terminal: benches/desk.sh DIR [RUNS], where DIR was made by `cargo bench --bench fill -- DIR N`.
# It needs Python with pyte from PyPI. TTYBENCH names another copy of the harness that plays the keys and reads the terminal.
set -euo pipefail
cd "$(dirname "$0")/.."
TTYBENCH=${TTYBENCH:-benches/ttybench.py}
dir=${1:?the directory of the desk} runs=${2:-5}

# Each step is labelled by its keys in what the harness prints. The password is the one that fill gave alice.
steps=(
    --wait-text "Sign in@20" --wait-quiet 150
    --type "alice" --keys Tab --type "correct horse battery" --keys Enter --wait-text "Settings@20" --wait-quiet 300
    --keys Enter --wait-quiet 200
    --press "Enter=>kdb" --wait-quiet 300 --mem list
    --keys "Down*40" --keys "PgDn*10" --keys End --keys Home --flood "Down*300" --wait-quiet 300
    --keys o --wait-quiet 200 --keys c --wait-quiet 300 --keys o --wait-quiet 200 --keys n --wait-quiet 300
    --keys / --type "000099" --press "8=>export-0000998" --wait-quiet 500 --keys "Backspace*7" --wait-quiet 500
    --keys C-g --wait-quiet 500
    --idle 10
    --keys n --type "bench-key" --press "Enter=>shown only now" --mem secret
)
python3 "$TTYBENCH" run --name "keydesk $(basename "$dir")" --size 80x24 --runs "$runs" --clean-env \
    --env "KEYDESK_DATA_DIR=$dir/data" --env "KEYDESK_CONFIG=$dir/etc/config.toml" --env "HOME=$dir" \
    "${steps[@]}" --exit kill -- target/release/keydesk
