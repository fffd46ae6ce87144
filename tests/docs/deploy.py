#!/usr/bin/env python3
"""deploy.py FILE: the pipelines of a systemd unit or a Kubernetes manifest, each as a line of
JSON: the words of the command that starts kebrun. Says what is wrong with the file around
them, and ends with 1."""
import json
import re
import shlex
import sys

DRAIN_LIMIT = 25  # seconds, of kebread


def need(truth, text):
    if not truth:
        sys.exit(f"{sys.argv[1]}: {text}")


def seconds(text):
    return int(re.fullmatch(r"(\d+)s?", str(text)).group(1))


def unit(text):
    text = re.sub(r"\\\n", " ", text)
    service = dict(re.findall(r"^(\w+)=(.*)$", text, re.M))
    need(service["KillMode"] == "mixed", "KillMode is not mixed")
    need(seconds(service["TimeoutStopSec"]) > DRAIN_LIMIT, "it kills before kebread has drained")
    need(service["Restart"] == "on-failure", "nobody starts it again")
    words = shlex.split(service["ExecStart"].replace("%i", "1").replace("%H", "host"))
    yield ["kebrun" if word.endswith("/kebrun") else word for word in words]


def manifests(text):
    import yaml

    documents = list(yaml.safe_load_all(text))
    kinds = [document["kind"] for document in documents]
    need(all("apiVersion" in d and "name" in d["metadata"] for d in documents), "no name or version")
    need("StatefulSet" in kinds and "ScaledObject" in kinds, f"only {kinds}")
    for document in documents:
        if document["kind"] == "ScaledObject":
            need(document["spec"]["triggers"][0]["type"] == "kafka", "does not scale on lag")
        if document["kind"] != "StatefulSet":
            continue
        pod = document["spec"]["template"]["spec"]
        need(pod["terminationGracePeriodSeconds"] > DRAIN_LIMIT, "it kills before kebread has drained")
        for container in pod["containers"]:
            need("readinessProbe" in container, "never known to be ready")
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            need(mounts == {volume["name"] for volume in pod["volumes"]}, "mounts and volumes differ")
            yield container["command"] + container["args"]


text = open(sys.argv[1], encoding="utf-8").read()
for command in manifests(text) if sys.argv[1].endswith(".yaml") else unit(text):
    print(json.dumps(command))
