#!/usr/bin/env bats
# kebfilter with many rules: where they come from, and which of them matched.
# shellcheck disable=SC2016 # the dollar signs are for patterns and inner shells
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	cat >events <<'END'
{"source":"shop","detail":{"amount":250}}
{"source":"shop","detail":{"amount":5}}
{"source":"depot","detail":{}}
END
	mkdir rules
	echo '{"source":["shop"]}' >rules/shop.json
	echo '{"detail":{"amount":[{"numeric":[">",100]}]}}' >rules/large.json
	echo 'not a pattern' >rules/README
}

@test "a folder: each *.json a rule, named after its file; lines that match any of them" {
	run --separate-stderr kebfilter --rules rules events
	expect_status 0
	expect_out "$(head -2 events)"
}

@test "--count: a line a rule, in the order of the names" {
	run --separate-stderr kebfilter --rules rules --count events
	expect_status 0
	expect_out $'large\t1\nshop\t2'
}

@test "--count --invert: the lines that each rule does not match" {
	run --separate-stderr kebfilter --rules rules --count --invert events
	expect_status 0
	expect_out $'large\t2\nshop\t1'
}

@test "--annotate: the names of the rules that matched, in front" {
	run --separate-stderr kebfilter --rules rules --annotate events
	expect_status 0
	expect_out '{"_rules":["large","shop"],"source":"shop","detail":{"amount":250}}
{"_rules":["shop"],"source":"shop","detail":{"amount":5}}'
}

@test "--annotate=NAME replaces a member of that name, and leaves the rest as it is" {
	run --separate-stderr kebfilter --rules rules --annotate=by <<'END'
{ "source": "shop", "by": [1, 2] , "n" :1.50 }
{"by":0,"source":"shop"}
{"source":"shop","\u0062y":0}
END
	expect_out '{"by":["shop"], "source": "shop" , "n" :1.50 }
{"by":["shop"],"source":"shop"}
{"by":["shop"],"source":"shop"}'
}

@test "--annotate --invert: no names" {
	run --separate-stderr kebfilter --rules rules --annotate --invert events
	expect_out '{"_rules":[],"source":"depot","detail":{}}'
}

@test "in a loop, a line that grows over the limit is rejected" {
	long=$(printf '{"_ack":"t","source":"shop","x":"%0980d"}' 0)
	{ kebfilter --rules rules --annotate --max-line 1KiB --status-fd 3 3>&1 <<<"$long" >out || echo "$?" >code; } | cat >status
	[ ! -e code ]
	[ ! -s out ]
	grep -q '"status":"rejected","by":"kebfilter","class":"too-large"' status
}

@test "a file of named patterns" {
	echo '{"one":{"source":["shop"]},"two":{"source":["depot"]}}' >named.json
	run --separate-stderr kebfilter --rules named.json --count events
	expect_out $'one\t2\ntwo\t1'
}

@test "what aws events list-rules prints: schedules are skipped, disabled rules with --disabled only" {
	cat >list.json <<'END'
{"Rules": [
  {"Name": "large", "State": "ENABLED", "EventPattern": "{\"detail\":{\"amount\":[250]}}"},
  {"Name": "nightly", "State": "ENABLED", "ScheduleExpression": "rate(1 day)"},
  {"Name": "old", "State": "DISABLED", "EventPattern": "{\"source\":[\"depot\"]}"}
]}
END
	run --separate-stderr kebfilter --rules list.json --count events
	expect_out $'large\t1'
	run --separate-stderr kebfilter --rules list.json --disabled --count events
	expect_out $'large\t1\nold\t1'
}

@test "the list alone, and what aws events describe-rule prints" {
	echo '[{"Name":"a","EventPattern":"{\"source\":[\"shop\"]}"},{"Name":"b","ScheduleExpression":"rate(1 day)"}]' >list.json
	run --separate-stderr kebfilter --rules list.json --count events
	expect_out $'a\t2'
	jq '.[0]' list.json >rule.json
	run --separate-stderr kebfilter --rules rule.json --count events
	expect_out $'a\t2'
	run --separate-stderr kebfilter -f rule.json --count events
	expect_status 2
	expect_err '(files of rules and templates go with --rules)'
}

