"""What the cases have in common: kubectl, waiting, and copies of k8s/ in which something is changed."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(os.environ["KUBE_ROOT"])
WORK = pathlib.Path(os.environ["KUBE_WORK"])
KUBECTL = [str(WORK / "kube"), "kubectl", "--kubeconfig", str(WORK / "kubeconfig"), "--cache-dir", str(WORK / "cache")]


class Fault(AssertionError):
    """What a case found."""


def kubectl(*arguments, text=None, status=0, folder=None):
    """Runs kubectl. Another status than the one expected is a fault; None takes any."""
    done = subprocess.run([*KUBECTL, *arguments], input=text, text=True, capture_output=True, timeout=300, cwd=folder)
    if status is not None and done.returncode != status:
        raise Fault(f"kubectl {' '.join(arguments)} ends with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def get(kinds, namespace=None, *more):
    where = ["-n", namespace] if namespace else []
    got = json.loads(kubectl("get", kinds, *where, "-o", "json", *more).stdout)
    return got["items"] if got["kind"].endswith("List") else got


def until(seconds, what, ask):
    """Waits for something true, and gives it back; on a busy machine three times as long."""
    end = time.monotonic() + 3 * seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Fault(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.5)


def name(item):
    return f"{item['kind']}/{item['metadata']['name']}"


def same(found, expected, what):
    if found != expected:
        raise Fault(f"{what}: {found!r} and not {expected!r}")


class Copy:
    """A copy of k8s/, as somebody has it who changes it."""

    def __init__(self, source=ROOT / "k8s"):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        shutil.copytree(source, self.folder / "k8s")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def path(self, folder):
        return str(self.folder / "k8s" / folder)

    def change(self, file, correct, wrong):
        """Replaces what a regular expression finds once."""
        path = self.folder / "k8s" / file
        text, found = re.subn(correct, lambda _: wrong, path.read_text(), count=1, flags=re.MULTILINE)
        if not found:
            raise Fault(f"{file} has no {correct}")
        path.write_text(text)
        return self

    def without(self, component, overlay="overlays/production"):
        """Takes out one line, as the overlay says."""
        return self.change(f"{overlay}/kustomization.yaml", rf"^  - \.\./\.\./components/{component}\n", "")

    def also(self, overlay, text):
        path = self.folder / "k8s" / overlay / "kustomization.yaml"
        path.write_text(path.read_text() + text)
        return self


def commands(file):
    """The commands that the comments of a file show, in their order; ... stands for what nobody writes down."""
    lines = re.sub(r"\\\n#\s*", "", file.read_text()).splitlines()
    return [line.lstrip("# ").strip() for line in lines if re.match(r"#\s+kubectl ", line)]


def shell(command, folder, status=0):
    """Runs a command as it is written, with kubectl being ours."""
    bin_folder = WORK / "bin"
    bin_folder.mkdir(exist_ok=True)
    script = bin_folder / "kubectl"
    if not script.exists():
        script.write_text("#!/bin/sh\nexec " + " ".join(f"'{part}'" for part in KUBECTL) + ' "$@"\n')
        script.chmod(0o755)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, text=True, capture_output=True,
                          timeout=300, env={**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"})
    if status is not None and done.returncode != status:
        raise Fault(f"{command}: ends with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done
