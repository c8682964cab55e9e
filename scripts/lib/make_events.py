"""Makes the sample events afresh, or (--check) proves that the committed ones fit each other.

    make_events.py [--check] FOLDER

Keys, tokens and events are made together; the private keys are never written and end with this process.
"""

import argparse
import base64
import json
import pathlib
import re
import sys

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sample import Sample
from sample_tokens import POOL, STAFF_API_KEY, USAGE_KEY_SECRET, ORDERS_CLIENT, WEB_CLIENT, SampleKeys
from samples_known import allowed_samples, denied_samples
from samples_unknown import fault_samples, rejected_samples

ENVIRONMENT = f"""\
# What ${{NAME}} in authorizer.json stands for. Samples: nothing here is worth protecting.
USER_POOL_ID={POOL}
ORDERS_CLIENT_ID={ORDERS_CLIENT}
WEB_CLIENT_ID={WEB_CLIENT}
STAFF_API_KEY={STAFF_API_KEY}
USAGE_KEY_SECRET={USAGE_KEY_SECRET}
"""

TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")  # eyJ is {" in base64url
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}  # RFC 7518 sections 6.2.2, 6.3.2, 6.4.1
ALGORITHMS = ["RS256", "ES256", "EdDSA"]
TABLE_BEGIN, TABLE_END = "<!-- samples -->", "<!-- end of samples -->"
BAD_SIGNATURES = {"unknown_key", "invalid_signature", "unsupported_algorithm"}


def all_samples() -> list[Sample]:
    return allowed_samples() + denied_samples() + rejected_samples() + fault_samples()


def pretty(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def readme(text: str) -> str:
    """The README with its table of samples as it must be."""
    rows = [
        f"| `{sample.name}` | {sample.expected['decision']} | {reason(sample)} | {sample.explanation} |"
        for sample in all_samples()
    ]
    table = "\n".join(["| event | decision | reason | what it shows |", "|---|---|---|---|", *rows])
    head, _, rest = text.partition(TABLE_BEGIN)
    _, _, tail = rest.partition(TABLE_END)
    return f"{head}{TABLE_BEGIN}\n{table}\n{TABLE_END}{tail}"


def reason(sample: Sample) -> str:
    return f"`{sample.expected['reason']}`" if sample.expected["reason"] else ""


def make(folder: pathlib.Path) -> None:
    keys = SampleKeys()
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    for stale in [*folder.glob("*.expected.json"), *folder.glob("keys/*.json")]:
        stale.unlink()
        event = stale.with_name(stale.name.replace(".expected.json", ".json"))
        event.unlink(missing_ok=True)
    for name, key_set in keys.public_sets().items():
        (folder / "keys" / name).write_text(pretty(key_set))
    for sample in all_samples():
        (folder / f"{sample.name}.json").write_text(pretty(sample.event(keys)))
        (folder / f"{sample.name}.expected.json").write_text(pretty(sample.expected))
    (folder / "environment").write_text(ENVIRONMENT)
    page = folder / "README.md"
    page.write_text(readme(page.read_text()))


def decoded(segment: str) -> str:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode()


def without_signatures(text: str) -> str:
    """The text with every token written out as its header and claims."""
    return TOKEN.sub(lambda match: ".".join(map(decoded, match[0].split(".")[:2])), text)


def good_signature(token: str, keys: KeySet) -> bool:
    try:
        jws.deserialize_compact(token, keys, algorithms=ALGORITHMS)
    except (JoseError, ValueError):
        return False
    return True


def faults(folder: pathlib.Path) -> list[str]:
    """What does not fit, one line each."""
    found = []
    key_sets = {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("keys/*.json"))}
    for name, key_set in key_sets.items():
        if any(PRIVATE_MEMBERS & key.keys() for key in key_set["keys"]):
            found.append(f"keys/{name}: holds a private key")
    published = KeySet.import_key_set({"keys": [key for key_set in key_sets.values() for key in key_set["keys"]]})

    fresh = SampleKeys()
    samples = all_samples()
    for sample in samples:
        found += faults_of(sample, fresh, folder, published)
    expected_names = {f"{sample.name}.expected.json" for sample in samples}
    strays = [path.name for path in folder.glob("*.expected.json") if path.name not in expected_names]
    found += [f"{name}: no such sample" for name in strays]
    if (folder / "environment").read_text() != ENVIRONMENT:
        found.append("environment: not what the samples are made with")
    page = (folder / "README.md").read_text()
    if page != readme(page):
        found.append("README.md: its table is not that of the samples")
    return found


def faults_of(sample: Sample, fresh: SampleKeys, folder: pathlib.Path, published: KeySet) -> list[str]:
    event_path, expected_path = folder / f"{sample.name}.json", folder / f"{sample.name}.expected.json"
    if not event_path.exists() or not expected_path.exists():
        return [f"{sample.name}: missing"]
    found = []
    text = event_path.read_text()
    if without_signatures(text) != without_signatures(pretty(sample.event(fresh))):
        found.append(f"{event_path.name}: not the event of the table")
    if expected_path.read_text() != pretty(sample.expected):
        found.append(f"{expected_path.name}: not the outcome of the table")
    must_be_good = sample.expected["reason"] not in BAD_SIGNATURES
    for token in TOKEN.findall(text):
        if good_signature(token, published) != must_be_good:
            found.append(f"{event_path.name}: a signature that should be {'good' if must_be_good else 'bad'} is not")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; say what does not fit")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    if not arguments.check:
        make(arguments.folder)
    found = faults(arguments.folder)
    for fault in found:
        print(f"{arguments.folder}/{fault}")
    if not found:
        print(f"{len(all_samples())} sample events fit their keys", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
