"""The document at /api is valid OpenAPI 3.0, by openapi-spec-validator.

    openapi.py BASE
"""

import sys

import requests
from openapi_spec_validator import OpenAPIV30SpecValidator

document = requests.get(f"{sys.argv[1]}/api", timeout=30).json()
faults = list(OpenAPIV30SpecValidator(document).iter_errors())
for fault in faults:
    print(f"FAULT {'/'.join(map(str, fault.absolute_path))}: {fault.message[:400]}")
operations = sum(len(methods) for methods in document["paths"].values())
print(f"{len(document['paths'])} paths, {operations} operations, {len(faults)} faults")
sys.exit(bool(faults))
