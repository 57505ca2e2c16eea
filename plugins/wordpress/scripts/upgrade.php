<?php
// Brings the site's database to the version of the files, as the site's user. Running it again changes nothing.
require '{{root}}/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_upgrade();
hostelry_end(0, 'WordPress ' . $GLOBALS['wp_version'] . ', database ' . get_option('db_version'));
