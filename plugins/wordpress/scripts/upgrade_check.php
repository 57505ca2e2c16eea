<?php
// Before an upgrade from the distribution's package: WordPress also updates itself, and an older package must not
// be copied over a newer site.
function hostelry_refuse(int $code, string $message): void
{
    file_put_contents('php://stderr', $message . "\n");
    exit($code);
}

function hostelry_version(string $file): string
{
    if (!is_file($file)) {
        hostelry_refuse(71, "There is no WordPress at $file.");
    }
    require $file;
    return $wp_version;
}

$site = hostelry_version('{{root}}/wp-includes/version.php');
$package = hostelry_version('/usr/share/wordpress/wp-includes/version.php');
if (version_compare($site, $package, '>')) {
    hostelry_refuse(72, "The site has WordPress $site, the server's package $package: nothing to upgrade to.");
}
echo "From $site to $package\n";
