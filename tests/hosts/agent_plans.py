"""Plans as the panel makes them, for the tests of the agent on real hosts."""

import uuid

INSTALL = """<?php
$_SERVER['HTTP_HOST'] = '%(domain)s';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
define('WP_INSTALLING', true);
function wp_new_blog_notification() {}
require '/srv/sites/%(site)s/htdocs/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_option_permalink_structure', fn() => '/%%postname%%/');
if (is_blog_installed()) { echo "unchanged\n"; exit; }
wp_install('%(title)s', 'admin', 'admin@%(domain)s', true, '', '%(password)s');
update_option('permalink_structure', '/%%postname%%/');
echo "installed\n";
"""

CONFIG = """<?php
define('DB_NAME', '%(site)s');
define('DB_USER', '%(site)s');
define('DB_PASSWORD', '%(password)s');
define('DB_HOST', 'localhost');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', 'http://%(domain)s');
define('WP_SITEURL', 'http://%(domain)s');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
"""

PASSWORD = "Correct-Horse-7-Battery"


def plan(actions, **more):
    numbered = [{"id": f"a{number}", **action} for number, action in enumerate(actions)]
    return {"plan": str(uuid.uuid4()), "actions": numbered, **more}


def static_actions(site, domain=None, text="It works"):
    domain = domain or f"{site}.example.test"
    return [
        {"do": "account.ensure", "site": site},
        {"do": "directory.ensure", "site": site, "path": "htdocs", "mode": "0750"},
        {"do": "file.write", "site": site, "path": "htdocs/index.html", "mode": "0640",
         "content": f"<!doctype html><title>{text}</title><h1>{text}</h1>\n"},
        {"do": "vhost.ensure", "site": site, "names": [domain], "root": "htdocs", "rules": "static",
         "acme_thumbprint": "abc_DEF-123"},
        {"do": "http.check", "url": f"http://{domain}/", "expect_text": text},
    ]


def wordpress_actions(site, domain=None, title="A fine site", php="8.2"):
    domain = domain or f"{site}.example.test"
    values = {"site": site, "domain": domain, "title": title, "password": PASSWORD}
    return [
        {"do": "account.ensure", "site": site},
        {"do": "database.ensure", "site": site, "name": site, "user": site, "password": PASSWORD},
        {"do": "pool.ensure", "site": site, "php_version": php, "limits": {"children": 4}},
        {"do": "directory.ensure", "site": site, "path": "htdocs", "mode": "0750"},
        {"do": "tree.copy", "site": site, "from": "/usr/share/wordpress", "to": "htdocs"},
        {"do": "file.write", "site": site, "path": "htdocs/wp-config.php", "mode": "0640",
         "content": CONFIG % values},
        {"do": "program.run", "site": site, "argv": ["php"], "stdin": INSTALL % values, "timeout_s": 60,
         "expect_exit": 0},
        {"do": "cron.ensure", "site": site, "name": "wp-cron", "schedule": "*/5 * * * *",
         "argv": ["php", f"/srv/sites/{site}/htdocs/wp-cron.php"]},
        {"do": "vhost.ensure", "site": site, "names": [domain], "root": "htdocs", "php": True,
         "php_version": php, "rules": "wordpress", "acme_thumbprint": "abc_DEF-123",
         "preview_names": [f"{site}.preview.localhost"]},
        {"do": "http.check", "url": f"http://{domain}/", "expect_text": title},
    ]