@test "schedules have no pattern" {
	echo '{"Name":"nightly","ScheduleExpression":"rate(1 day)","State":"ENABLED"}' >rule.json
	run --separate-stderr kebfilter --rules rule.json events
	expect_status 2
	expect_err 'rule.json: there is no rule with a pattern in it: it is a schedule'
	run --separate-stderr kebfilter -f rule.json events
	expect_status 2
	expect_err '(files of rules and templates go with --rules)'
	jq -c '[., .]' rule.json >list.json
	run --separate-stderr kebfilter --rules list.json events
	expect_status 2
	expect_err 'list.json: there is no rule with a pattern in it: they are schedules'
}

@test "a list of rules that is not whole is refused" {
	echo '{"Rules":[{"Name":"a","EventPattern":"{\"a\":[1]}"}],"NextToken":"x"}' >list.json
	run --separate-stderr kebfilter --rules list.json events
	expect_status 2
	expect_err 'list.json:1:54: a NextToken: not all rules are here'
}

@test "the rules of a CloudFormation template" {
	cat >template.json <<'END'
{"Resources": {
  "Topic": {"Type": "AWS::SNS::Topic"},
  "Shop": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["shop"]}}},
  "Other": {"Type": "AWS::Events::Rule", "Properties": {"Name": "depot-rule", "EventPattern": {"source": ["depot"]}}}
}}
END
	run --separate-stderr kebfilter --rules template.json --count events
	expect_out $'Shop\t2\ndepot-rule\t1'
}

@test "the rules that SAM makes of the events of a function or state machine" {
	cat >template.json <<'END'
{"Transform": "AWS::Serverless-2016-10-31", "Resources": {
  "Ship": {"Type": "AWS::Serverless::Function", "Properties": {"Events": {
    "Shop": {"Type": "EventBridgeRule", "Properties": {"Pattern": {"source": ["shop"]}}},
    "Nightly": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}},
    "Old": {"Type": "CloudWatchEvent", "Properties": {"Enabled": false, "Pattern": {"source": ["shop"]}}},
    "Named": {"Type": "EventBridgeRule", "Properties": {"RuleName": "depot-rule", "Pattern": {"source": ["depot"]}}}}}},
  "Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": {"Events": {
    "Depot": {"Type": "CloudWatchEvent", "Properties": {"Pattern": {"source": ["depot"]}}}}}},
  "Plain": {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "x"}}
}}
END
	run --separate-stderr kebfilter --rules template.json --count events
	expect_out $'ShipShop\t2\ndepot-rule\t1\nFlowDepot\t1'
	run --separate-stderr kebfilter --rules template.json --disabled --count events
	expect_out $'ShipShop\t2\nShipOld\t2\ndepot-rule\t1\nFlowDepot\t1'
	jq '.Resources.Ship.Properties.Events.Shop.Properties.Pattern.source = [{Ref: "X"}]' template.json >ref.json
	run --separate-stderr kebfilter --rules ref.json events
	expect_status 2
	expect_err "'ShipShop' (Ref)"
}

@test "rules of a template that are whole when it is deployed are told at once" {
	cat >template.json <<'END'
{"Resources": {
  "Shop": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["shop"],
    "resources": [{"Ref": "Topic"}]}}},
  "Depot": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": {"Fn::Split": [",", "a,b"]}}}},
  "Ref": {"Type": "AWS::Events::Rule", "Properties": {"Name": {"Fn::Sub": "x"}, "EventPattern": {"source": ["depot"]}}}
}}
END
	run --separate-stderr kebfilter --rules template.json events
	expect_status 2
	expect_err "2 rules of a template ask for what is known when it is deployed: template.json:3 'Shop' (Ref), template.json:4 'Depot' (Fn::Split): write the values, leave the rules out (jq 'del(.Resources.NAME)'), or take those that are deployed ('aws events list-rules')"
	run --separate-stderr bash -c "jq 'del(.Resources.Shop, .Resources.Depot)' template.json | kebfilter --rules /dev/stdin --count events"
	expect_out $'Ref\t1'
	run --separate-stderr kebfilter --rules template.json --lint
	expect_status 2
	[[ $output == *"template.json:3:19: error: Ref is known when the template is deployed"* ]]
	[[ $output == *"template.json:4:84: error: Fn::Split is known"* ]]
	echo '{"TemplateBody":{"Resources":{"A":{"Type":"AWS::Events::Rule","Properties":{"EventPattern":{"source":["shop"]}}}}}}' >body.json
	run --separate-stderr kebfilter --rules body.json --count events
	expect_out $'A\t2'
}

