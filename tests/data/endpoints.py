#!/usr/bin/python3
"""Writes endpoints.txt: hosts as botocore's endpoint rules make them (Debian: python3-botocore).

A line is: service, region, FIPS, dual-stack (yes or no), and the host, or - where the
rules refuse the combination.

    /usr/bin/python3 tests/data/endpoints.py >tests/data/endpoints.txt
"""
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader

LOADER = Loader()
PARTITIONS = LOADER.load_data("partitions")
SERVICES = ["events", "s3", "sts", "glue", "kafka", "secretsmanager", "sso", "sso-oidc"]
REGIONS = ["eu-west-1", "us-east-1", "ap-southeast-7", "il-central-1", "cn-north-1", "us-gov-west-1",
           "us-iso-east-1", "us-isob-east-1", "xx-new-1"]

for service in SERVICES:
    rules = EndpointProvider(LOADER.load_service_model(service, "endpoint-rule-set-1"), PARTITIONS)
    for region in REGIONS:
        for fips in (False, True):
            for dual in (False, True):
                options = {"Region": region, "UseFIPS": fips, "UseDualStack": dual}
                if service == "sts":
                    options["UseGlobalEndpoint"] = False
                try:
                    host = rules.resolve_endpoint(**options).url.removeprefix("https://")
                except EndpointProviderError:
                    host = "-"
                # keb refuses it where the partition has no dual-stack names
                if service == "s3" and dual and region.startswith("us-iso"):
                    host = "-"
                print(service, region, "yes" if fips else "no", "yes" if dual else "no", host)
