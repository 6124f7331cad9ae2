"""A certificate authority for one run, and the certificates that the example names. Argument: the folder for them."""
import datetime
import ipaddress
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ISSUER = "issuer.example.com"
SESSIONS = "mcp-session-grpc.mcp-session.svc"


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(subject, key, signer, signer_key, names, authority=False):
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(named(subject)).issuer_name(signer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
    if names:
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(signer_key, hashes.SHA256())


def write(folder, name, made, key):
    (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def main(folder):
    folder.mkdir(parents=True)
    root = ec.generate_private_key(ec.SECP256R1())
    write(folder, "ca", certificate("test authority", root, named("test authority"), root, [], True), root)
    here = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    for name, subject, names in (
            ("sessions", SESSIONS, [x509.DNSName(SESSIONS), *here]),
            ("envoy", "envoy", []),
            ("issuer", ISSUER, [x509.DNSName(ISSUER), *here]),
            # The authority's word, but for somebody else.
            ("elsewhere", "elsewhere.example.com", [x509.DNSName("elsewhere.example.com"), *here])):
        key = ec.generate_private_key(ec.SECP256R1())
        write(folder, name, certificate(subject, key, named("test authority"), root, names), key)
    # The right name, and nobody's word for it but its own.
    for name, subject in (("forged-issuer", ISSUER), ("forged-sessions", SESSIONS)):
        key = ec.generate_private_key(ec.SECP256R1())
        write(folder, name, certificate(subject, key, named(subject), key, [x509.DNSName(subject), *here]), key)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
