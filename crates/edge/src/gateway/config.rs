//! Reads and checks `[[gateway.route]]`. Every mistake has its place in the file, and none shows a value that may be secret.

mod members;
mod path;

use std::ops::Range;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::DeValue;

use super::file::RouteFile;
use super::route::{Access, Route};
use super::template::UpstreamTemplate;
use members::Reading;
use path::RoutePath;

/// Routes that one configuration may have.
const ROUTES_MAX: usize = 1_000;

/// What reading needs from those who know the rest of the configuration.
pub struct ReadContext<'a> {
    /// Puts environment variables into `${NAME}`, or names those that are not set.
    pub expand: &'a dyn Fn(&str) -> Result<String, Vec<String>>,
    /// Milliseconds of `500ms`, `5s` and the like.
    pub millis: &'a dyn Fn(&str) -> Option<u64>,
    /// Bytes of `1mb` and the like.
    pub bytes: &'a dyn Fn(&str) -> Option<u64>,
}

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteMistake {
    /// Where it is in the file, in bytes.
    pub offset: usize,
    /// The member, such as `gateway.route.timeout`.
    pub key: String,
    /// The end of a sentence about it.
    pub problem: String,
}

/// Reads the value of `gateway`. There are routes only when there is no mistake.
pub fn read(
    gateway: &Spanned<DeValue<'_>>,
    context: &ReadContext<'_>,
) -> Result<Vec<Route>, Vec<RouteMistake>> {
    let mut reading = Reading { context, mistakes: Vec::new() };
    let routes = read_routes(gateway, &mut reading);
    if reading.mistakes.is_empty() { Ok(routes) } else { Err(reading.mistakes) }
}

fn read_routes(gateway: &Spanned<DeValue<'_>>, reading: &mut Reading<'_>) -> Vec<Route> {
    let Some(table) = gateway.get_ref().as_table() else {
        reading.mistake(gateway.span(), "gateway", "must be a table with `[[gateway.route]]`");
        return Vec::new();
    };
    let mut routes: Vec<Route> = Vec::new();
    let mut paths = matchit::Router::new();
    for (name, value) in table {
        let Some(items) = value.get_ref().as_array().filter(|_| name.get_ref() == "route") else {
            let key = format!("gateway.{}", name.get_ref());
            reading.mistake(name.span(), &key, "is not a setting; routes are written as `[[gateway.route]]`");
            continue;
        };
        for item in items.iter() {
            let Some((place, route)) = read_route(item, reading) else { continue };
            if paths.insert(route.path.clone(), ()).is_err() {
                reading.mistake(place, "gateway.route.path", "is also that of another route");
            }
            routes.push(route);
        }
        if routes.len() > ROUTES_MAX {
            reading.mistake(
                name.span(),
                "gateway.route",
                &format!("must be at most {ROUTES_MAX} times there"),
            );
        }
    }
    routes
}

fn read_route(item: &Spanned<DeValue<'_>>, reading: &mut Reading<'_>) -> Option<(Range<usize>, Route)> {
    let file = match RouteFile::deserialize(item.clone().into_deserializer()) {
        Ok(file) => file,
        Err(error) => {
            let place = error.span().unwrap_or(item.span());
            // serde shows the value it found, which may be a secret, before what it expected.
            let message = match error.message() {
                message if message.starts_with("invalid") => {
                    message.split_once(", ").map_or("a member has the wrong form", |(_, expected)| expected)
                }
                message => message,
            };
            reading.mistake(place, "gateway.route", &format!("is not right: {message}"));
            return None;
        }
    };
    let place = file.path.span();
    let before = reading.mistakes.len();
    let route = build(file, reading)?;
    (reading.mistakes.len() == before).then_some((place, route))
}

fn build(file: RouteFile, reading: &mut Reading<'_>) -> Option<Route> {
    let path = RoutePath::parse(file.path.get_ref())
        .map_err(|problem| reading.mistake(file.path.span(), "gateway.route.path", &problem))
        .ok();
    let upstream = path.as_ref().and_then(|path| {
        let text = reading.expanded(&file.upstream, "upstream")?;
        UpstreamTemplate::parse(&text, &path.parameters, path.rest.as_deref())
            .map_err(|problem| reading.mistake(file.upstream.span(), "gateway.route.upstream", &problem))
            .ok()
    });
    let query = file.query.map(Spanned::into_inner).unwrap_or_default();
    let request_headers = reading.request_headers(file.request_headers.as_ref());
    let additions = reading.additions(&file.add, &query, &request_headers);
    let signature = file.sign.as_ref().and_then(|sign| reading.signature(sign.get_ref()));
    let allow_addresses = reading.networks(file.allow_addresses.as_ref());
    let has_secrets = !file.add.is_empty() || file.sign.is_some() || file.upstream.get_ref().contains("${");
    if upstream.as_ref().is_some_and(|upstream| !upstream.is_encrypted())
        && has_secrets
        && allow_addresses.is_empty()
    {
        let problem = "must be `https://…`, since secrets are sent; `http://` is for `allow_addresses`";
        reading.mistake(file.upstream.span(), "gateway.route.upstream", problem);
    }
    let methods = reading.methods(file.methods.as_ref());
    let quota = file.quota.as_ref().and_then(|quota| {
        reading.quota(quota.get_ref(), upstream.as_ref().map_or("", UpstreamTemplate::authority))
    });
    Some(Route {
        cache: file.cache.as_ref().and_then(|cache| reading.cache(cache, &query, &request_headers)),
        methods,
        access: reading.access(file.access.as_ref(), file.roles.as_ref()),
        response_headers: reading.response_headers(file.response_headers.as_ref()),
        body_max: reading.body_max(file.body_max.as_ref()),
        answer_max: reading.answer_max(file.answer_max.as_ref()),
        timeout: reading.timeout(file.timeout.as_ref()),
        retries: reading.at_most(file.retries.as_ref(), "retries", 5),
        redirects: reading.at_most(file.redirects.as_ref(), "redirects", 5),
        rate_limit: file.rate_limit.as_ref().and_then(|rate| reading.rate(rate.get_ref())),
        breaker: reading.breaker(file.breaker.as_ref().map(Spanned::get_ref)),
        map: reading.map(file.map.as_ref()),
        path: path?.pattern,
        upstream: upstream?,
        query,
        request_headers,
        allow_addresses,
        additions,
        signature,
        quota,
    })
}

impl Access {
    /// Whether a user has to be known.
    pub(super) fn needs_user(&self) -> bool {
        !matches!(self, Access::Public)
    }
}

#[cfg(test)]
mod tests;
