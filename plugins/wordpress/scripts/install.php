<?php
// Installs WordPress into the site's database, as the site's user. Safe to run again after an end at any point:
// a mark in the site's private folder says that an installation was begun, an option in the database that it
// was finished; only what was begun and never finished is cleared away.
$mark = '{{home}}/private/wordpress-install';
$begun = is_file($mark);
if ($begun) {
    // Else WordPress does not even load while some of its tables are missing.
    define('WP_REPAIRING', true);
}

// WordPress would send a mail to the administrator.
function wp_new_blog_notification()
{
}

require '{{root}}/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

global $wpdb;
$wpdb->suppress_errors();

if ($begun) {
    $finished = $wpdb->get_var("SELECT option_value FROM {$wpdb->options} WHERE option_name = 'hostelry_installed'");
    if ($finished) {
        unlink($mark);
        hostelry_end(0, 'WordPress is installed.');
    }
    foreach ($wpdb->tables('all') as $table) {
        $wpdb->query("DROP TABLE IF EXISTS `$table`");
    }
    wp_cache_flush();
} elseif (is_blog_installed()) {
    hostelry_end(0, 'WordPress was installed before.');
}

// Without a theme every page is answered with 200 and nothing in it.
if (!wp_get_themes()) {
    hostelry_end(71, 'WordPress has no theme. Install the package wordpress-theme-twentytwentythree on the server.');
}
if (file_put_contents($mark, gmdate('c') . "\n") === false) {
    hostelry_end(72, 'The site\'s private folder cannot be written to.');
}

// With permalinks set already the installer does not fetch its own pages to try them, which takes 5 s and fails.
add_filter('pre_option_permalink_structure', fn() => '/%postname%/');
// The sign-in form hands passwords on with slashes, so they are stored with them.
$result = wp_install(
    '{{title}}', '{{admin_user}}', '{{admin_email}}', true, '', wp_slash('{{admin_password}}'), ''
);
if (!is_array($result) || empty($result['user_id']) || is_wp_error($result['user_id'])) {
    hostelry_end(73, 'WordPress could not make its administrator.');
}
remove_all_filters('pre_option_permalink_structure');
update_option('permalink_structure', '/%postname%/');
flush_rewrite_rules(false);
if (!update_option('hostelry_installed', $GLOBALS['wp_version'])) {
    hostelry_end(74, 'WordPress could not write to its database: ' . $wpdb->last_error);
}
unlink($mark);
hostelry_end(0, 'WordPress ' . $GLOBALS['wp_version'] . ' is installed.');
