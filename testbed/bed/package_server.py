"""Serves the bed's apt repositories on the bridge: /debian/ and /local/, read only."""

import functools
import http.server
import sys
import urllib.parse


class PackageHandler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folders = {}

    def translate_path(self, path):
        parts = urllib.parse.unquote(urllib.parse.urlsplit(path).path).strip("/").split("/")
        folder = self.folders.get(parts[0])
        parts = [part for part in parts[1:] if part != "."]
        if folder is None or len(parts) != 1 or parts[0] in ("", ".."):
            return "/nonexistent"
        return f"{folder}/{parts[0]}"

    def log_message(self, format, *arguments):
        pass


def main(address, port, debian, local):
    PackageHandler.folders = {"debian": debian, "local": local}
    server = http.server.ThreadingHTTPServer((address, int(port)), functools.partial(PackageHandler))
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
