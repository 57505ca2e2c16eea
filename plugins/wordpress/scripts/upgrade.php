<?php
// Brings the site's database to the version of the files, as the site's user. Running it again changes nothing.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING);

$hostelry_done = false;
register_shutdown_function(function () {
    if (!$GLOBALS['hostelry_done']) {
        fwrite(STDERR, "WordPress stopped before the upgrade was complete.\n");
        exit(70);
    }
});

$_SERVER['HTTP_HOST'] = '{{domain}}';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['HTTPS'] = 'on';
define('WP_INSTALLING', true);
require '{{root}}/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_upgrade();
$hostelry_done = true;
echo 'WordPress ' . $GLOBALS['wp_version'] . ', database ' . get_option('db_version') . "\n";