@test "many such rules fit into one message" {
	jq -nc '{Resources: ([range(200) | {key: "ARuleWithALongerName\(.)", value: {Type: "AWS::Events::Rule", Properties: {EventPattern: {source: [{Ref: "X"}]}}}}] | from_entries)}' >template.json
	run --separate-stderr kebfilter --rules template.json events
	expect_status 2
	expect_err "200 rules of a template ask for"
	expect_err "(Ref), ...: write the values"
	expect_err "('aws events list-rules')"
}

@test "a template in YAML" {
	printf 'AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  A: {}\n' >template.yaml
	run --separate-stderr kebfilter --rules template.yaml events
	expect_status 2
	expect_err "template.yaml: a template in YAML, and JSON is read: convert it ('cfn-flip template.yaml', 'cdk synth --json'), or take the rules that are deployed"
	jq -Rsc '{TemplateBody: .}' template.yaml >body.json
	run --separate-stderr kebfilter --rules body.json events
	expect_err "convert it ('jq -r .TemplateBody body.json | cfn-flip'"
}

@test "the filter criteria of a pipe" {
	echo '{"FilterCriteria":{"Filters":[{"Pattern":"{\"source\":[\"shop\"]}"}]}}' >pipe.json
	run --separate-stderr kebfilter --rules pipe.json --count events
	expect_out $'filter-1\t2'
	jq '{Name: "orders", SourceParameters: .}' pipe.json >described.json
	run --separate-stderr kebfilter --rules described.json --count events
	expect_out $'filter-1\t2'
}

@test "a bad pattern among them: its place in the file, or in its own text" {
	printf '{"one": {"source": ["shop"]},\n "two": {"source": "depot"}}\n' >named.json
	run --separate-stderr kebfilter --rules named.json events
	expect_status 2
	expect_err 'named.json:2:20: a field takes a list of tests or an object'
	echo '{"Rules":[{"Name":"a","EventPattern":"{\"a\":[]}"}]}' >list.json
	run --separate-stderr kebfilter --rules list.json events
	expect_status 2
	expect_err "list.json: pattern of 'a': 1:6: an empty list matches nothing"
}

@test "a single pattern is no file of rules; names come once; something has to be there" {
	run --separate-stderr kebfilter --rules rules/shop.json events
	expect_status 2
	expect_err 'rules/shop.json:1:2: no pattern: a file of rules is {"name": pattern, ...} (for a single pattern use -f)'
	echo '{"shop":{"source":["shop"]}}' >named.json
	run --separate-stderr kebfilter --rules rules --rules named.json events
	expect_status 2
	expect_err "two rules are named 'shop'"
	mkdir empty
	run --separate-stderr kebfilter --rules empty events
	expect_status 2
	expect_err "no *.json in the folder 'empty'"
}

@test "rules that are all named as the members of an event: a warning, once a file" {
	doubt='the rules are named as the members of an event are: is this a single pattern? use -f'
	echo '{"detail":{"a":["x"]},"source":{"b":["x"]}}' >pattern.json
	run --separate-stderr kebfilter --rules pattern.json --count <<<'{"a":"x"}'
	expect_status 0
	expect_out $'detail\t1\nsource\t0'
	[ "$stderr" = "kebfilter: warning: pattern.json: $doubt" ]
	run --separate-stderr bash -c 'kebfilter --lint --rules pattern.json | grep -c "^pattern.json:1:11: warning: the rules are named"'
	expect_out 1
	echo '{"detail":{"a":["x"]},"shop":{"b":["x"]}}' >rules.json
	run --separate-stderr kebfilter --rules rules.json <<<'{"a":"x"}'
	expect_status 0
	[ -z "$stderr" ]
}

