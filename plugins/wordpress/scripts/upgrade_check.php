<?php
// Before an upgrade from the distribution's package: WordPress also updates itself, and an older package must not
// be copied over a newer site.
function hostelry_version(string $file): string
{
    if (!is_file($file)) {
        fwrite(STDERR, "There is no WordPress at $file.\n");
        exit(71);
    }
    require $file;
    return $wp_version;
}

$site = hostelry_version('{{root}}/wp-includes/version.php');
$package = hostelry_version('/usr/share/wordpress/wp-includes/version.php');
if (version_compare($site, $package, '>')) {
    fwrite(STDERR, "The site has WordPress $site, the server's package $package: nothing to upgrade to.\n");
    exit(72);
}
echo "From $site to $package\n";
