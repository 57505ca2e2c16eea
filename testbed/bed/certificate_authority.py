"""pebble, an ACME certificate authority, on the bridge; it asks the bed's name server and connects to port 80."""

import json
import os
import ssl
import urllib.request

from . import names
from .command import BedError, run
from .processes import Process
from .waiting import wait_until

CERTIFICATE_SECONDS = 90 * 24 * 3600


class CertificateAuthority:
    def __init__(self, bed):
        self.folder = bed.state / "acme"
        self.address = bed.gateway
        self.resolver = bed.resolver_address()
        self.root_file = bed.state / "acme_root.pem"
        self.process = Process(self.folder / "process")

    @property
    def ca_file(self):
        """What a client must trust to talk to the directory; it does not sign the issued certificates."""
        return self.folder / "ca.pem"

    @property
    def directory(self):
        return f"https://{self.address}:{names.ACME_PORT}/dir"

    @property
    def root_url(self):
        return f"https://{self.address}:{names.ACME_MANAGEMENT_PORT}/roots/0"

    def start(self):
        if self.process.pid() is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._ensure_own_certificate()
            self._write_configuration()
            environment = dict(os.environ, PEBBLE_VA_NOSLEEP="1", PEBBLE_WFE_NONCEREJECT="5", PEBBLE_AUTHZREUSE="0")
            self.process.start(["pebble", "-config", self.folder / "pebble.json", "-strict",
                                "-dnsserver", f"{self.resolver}:53"], log=self.folder / "pebble.log", env=environment)
        if not wait_until(self.fetch_root, 20, interval=0.1):
            raise BedError(f"the test certificate authority does not answer; its log: {self.folder}/pebble.log")

    def fetch_root(self):
        """Store the issuing root, which is new at each start; False while pebble does not answer."""
        trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.ca_file))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust)
        try:
            with opener.open(self.root_url, timeout=5) as answer:
                self.root_file.write_bytes(answer.read())
        except OSError:
            return False
        return True

    def _write_configuration(self):
        (self.folder / "pebble.json").write_text(json.dumps({"pebble": {
            "listenAddress": f"{self.address}:{names.ACME_PORT}",
            "managementListenAddress": f"{self.address}:{names.ACME_MANAGEMENT_PORT}",
            "certificate": str(self.folder / "server.pem"), "privateKey": str(self.folder / "server.key"),
            "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": False,
            "certificateValidityPeriod": CERTIFICATE_SECONDS}}, indent=2))

    def _ensure_own_certificate(self):
        """An own small CA and, signed by it, the certificate of the directory's address."""
        if (self.folder / "server.pem").exists():
            return
        at = lambda name: self.folder / name
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        run("openssl", "req", "-x509", *key, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "3650",
            "-subj", "/CN=Hostelry test bed CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        run("openssl", "req", "-new", *key, "-keyout", at("server.key"), "-out", at("server.csr"),
            "-subj", "/CN=Hostelry test bed ACME directory")
        at("server.ext").write_text(f"subjectAltName=IP:{self.address}\nbasicConstraints=CA:FALSE\n"
                                    "extendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n")
        run("openssl", "x509", "-req", "-in", at("server.csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"),
            "-CAcreateserial", "-days", "3650", "-extfile", at("server.ext"), "-out", at("server.pem"))

    def stop(self):
        self.process.stop(5)
