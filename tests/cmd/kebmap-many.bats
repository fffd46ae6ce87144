#!/usr/bin/env bats
# kebmap beside the same mapping in jq, over many records of many shapes.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
}

# Records whose strings and arrays have every length around the blocks that are read at a time.
make_records() {
	jq -nc 'range(3000) as $i | ("x" * (1 + $i % 70)) as $x | {
		_ack: "t/\($i % 5)/\($i)/e", topic: "t\($i % 7)", partition: ($i % 5), offset: $i,
		timestamp: (if $i % 17 == 0 then null else 1545084650000 + $i * 1000 end),
		timestampType: ["CREATE_TIME", "LOG_APPEND_TIME", "NO_TIMESTAMP_TYPE"][$i % 3],
		key: (if $i % 11 == 0 then null else "k\u00e9\($i % 50)" | @base64 end),
		value: (if $i % 13 == 0 then null
			else {i: $i, ($x): $x, n: [range($i % 23)], u: ("\u00e9\ud83d\ude00\u0001\"\\" + $x), o: {a: {}, b: []}}
				| tojson | @base64 end),
		headers: [range($i % 4) | {"h\(.)": ("v\($i)\n" + $x | @base64)}]}'
}

@test "3,000 records: what jq decodes is what kebmap writes" {
	make_records >records
	jq -cS '{_ack, source: "s.\(.topic)", "detail-type": "kafka-connect-\(.topic)", resources: [],
		detail: {topic, partition, offset, timestamp,
			timestampType: {CREATE_TIME: "CreateTime", LOG_APPEND_TIME: "LogAppendTime", NO_TIMESTAMP_TYPE: "NoTimestampType"}[.timestampType],
			headers: [.headers[] | map_values(@base64d)],
			key: (.key | if . then @base64d else . end),
			value: (.value | if . then @base64d | fromjson else . end)}}
		+ (if .timestamp then {time: (.timestamp / 1000 | todate | sub("Z"; ".000Z"))} else {} end)' records >expected
	kebmap --source 's.{topic}' records >events
	jq -cS 'del(._group)' events >got
	cmp got expected
	# one group for each of the 7 topics and 50 keys, none without a key
	[ "$(jq -r 'select(.detail.key) | ._group' events | sort -u | wc -l)" -eq 350 ]
	[ "$(jq -r 'select(.detail.key | not) | ._group' events | sort -u)" = null ]
}

@test "--set and the options that shape an event agree with jq, too" {
	make_records >records
	kebmap --source s --time none --group none records >plain
	jq -cS '.detail.value.i as $i | .source = .detail.topic | .detail.meta.at = .detail.offset
		| if $i then .detail.n = $i else . end' plain >expected
	kebmap --source s --time none --group none -q records --set 'source=$.detail.topic' \
		--set 'detail.meta.at=$.detail.offset' --set 'detail.n=$.detail.value.i' | jq -cS . >got
	cmp got expected
}
