//! The members of a route, one function each.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use ipnet::IpNet;
use toml::Spanned;

use super::{ReadContext, RouteMistake};
use crate::gateway::breaker::BreakerRule;
use crate::gateway::file::{AddFile, BreakerFile, CacheFile, QuotaFile, RateFile, SignFile};
use crate::gateway::headers;
use crate::gateway::route::{Access, Addition, CacheRule, Part, Quota, Signature};
use crate::gateway::secret::Secret;
use crate::shared::RateRule;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const SECOND_MS: u64 = 1_000;
const DAY_MS: u64 = 24 * 60 * 60 * SECOND_MS;

/// Collects mistakes.
pub(super) struct Reading<'a> {
    pub context: &'a ReadContext<'a>,
    pub mistakes: Vec<RouteMistake>,
}

type List = Spanned<Vec<String>>;

impl Reading<'_> {
    pub(super) fn mistake(&mut self, place: Range<usize>, key: &str, problem: &str) {
        self.mistakes.push(RouteMistake {
            offset: place.start,
            key: key.to_owned(),
            problem: problem.to_owned(),
        });
    }

    fn wrong<T>(&mut self, place: &Spanned<T>, member: &str, problem: &str) {
        self.mistake(place.span(), &format!("gateway.route.{member}"), problem);
    }

    /// A text with its environment variables put in.
    pub(super) fn expanded(&mut self, text: &Spanned<String>, member: &str) -> Option<String> {
        match (self.context.expand)(text.get_ref()) {
            Ok(text) => Some(text),
            Err(missing) => {
                let names = missing.join("`, `");
                self.wrong(
                    text,
                    member,
                    &format!("needs the environment variable `{names}`, which is not set"),
                );
                None
            }
        }
    }

    fn millis(
        &mut self,
        text: Option<&Spanned<String>>,
        member: &str,
        range: (u64, u64),
        default: u64,
    ) -> u64 {
        let Some(text) = text else { return default };
        let found = (self.context.millis)(text.get_ref()).filter(|ms| (range.0..=range.1).contains(ms));
        if found.is_none() {
            let problem = format!(
                "must be a duration such as `500ms`, `10s` or `5m`, from {} to {} milliseconds",
                range.0, range.1
            );
            self.wrong(text, member, &problem);
        }
        found.unwrap_or(default)
    }

    fn bytes(&mut self, text: Option<&Spanned<String>>, member: &str, max: u64, default: u64) -> u64 {
        let Some(text) = text else { return default };
        let found = (self.context.bytes)(text.get_ref()).filter(|bytes| (1..=max).contains(bytes));
        if found.is_none() {
            self.wrong(
                text,
                member,
                &format!("must be a size such as `512kb` or `1mb`, at most {max} bytes"),
            );
        }
        found.unwrap_or(default)
    }

    pub(super) fn body_max(&mut self, text: Option<&Spanned<String>>) -> usize {
        usize::try_from(self.bytes(text, "body_max", 1024 * MIB, MIB)).unwrap_or(usize::MAX)
    }

    pub(super) fn answer_max(&mut self, text: Option<&Spanned<String>>) -> u64 {
        self.bytes(text, "answer_max", 1024 * 1024 * MIB, 64 * MIB)
    }

    pub(super) fn timeout(&mut self, text: Option<&Spanned<String>>) -> Duration {
        Duration::from_millis(self.millis(text, "timeout", (1, 600 * SECOND_MS), 10 * SECOND_MS))
    }

    pub(super) fn at_most(&mut self, number: Option<&Spanned<u32>>, member: &str, max: u32) -> u32 {
        let Some(number) = number else { return 0 };
        if *number.get_ref() > max {
            self.wrong(number, member, &format!("must be a whole number from 0 to {max}"));
        }
        *number.get_ref()
    }

    pub(super) fn methods(&mut self, list: Option<&List>) -> Vec<Method> {
        const KNOWN: [Method; 6] =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let Some(list) = list else { return vec![Method::GET, Method::HEAD] };
        let find = |name: &String| KNOWN.iter().find(|method| method.as_str() == name).cloned();
        let methods: Option<Vec<Method>> = list.get_ref().iter().map(find).collect();
        match methods.filter(|methods| !methods.is_empty()) {
            Some(methods) => methods,
            None => {
                self.wrong(
                    list,
                    "methods",
                    "must be a list of `GET`, `HEAD`, `POST`, `PUT`, `PATCH` and `DELETE`",
                );
                Vec::new()
            }
        }
    }

    pub(super) fn access(&mut self, access: Option<&Spanned<String>>, roles: Option<&List>) -> Access {
        let word = access.map(|access| access.get_ref().as_str());
        match (word, roles) {
            (None | Some("signed-in"), None) => Access::SignedIn,
            (None | Some("signed-in"), Some(roles)) if !roles.get_ref().is_empty() => {
                Access::Roles(roles.get_ref().clone())
            }
            (Some("public"), None) => Access::Public,
            (_, Some(roles)) => {
                self.wrong(
                    roles,
                    "roles",
                    "must name at least one role, and goes with `access = \"signed-in\"` only",
                );
                Access::SignedIn
            }
            (_, None) => {
                if let Some(access) = access {
                    self.wrong(access, "access", "must be `public` or `signed-in`, which is the default");
                }
                Access::SignedIn
            }
        }
    }

    fn header(&mut self, text: &Spanned<String>, member: &str) -> Option<HeaderName> {
        let name = HeaderName::from_bytes(text.get_ref().as_bytes()).ok();
        let name = name.filter(|name| !headers::is_of_the_hop(name) && !headers::is_ours_to_set(name));
        if name.is_none() {
            self.wrong(text, member, "must be the name of a header that is about more than one hop");
        }
        name
    }

    fn header_list(&mut self, list: Option<&List>, member: &str, defaults: &[HeaderName]) -> Vec<HeaderName> {
        let mut names = defaults.to_vec();
        let Some(list) = list else { return names };
        for text in list.get_ref() {
            let place = Spanned::new(list.span(), text.clone());
            if let Some(name) = self.header(&place, member)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    pub(super) fn request_headers(&mut self, list: Option<&List>) -> Vec<HeaderName> {
        self.header_list(list, "request_headers", &headers::REQUEST)
    }

    pub(super) fn response_headers(&mut self, list: Option<&List>) -> Vec<HeaderName> {
        self.header_list(list, "response_headers", &headers::RESPONSE)
    }

    pub(super) fn networks(&mut self, list: Option<&List>) -> Vec<IpNet> {
        let Some(list) = list else { return Vec::new() };
        let read = |text: &String| {
            let address = text.parse::<std::net::IpAddr>().map(IpNet::from).ok();
            address.or_else(|| text.parse::<IpNet>().ok())
        };
        let networks: Option<Vec<IpNet>> = list.get_ref().iter().map(read).collect();
        networks.unwrap_or_else(|| {
            self.wrong(
                list,
                "allow_addresses",
                "must be a list of addresses and networks such as `10.0.0.0/8`",
            );
            Vec::new()
        })
    }

    pub(super) fn additions(
        &mut self,
        files: &[Spanned<AddFile>],
        query: &[String],
        request_headers: &[HeaderName],
    ) -> Vec<Addition> {
        let mut additions = Vec::new();
        for file in files {
            let AddFile { header, query: parameter, value } = file.get_ref();
            let Some(secret) = self.expanded(value, "add.value") else { continue };
            match (header, parameter) {
                (Some(header), None) => {
                    let Some(name) = self.header(&Spanned::new(file.span(), header.clone()), "add.header")
                    else {
                        continue;
                    };
                    if HeaderValue::from_str(&secret).is_err() {
                        self.wrong(
                            value,
                            "add.value",
                            "must be what a header can hold (the value is not shown)",
                        );
                    }
                    if request_headers.contains(&name) {
                        self.wrong(file, "add.header", "must not be a header that is passed on as well");
                    }
                    additions.push(Addition::Header(name, Secret::new(secret)));
                }
                (None, Some(parameter)) => {
                    if query.contains(parameter) {
                        self.wrong(file, "add.query", "must not be a parameter that is passed on as well");
                    }
                    additions.push(Addition::Query(parameter.clone(), Secret::new(secret)));
                }
                _ => self.wrong(file, "add", "must have either `header` or `query`"),
            }
        }
        additions
    }

    pub(super) fn signature(&mut self, file: &SignFile) -> Option<Signature> {
        let key = self.expanded(&file.secret, "sign.secret");
        let header = self.header(&file.header, "sign.header");
        let timestamp_header = match &file.timestamp_header {
            Some(name) => Some(self.header(name, "sign.timestamp_header")?),
            None => None,
        };
        let message = parts(file.message.get_ref());
        if message.is_none() {
            let problem = "must be a text with `{timestamp}`, `{method}`, `{path}`, `{query}` or `{body}`";
            self.wrong(&file.message, "sign.message", problem);
        }
        let encoding = file.encoding.as_ref().map_or("hex", |encoding| encoding.get_ref());
        if let Some(place) = file.encoding.as_ref().filter(|_| !["hex", "base64"].contains(&encoding)) {
            self.wrong(place, "sign.encoding", "must be `hex` or `base64`");
        }
        if HeaderValue::from_str(&file.prefix).is_err() {
            self.wrong(&file.header, "sign.prefix", "must be what a header can hold");
        }
        Some(Signature {
            header: header?,
            prefix: file.prefix.clone(),
            key: Secret::new(key?),
            message: message?,
            is_base64: encoding == "base64",
            timestamp_header,
        })
    }

    pub(super) fn cache(
        &mut self,
        place: &Spanned<CacheFile>,
        query: &[String],
        request_headers: &[HeaderName],
    ) -> Option<CacheRule> {
        let file = place.get_ref();
        let personal = [http::header::COOKIE, http::header::AUTHORIZATION];
        if !file.per_caller && request_headers.iter().any(|name| personal.contains(name)) {
            let problem =
                "must have `per_caller = true`, since cookies or authorization of callers are passed on";
            self.wrong(place, "cache", problem);
        }
        let key_query = file.key_query.as_ref().map_or_else(|| query.to_vec(), |list| list.get_ref().clone());
        if let (Some(list), Some(other)) =
            (&file.key_query, key_query.iter().find(|name| !query.contains(name)))
        {
            self.wrong(
                list,
                "cache.key_query",
                &format!("must only name what `query` lists; `{other}` is not there"),
            );
        }
        let key_headers = match &file.key_headers {
            Some(list) => self.header_list(Some(list), "cache.key_headers", &[]),
            None => request_headers.to_vec(),
        };
        if let (Some(list), Some(other)) =
            (&file.key_headers, key_headers.iter().find(|name| !request_headers.contains(name)))
        {
            let problem = format!("must only name headers that are passed on; `{other}` is not");
            self.wrong(list, "cache.key_headers", &problem);
        }
        Some(CacheRule {
            ttl_ms: self.millis(Some(&file.ttl), "cache.ttl", (1, 30 * DAY_MS), 1),
            stale_if_error_ms: self.millis(
                file.stale_if_error.as_ref(),
                "cache.stale_if_error",
                (0, 30 * DAY_MS),
                0,
            ),
            key_query,
            key_headers,
            per_caller: file.per_caller,
            ignore_no_store: file.ignore_no_store,
            answer_max: usize::try_from(self.bytes(
                file.answer_max.as_ref(),
                "cache.answer_max",
                16 * MIB,
                MIB,
            ))
            .unwrap_or(usize::MAX),
        })
    }

    fn rule(&mut self, requests: &Spanned<u64>, window: &Spanned<String>, member: &str) -> RateRule {
        if *requests.get_ref() == 0 {
            self.wrong(requests, &format!("{member}.requests"), "must be a whole number from 1");
        }
        let window_ms =
            self.millis(Some(window), &format!("{member}.window"), (SECOND_MS, 31 * DAY_MS), SECOND_MS);
        RateRule { requests: *requests.get_ref(), window_ms }
    }

    pub(super) fn rate(&mut self, file: &RateFile) -> Option<RateRule> {
        Some(self.rule(&file.requests, &file.window, "rate_limit"))
    }

    pub(super) fn quota(&mut self, file: &QuotaFile, authority: &str) -> Option<Quota> {
        let rule = self.rule(&file.requests, &file.window, "quota");
        Some(Quota { name: file.name.clone().unwrap_or_else(|| authority.to_owned()), rule })
    }

    pub(super) fn breaker(&mut self, file: Option<&BreakerFile>) -> BreakerRule {
        let Some(file) = file else { return BreakerRule { failures: 10, open_ms: 10_000 } };
        if *file.failures.get_ref() == 0 {
            self.wrong(&file.failures, "breaker.failures", "must be a whole number from 1");
        }
        let open_ms = self.millis(Some(&file.open), "breaker.open", (100, 3_600 * SECOND_MS), SECOND_MS);
        BreakerRule {
            failures: *file.failures.get_ref(),
            open_ms: i64::try_from(open_ms).unwrap_or(i64::MAX),
        }
    }

    pub(super) fn map(
        &mut self,
        map: Option<&Spanned<BTreeMap<String, String>>>,
    ) -> Option<Vec<(String, String)>> {
        let map = map?;
        if map.get_ref().values().any(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
            self.wrong(map, "map", "must have JSON pointers such as `/location/city` as its values");
        }
        Some(map.get_ref().clone().into_iter().collect())
    }
}

/// The parts of what is signed; `None` for a name that is not known.
fn parts(text: &str) -> Option<Vec<Part>> {
    let (mut parts, mut tail) = (Vec::new(), text);
    while let Some((before, after)) = tail.split_once('{') {
        let (name, next) = after.split_once('}')?;
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(match name {
            "timestamp" => Part::Timestamp,
            "method" => Part::Method,
            "path" => Part::Path,
            "query" => Part::Query,
            "body" => Part::Body,
            _ => return None,
        });
        tail = next;
    }
    if !tail.is_empty() {
        parts.push(Part::Text(tail.to_owned()));
    }
    Some(parts)
}
