//! What a request presents: keys and tokens, from headers, HTTP Basic or the body.

use std::borrow::Cow;

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::{Json, JsonMap};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, header};

/// Keys and tokens of one request.
#[derive(Default)]
pub struct Credentials<'r> {
    /// Which app.
    pub app_id: Option<Cow<'r, str>>,
    /// `X-Parse-REST-API-Key`.
    pub rest_key: Option<Cow<'r, str>>,
    /// `X-Parse-Javascript-Key`.
    pub javascript_key: Option<Cow<'r, str>>,
    /// `X-Parse-Client-Key`.
    pub client_key: Option<Cow<'r, str>>,
    /// `X-Parse-Windows-Key`.
    pub dot_net_key: Option<Cow<'r, str>>,
    /// `X-Parse-Master-Key`.
    pub master_key: Option<Cow<'r, str>>,
    /// `X-Parse-Maintenance-Key`; headers only.
    pub maintenance_key: Option<Cow<'r, str>>,
    /// `X-Parse-Session-Token`.
    pub session_token: Option<Cow<'r, str>>,
    /// `X-Parse-Installation-Id`.
    pub installation_id: Option<Cow<'r, str>>,
}

impl<'r> Credentials<'r> {
    /// Reads the headers.
    pub fn from_headers(headers: &'r HeaderMap) -> Self {
        let text = |name: HeaderName| {
            let text = headers.get(name).and_then(|value| value.to_str().ok());
            text.filter(|text| !text.is_empty()).map(Cow::Borrowed)
        };
        let mut credentials = Credentials {
            app_id: text(HeaderName::from_static("x-parse-application-id")),
            rest_key: text(HeaderName::from_static("x-parse-rest-api-key")),
            javascript_key: text(HeaderName::from_static("x-parse-javascript-key")),
            client_key: text(HeaderName::from_static("x-parse-client-key")),
            dot_net_key: text(HeaderName::from_static("x-parse-windows-key")),
            master_key: text(HeaderName::from_static("x-parse-master-key")),
            maintenance_key: text(HeaderName::from_static("x-parse-maintenance-key")),
            session_token: text(HeaderName::from_static("x-parse-session-token")),
            installation_id: text(HeaderName::from_static("x-parse-installation-id")),
        };
        if let Some(basic) = text(header::AUTHORIZATION) {
            credentials.read_basic(&basic);
        }
        credentials
    }

    /// HTTP Basic: the user is the app; the password is the master key or `javascript-key=<key>`.
    fn read_basic(&mut self, header: &str) {
        let Some(encoded) = header.strip_prefix("Basic ").or_else(|| header.strip_prefix("basic ")) else {
            return;
        };
        let Some(pair) = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok())
        else {
            return;
        };
        let Some((app_id, key)) = pair.split_once(':') else { return };
        self.app_id = Some(app_id.to_owned().into());
        match key.strip_prefix("javascript-key=") {
            Some(key) => self.javascript_key = Some(key.to_owned().into()),
            None if !key.is_empty() => self.master_key = Some(key.to_owned().into()),
            None => {}
        }
    }

    /// Takes the members that SDKs put into the body, and removes them from it.
    pub fn take_from_body(&mut self, body: &mut JsonMap) -> Result<()> {
        let mut take = |name: &str| match body.shift_remove(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(_) => Err(Error::new(ErrorCode::Unauthorized, "unauthorized")),
        };
        let slots = [
            ("_ApplicationId", &mut self.app_id),
            ("_RestAPIKey", &mut self.rest_key),
            ("_JavaScriptKey", &mut self.javascript_key),
            ("_ClientKey", &mut self.client_key),
            ("_MasterKey", &mut self.master_key),
            ("_SessionToken", &mut self.session_token),
            ("_InstallationId", &mut self.installation_id),
        ];
        for (name, slot) in slots {
            if let Some(text) = take(name)? {
                *slot = Some(text.into());
            }
        }
        // Accepted for old SDKs, without a meaning here.
        for name in ["_ClientVersion", "_RevocableSession", "_MaintenanceKey", "_ContentType"] {
            take(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(json: Json) -> JsonMap {
        json.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn body_members_are_taken_out() {
        let mut body =
            map(json!({"_ApplicationId": "a", "_SessionToken": "r:x", "_ClientVersion": "js8", "t": 1}));
        let mut credentials = Credentials::default();
        assert_eq!(credentials.take_from_body(&mut body), Ok(()));
        assert_eq!(
            (credentials.app_id.as_deref(), credentials.session_token.as_deref()),
            (Some("a"), Some("r:x"))
        );
        assert_eq!(Json::Object(body), json!({"t": 1}));
    }

    #[test]
    fn body_members_must_be_strings() {
        for body in
            [json!({"_ApplicationId": 1}), json!({"_MasterKey": {"$ne": ""}}), json!({"_SessionToken": []})]
        {
            assert!(Credentials::default().take_from_body(&mut map(body)).is_err());
        }
    }

    #[test]
    fn basic() {
        for (pair, expected) in [
            ("app:master", (Some("app"), Some("master"), None)),
            ("app:javascript-key=js", (Some("app"), None, Some("js"))),
            ("app:", (Some("app"), None, None)),
            ("nocolon", (None, None, None)),
        ] {
            let mut headers = HeaderMap::new();
            if let Ok(value) = format!("Basic {}", STANDARD.encode(pair)).parse() {
                headers.insert("authorization", value);
            }
            let found = Credentials::from_headers(&headers);
            let found =
                (found.app_id.as_deref(), found.master_key.as_deref(), found.javascript_key.as_deref());
            assert_eq!(found, expected, "{pair}");
        }
    }
}