@test "a file of rules that is no JSON: its place, shown" {
	printf '{"one": {"source": ["shop"],\n }}' >rules.json
	run --separate-stderr kebfilter --rules rules.json events
	expect_status 2
	[ "$stderr" = "kebfilter: error: rules.json:2:2: expected a member name (there is a comma too many)
     }}
     ^" ]
	run --separate-stderr kebfilter --rules rules.json --lint
	expect_status 2
	expect_err 'rules.json:2:2: expected a member name'
	: >empty.json
	run --separate-stderr kebfilter --rules empty.json events
	expect_err 'empty.json:1:1: this is empty'
}

@test "--disabled is about rules" {
	run --separate-stderr kebfilter --disabled -p '{"a":[1]}' <<<'{"a":1}'
	expect_status 2
	expect_err '--disabled goes with --rules'
}

@test "rules that are all disabled" {
	echo '{"Rules":[{"Name":"a","State":"DISABLED","EventPattern":"{\"a\":[1]}"}]}' >list.json
	run --separate-stderr kebfilter --rules list.json events
	expect_status 2
	expect_err 'list.json: there is no rule with a pattern in it that is enabled (see --disabled)'
	echo '{"Rules":[]}' >list.json
	run --separate-stderr kebfilter --rules list.json events
	expect_err 'list.json: there is no rule with a pattern in it'
}

@test "names with control characters keep to their line" {
	printf '{"a\\nb\\u001b":{"source":["shop"]}}' >rules.json
	run --separate-stderr kebfilter --rules rules.json --count events
	expect_out $'a\\x0ab\\x1b\t2'
}

@test "--split: all names are looked at before a file is made; not with --invert" {
	echo '{"good":{"source":["shop"]},"../bad":{"source":["shop"]}}' >named.json
	run --separate-stderr kebfilter --rules named.json --split out events
	expect_status 2
	expect_err "the rule '../bad' cannot name a file"
	[ ! -e out ]
	run --separate-stderr kebfilter --rules rules --split out --invert events
	expect_status 2
	expect_err '--invert and --split exclude each other'
}

@test "several -p are told apart" {
	run --separate-stderr kebfilter -p '{"source":["shop"]}' -p '{"source":["depot"]}' --annotate <<<'{"source":"depot"}'
	expect_out '{"_rules":["-p[2]"],"source":"depot"}'
	run --separate-stderr kebfilter -p '{"source":["shop"]}' -p '{"source":[]}' events
	expect_status 2
	expect_err '-p[2]:1:11: an empty list'
}

@test "a file that ends too early: its end is shown" {
	printf '{"a":\n {"source": ["shop"]}\n\n' >rules/cut.json
	run --separate-stderr kebfilter --rules rules events
	expect_status 2
	[ "$stderr" = "kebfilter: error: rules/cut.json:2:22: expected ',' or '}' (the text ends here)
     {\"source\": [\"shop\"]}
                         ^" ]
}

@test "patterns from stdin" {
	run --separate-stderr kebfilter --rules - --count events <<<'{"one":{"source":["shop"]}}'
	expect_out $'one\t2'
	run --separate-stderr kebfilter -f - --count events <rules/shop.json
	expect_out 2
	run --separate-stderr kebfilter --rules - <<<'{"one":{"source":["shop"]}}'
	expect_status 2
	expect_err "stdin ('-') cannot be read twice: patterns come from it"
	run --separate-stderr kebfilter --rules - --lint <<<'{"one":{"source":"shop"}}'
	expect_status 2
	[[ $output == 'stdin:1:18: error: a field takes a list'* ]]
}
