<?php
// Stands before the scripts that load WordPress from a command line: a request as WordPress expects one, and an end that
// tells the truth. Left alone, WordPress prints a page and ends with exit code 0 when it gives up.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING);

$hostelry_done = false;

function hostelry_end(int $code, string $message): void
{
    $GLOBALS['hostelry_done'] = true;
    // A script that comes by standard input has no constants STDOUT and STDERR.
    file_put_contents($code === 0 ? 'php://stdout' : 'php://stderr', $message . "\n");
    exit($code);
}

register_shutdown_function(function () {
    if (!$GLOBALS['hostelry_done']) {
        file_put_contents('php://stderr', "WordPress stopped before it was done.\n");
        exit(70);
    }
});

function hostelry_die($message): void
{
    $text = $message instanceof WP_Error ? $message->get_error_message() : (string) $message;
    hostelry_end(75, trim(preg_replace('/\s+/', ' ', html_entity_decode(strip_tags($text)))));
}

// WordPress turns hooks that were set before it was loaded into its own.
$GLOBALS['wp_filter'] = ['wp_die_handler' => [10 => [[
    'function' => fn() => 'hostelry_die',
    'accepted_args' => 1,
]]]];

$_SERVER['HTTP_HOST'] = '{{domain}}';
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['HTTPS'] = 'on';
define('WP_INSTALLING', true);
define('WP_DISABLE_FATAL_ERROR_HANDLER', true);
?>
