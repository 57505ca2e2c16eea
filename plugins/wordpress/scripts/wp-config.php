<?php
// Written by the control panel and written again at each deployment. Your own settings belong into
// wp-config-local.php beside this file; what it defines comes first.
if (is_file(__DIR__ . '/wp-config-local.php')) {
    require __DIR__ . '/wp-config-local.php';
}

define('DB_NAME', '{{database_name}}');
define('DB_USER', '{{database_user}}');
define('DB_PASSWORD', '{{database_password}}');
define('DB_HOST', '{{database_host}}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY',
          'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $hostelry_name) {
    defined($hostelry_name) || define($hostelry_name, hash_hmac('sha256', $hostelry_name, '{{seed}}'));
}

// The address is fixed, whatever name a request came with; only the panel's preview of the site keeps its own.
$hostelry_host = strtolower((string) ($_SERVER['HTTP_HOST'] ?? ''));
// Debian's nginx gives the name without its port; the preview says the whole.
$hostelry_whole = strtolower((string) ($_SERVER['HTTP_X_FORWARDED_HOST'] ?? ''));
if (preg_replace('/:[0-9]+$/', '', $hostelry_whole) === $hostelry_host) {
    $hostelry_host = $hostelry_whole;
}
$hostelry_preview = in_array(preg_replace('/:[0-9]+$/', '', $hostelry_host), explode(' ', '{{preview_names}}'), true)
    && preg_match('/^[a-z0-9.-]+(:[0-9]{1,5})?$/', $hostelry_host);
if ($hostelry_preview) {
    $_SERVER['HTTP_HOST'] = $hostelry_host;
}
// A preview may come by https to the panel, which asks here by http and says so.
if ($hostelry_preview && ($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
$hostelry_scheme = ($_SERVER['HTTPS'] ?? 'off') === 'on' ? 'https://' : 'http://';
$hostelry_home = $hostelry_preview ? $hostelry_scheme . $hostelry_host : 'https://{{domain}}';
defined('WP_HOME') || define('WP_HOME', $hostelry_home);
defined('WP_SITEURL') || define('WP_SITEURL', $hostelry_home);

// The server runs wp-cron.php by itself; visitors need not wait for it.
defined('DISABLE_WP_CRON') || define('DISABLE_WP_CRON', true);
defined('WP_HTTP_BLOCK_EXTERNAL') || define('WP_HTTP_BLOCK_EXTERNAL', '{{block_external}}' === 'yes');
defined('WP_AUTO_UPDATE_CORE') || define('WP_AUTO_UPDATE_CORE', 'minor');
defined('FS_METHOD') || define('FS_METHOD', 'direct');
defined('WP_DEBUG') || define('WP_DEBUG', false);
unset($hostelry_name, $hostelry_host, $hostelry_whole, $hostelry_preview, $hostelry_scheme, $hostelry_home);

defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
