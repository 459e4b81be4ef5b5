//! What nodes share, and the gateway. The gateway's routes are no settings: `config/sources/toml_file/gateway.rs`.

use astrolabe_cluster::RedisAddress;
use astrolabe_edge::shared::SiteKey;

use crate::config::kind::Kind;
use crate::config::setting::Setting;

pub(super) const EDGE: &[Setting] = &[
    Setting::new("redis.url", "ASTROLABE_REDIS_URL", Kind::PrivateText {
        what: "`redis://USER:PASSWORD@HOST:PORT/DATABASE`, or `rediss://…` for TLS",
        set: |draft, text| {
            let address = RedisAddress::parse(text)?;
            draft.server.redis = Some(address);
            Ok(())
        },
    })
    .flag("--redis-url")
    .doc(
        "The Redis in which nodes share the gateway's cache and counters, and those of the site. While it is away, each \
         node goes on with its own memory.",
    ),
    Setting::new("redis.prefix", "ASTROLABE_REDIS_PREFIX", Kind::Text {
        what: "text",
        set: |draft, text| {
            draft.server.redis_prefix = text.to_owned();
            Ok(())
        },
    })
    .default("astrolabe:")
    .doc("What stands before every key in Redis. Servers that share a Redis and no apps need different ones."),
    Setting::new(
        "site.key",
        "ASTROLABE_SITE_KEY",
        Kind::Secret(|draft, key| draft.server.site_key = Some(SiteKey::new(key))),
    )
    .doc("The key with which the server side of a site uses the cache and the rate limiter; see [the gateway](../guide/gateway.md)."),
];
