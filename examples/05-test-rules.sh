#!/bin/sh
# The rules of a bus, tested before they are shipped: no bus, no Kafka, no account. Put
# rules.json (here: what a template would hold) and tests.ndjson beside your code and let
# your CI run the last two lines.
#
#	examples/05-test-rules.sh
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >rules.json <<'END'
{"paid-orders": {"source": ["shop"], "detail-type": ["order"], "detail": {"state": ["paid"]}},
 "large-orders": {"source": ["shop"], "detail": {"amount": [{"numeric": [">", 1000]}]}}}
END

cat >tests.ndjson <<'END'
{"name": "a large order, paid", "event": {"source": "shop", "detail-type": "order", "detail": {"state": "paid", "amount": 1000.01}}, "exactly": ["paid-orders", "large-orders"]}
{"name": "an open order", "event": {"source": "shop", "detail-type": "order", "detail": {"state": "open", "amount": 5}}, "exactly": []}
{"name": "an amount as text is no number", "event": {"source": "shop", "detail": {"amount": "5000"}}, "nomatch": ["large-orders"]}
END

kebfilter --rules rules.json --lint
kebfilter --rules rules.json --expect tests.ndjson
