#!/usr/bin/env bash
# Makes the locks of the .in files anew: NAME.txt with every package and the hashes of those wheels that this suite may
# install, on Linux with Python 3.11 to 3.13. All wheels there are would be six times as many.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/uv"
"$work/uv/bin/pip" install -q --disable-pip-version-check "$(cat uv.in)"
for list in *.in; do
  "$work/uv/bin/uv" pip compile -q --universal --python-version 3.11 --only-binary :all: --format pylock.toml \
    -o "$work/pylock.toml" "$list"
  python3 - "$work/pylock.toml" > "${list%.in}.txt" <<'PYTHON'
import re
import sys
import tomllib


EVERY = "python_full_version >= '3.11'"


def fits(wheel):
    python, abi, platform = (wheel.get("name") or wheel["url"].rpartition("/")[2])[:-4].rsplit("-", 3)[1:]
    return (re.search(r"any|manylinux.*x86_64|manylinux.*aarch64", platform)
            and (abi == "abi3" or re.fullmatch(r"none|cp31[123]", abi)) and re.search(r"py3|cp3", python))


for package in tomllib.load(open(sys.argv[1], "rb"))["packages"]:
    hashes = sorted(wheel["hashes"]["sha256"] for wheel in package["wheels"] if fits(wheel))
    if not hashes:
        # Nothing of Linux.
        continue
    marker = package.get("marker", EVERY)
    marker = "" if marker == EVERY else f" ; {marker}"
    print(" \\\n    ".join([f"{package['name']}=={package['version']}{marker}",
                           *(f"--hash=sha256:{it}" for it in hashes)]))
PYTHON
done
