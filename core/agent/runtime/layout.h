#pragma once
// Where things lie on a managed server. The defaults are the real places.

#include <string>

namespace hostelry::agent {

struct Layout {
    std::string sites = "/srv/sites";               ///< One home per site below it.
    std::string state = "/var/lib/hostelry-agent";  ///< Root only.
    std::string run = "/run/hostelry-agent";        ///< Locks and staging, gone at boot.
    std::string nginx = "/etc/nginx";
    std::string nginx_log = "/var/log/nginx";
    std::string php = "/etc/php";
    std::string php_run = "/run/php";
    std::string cron = "/etc/cron.d";
    std::string crontabs = "/var/spool/cron/crontabs";  ///< Users' own ones.

    std::string home_of(const std::string& site) const { return sites + "/" + site; }
    std::string vhost_of(const std::string& site) const {
        return nginx + "/hostelry/sites/" + site + ".conf";
    }
    std::string pool_of(const std::string& site, const std::string& php_version) const {
        return php + "/" + php_version + "/fpm/pool.d/" + site + ".conf";
    }
    std::string socket_of(const std::string& site) const {
        return php_run + "/hostelry-" + site + ".sock";
    }
    std::string certificates_of(const std::string& site) const {
        return state + "/certificates/" + site;
    }
    std::string cron_of(const std::string& site) const { return state + "/cron/" + site; }
};

}  // namespace hostelry::agent
