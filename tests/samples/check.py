"""Reads one recorded request and proves its credential with nothing of keydesk: prints what it proved as JSON.

usage: check.py basic|hmac|soap|m4u REQUEST, the secret in SECRET (hexadecimal, so that no shell or locale touches it)
"""

import base64, email.utils, hashlib, hmac, json, os, re, sys, time
import xml.etree.ElementTree as ET

QUOTED = r'([A-Za-z]+)="((?:[^"\\]|\\.)*)"'


def read(path):
    """The request line, the fields in order, and the body."""
    head, body = open(path, "rb").read().split(b"\r\n\r\n", 1)
    line, *fields = head.decode("latin-1").split("\r\n")
    return line, [tuple(f.split(":", 1)) for f in fields], body


def only(fields, name):
    """The value of a field that is there exactly once."""
    (value,) = [v.strip(" \t") for n, v in fields if n.lower() == name.lower()]
    return value


def basic(line, fields, body, secret):
    scheme, token = only(fields, "Authorization").split(" ", 1)
    assert scheme == "Basic", scheme
    key, given = base64.b64decode(token, validate=True).split(b":", 1)
    assert given == secret, "another secret"
    return {"key": key.decode(), "line": line}


def signed_hmac(line, fields, body, secret):
    scheme, rest = only(fields, "Authorization").split(" ", 1)
    assert scheme == "hmac", scheme
    assert re.fullmatch(f"{QUOTED}(?:, {QUOTED})*", rest), rest
    found = re.findall(QUOTED, rest)
    params = {name: re.sub(r"\\(.)", r"\1", value) for name, value in found}
    assert [name for name, _ in found] == ["username", "algorithm", "headers", "signature"], rest
    names = params["headers"].split(" ")
    text = "\n".join(line if n == "request-line" else f"{n}: {only(fields, n)}" for n in names)
    assert "request-line" in names and "date" in params["headers"].lower(), names
    sent = email.utils.parsedate_to_datetime(only(fields, "Date")).timestamp()
    assert abs(sent - time.time()) < 60, "the clock"
    if body:
        (digest,) = [n for n in names if n.lower().endswith("content-md5")]
        assert only(fields, digest) == hashlib.md5(body).hexdigest(), "the digest of the body"
    hash_name = params["algorithm"].removeprefix("hmac-")
    mac = hmac.new(secret, text.encode("latin-1"), hash_name).digest()
    assert base64.b64decode(params["signature"], validate=True) == mac, "another signature"
    # Handed back, so that a second implementation can be asked.
    return {"key": params["username"], "line": line, "hash": hash_name, "signed": text, "mac": mac.hex()}


def soap(line, fields, body, secret):
    api, envelope = "{http://xml.m4u.com.au/2009}", "{http://schemas.xmlsoap.org/soap/envelope/}"
    assert not [n for n, _ in fields if n.lower() == "authorization"]
    assert only(fields, "SOAPAction") == '"http://xml.m4u.com.au/2009/checkUser"'
    root = ET.fromstring(body)
    assert root.tag == f"{envelope}Envelope", root.tag
    (operation,) = root.find(f"{envelope}Body")
    assert operation.tag == f"{api}checkUser", operation.tag
    (authentication,) = operation.findall(f"{api}authentication")
    user, password = authentication
    assert (user.tag, password.tag) == (f"{api}userId", f"{api}password")
    assert password.text.encode() == secret, "another password"
    return {"key": user.text, "line": line}


def m4u(line, fields, body, secret):
    lines = body.split(b"\r\n")
    assert (lines[0], lines[-1]) == (b"m4u", b""), lines
    user, password = lines[1], lines[2]
    assert user.startswith(b"USER=") and password == b"PASSWORD=" + secret, "another password"
    return {"key": user[5:].removesuffix(b"#").decode(), "line": line, "rest": [l.decode() for l in lines[3:-1]]}


if __name__ == "__main__":
    prove = {"basic": basic, "hmac": signed_hmac, "soap": soap, "m4u": m4u}[sys.argv[1]]
    print(json.dumps(prove(*read(sys.argv[2]), bytes.fromhex(os.environ["SECRET"]))))
