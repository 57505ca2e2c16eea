"""PowerDNS on a name server host: SQLite store, HTTP API, DNSSEC, no caches (API writes show at once)."""

import urllib.request

from . import names
from .command import run

SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
DATABASE = "/var/lib/powerdns/pdns.sqlite3"


def configure(root, address, subnet, api_key):
    """Write the configuration and make the database, inside the host's mounted root."""
    (root / "etc/powerdns/pdns.conf").write_text(f"""launch=gsqlite3
gsqlite3-database={DATABASE}
gsqlite3-dnssec=yes
local-address={address}
setuid=pdns
setgid=pdns
api=yes
api-key={api_key}
webserver=yes
webserver-address={address}
webserver-port={names.POWERDNS_PORT}
webserver-allow-from={subnet}.0/24
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
version-string=anonymous
""")
    run("chown", "--reference", root / "var/lib/powerdns", root / "etc/powerdns/pdns.conf")
    (root / "etc/powerdns/pdns.conf").chmod(0o600)
    if not (root / DATABASE.lstrip("/")).exists():
        run("chroot", root, "setpriv", "--reuid=pdns", "--regid=pdns", "--clear-groups",
            "sqlite3", DATABASE, f".read {SCHEMA}")


def answers(address, api_key):
    """Whether the HTTP API serves."""
    request = urllib.request.Request(f"http://{address}:{names.POWERDNS_PORT}/api/v1/servers/localhost",
                                     headers={"X-API-Key": api_key})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
