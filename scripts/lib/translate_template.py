"""Says what CloudFormation would be given for SAM templates. Offline; runs in the SAM CLI's virtual environment.

    translate_template.py < REQUESTS > ANSWERS

REQUESTS is a JSON array of {"path": FILE} or {"template": OBJECT}; an answer is {"source": OBJECT, "translated":
OBJECT}, or {"source": OBJECT, "error": TEXT}. The source has its intrinsic functions in the long form.
"""

import copy
import json
import logging
import pathlib
import sys

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REGION = "eu-west-1"
# Where `sam package` would have put the code.
CODE = {"Bucket": "code-of-the-stack", "Key": "code"}


def translated(source: dict) -> dict:
    template = copy.deepcopy(source)
    for resource in template.get("Resources", {}).values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = CODE
    values = {name: parameter.get("Default", "") for name, parameter in template.get("Parameters", {}).items()}
    session = boto3.Session(region_name=REGION)
    return Translator({}, Parser(), boto_session=session).translate(template, values)


def answer(request: dict) -> dict:
    source = request.get("template")
    if source is None:
        source = yaml_parse(pathlib.Path(request["path"]).read_text())
    try:
        return {"source": source, "translated": translated(source)}
    except InvalidDocumentException as error:
        return {"source": source, "error": "; ".join(cause.message for cause in error.causes)}


def main() -> int:
    logging.disable(logging.CRITICAL)
    json.dump([answer(request) for request in json.load(sys.stdin)], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
