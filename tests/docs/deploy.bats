#!/usr/bin/env bats
# The units and manifests of examples/: well-formed, with pipelines that kebrun takes and
# options that the programs have.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	PATH=$KEB_BUILD:$PATH
	EXAMPLES=$KEB_ROOT/examples
}

# Every stage, as kebrun would give it to the shell, asked for its help: an option that is
# not there is said before.
runs() { # FILE
	local words stage n=0
	python3 "$KEB_ROOT/tests/docs/deploy.py" "$1" >commands
	[ -s commands ]
	while mapfile -t -d '' words < <(jq -j '.[] | . + "\u0000"'); do
		[ "${words[0]}" = kebrun ] || break
		kebrun --print "${words[@]:1}" 3>&- >stages
		while read -r stage; do
			POD=pod-0 sh -c "$stage --help" >help || { echo "$stage" >&2 && return 1; }
			grep -q '^Usage:\|usage' help
			n=$((n + 1))
		done < <(sed -z 's/\\\n/ /g' stages | sed 's/^.*sh -c: //')
	done <commands
	[ "$n" -ge 3 ]
}

@test "keb-orders.service" {
	runs "$EXAMPLES/keb-orders.service"
}

@test "keb-orders@.service" {
	runs "$EXAMPLES/keb-orders@.service"
}

@test "kubernetes.yaml" {
	python3 -c 'import yaml' 2>/dev/null || skip "no python3-yaml here (make deps)"
	runs "$EXAMPLES/kubernetes.yaml"
}

@test "systemd finds nothing in the units" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze here"
	local unit
	for unit in keb-orders.service keb-orders@.service; do
		# The program is where it was built, and its manual is not installed.
		sed "s|/usr/local/bin/kebrun|$KEB_BUILD/kebrun|; /^Documentation=/d" "$EXAMPLES/$unit" >"$unit"
		run systemd-analyze verify --man=no "./$unit"
		[ "$status" -eq 0 ] && [[ $output != *"$unit"* ]] || { echo "$output" >&2 && false; }
	done
}
