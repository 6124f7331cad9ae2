"""The pod of production, probed, called, with another password, and drained."""
import os
import signal
import subprocess
import sys
import time
import traceback

from kube import WORK, Fault, same, until
from pod import ADDRESS, SPEC, USER, Calls, Container, memory, redis, start_redis


def confined(container):
    """Nobody in particular, PID 1, no capabilities, nothing to write but /tmp."""
    same(container.status("Uid"), USER.split(":")[0], "user")
    same((container.status("CapEff"), container.status("CapPrm"), container.status("NoNewPrivs")),
         ("0" * 16, "0" * 16, "1"), "capabilities")
    with open(f"/proc/{container.pid}/status") as status:
        same([line.split()[-1] for line in status if line.startswith("NSpid")], ["1"], "PID inside")
    until(20, "ready", lambda: container.probe("readinessProbe") == 200)
    for probe in ("startupProbe", "livenessProbe"):
        same(container.probe(probe), 200, probe)


def another_password(container, calls):
    """The Secret changes where it is mounted; nobody restarts, and no call fails once Redis knows both."""
    volume = container.volumes["redis"]
    there = {file.name: file.read_bytes() for file in volume.folder.iterdir() if not file.name.startswith("..")}
    former = there["password"].decode()
    with calls:
        same(redis("ACL", "SETUSER", "mcp-session", ">another"), "OK", "both passwords")
        volume.write(there | {"password": b"another"})
        time.sleep(2)
        same(calls.wrong(), [], "calls while both are good")
        same(redis("ACL", "SETUSER", "mcp-session", "<" + former), "OK", "the former taken away")
        time.sleep(1)
        same(calls.wrong(), [], "calls with the former taken away")
        # Connections that are open stay so, whatever happens to the password.
        redis("CLIENT", "KILL", "USER", "mcp-session")
        before = len(calls.answers)
        until(20, "a hundred calls in a row by the other password", lambda: len(calls.answers) > before + 100
              and all(it == 200 for it in calls.answers[-100:]))
    until(10, "ready with the other password", lambda: container.probe("readinessProbe") == 200)
    peak = int(container.status("VmHWM"))
    if peak * 1024 > memory():
        raise Fault(f"{peak} KB, more than its limit")
    return f"{len(calls.answers)} calls while the password changed, resident {peak // 1024} MiB at most"


def drained(container, calls):
    """Told to end under calls: not ready at once, every call of the next seconds answered, gone within its grace."""
    with calls:
        time.sleep(1)
        begin = time.monotonic()
        os.kill(container.pid, signal.SIGTERM)
        until(2, "not ready", lambda: container.probe("readinessProbe") == 503)
        unready = time.monotonic() - begin
        same(container.probe("livenessProbe"), 200, "alive while it drains")
        time.sleep(4)
    same(calls.wrong(), [], "calls while it drains")
    container.outer.wait(SPEC["terminationGracePeriodSeconds"])
    gone = time.monotonic() - begin
    same(container.outer.returncode, 143, "status")
    return (f"not ready after {unready:.2f} s, {len(calls.answers)} calls answered, "
            f"gone after {gone:.1f} s of {SPEC['terminationGracePeriodSeconds']}")


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", ADDRESS + "/32", "dev", "lo"], check=True)
    with open("/etc/hosts") as hosts, open(WORK / "hosts", "w") as mine:
        mine.write(hosts.read() + "127.0.0.1 redis.example.com\n")
    subprocess.run(["mount", "--bind", WORK / "hosts", "/etc/hosts"], check=True)
    server = start_redis()
    container, ok = None, 0
    try:
        container = Container()
        print(f"up after {container.probed('startupProbe'):.2f} s")
        confined(container)
        ok += 1
        for case in (another_password, drained):
            print(case(container, Calls()))
            ok += 1
        thrown = [line for line in container.log.read_text().splitlines() if '"exception"' in line or "Exception in" in line]
        same(thrown, [], "thrown")
        ok += 1
    except Exception:
        traceback.print_exc()
        print((WORK / "server.log").read_text()[-3000:] if container else "", file=sys.stderr)
    finally:
        if container:
            container.end()
        server.terminate()
    print(f"pod: {ok} ok, {4 - ok} failed")
    return 0 if ok == 4 else 1


if __name__ == "__main__":
    sys.exit(main())
