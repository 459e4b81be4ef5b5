//! What mails say: minijinja templates, a default set that a folder can replace file by file.
//!
//! A template `name` is the files `name.subject`, `name.txt` and, if wanted, `name.html`. In HTML values are escaped. Files are
//! read when a mail is sent, so a change needs no restart.

use std::fs;
use std::io::ErrorKind as IoErrorKind;
use std::path::PathBuf;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Value};
use serde_json::{Map, Value as Json};

use crate::message::Rendered;

/// The default set. Each is given `appName`, `appId` and `to`, and most a `link`.
pub const TEMPLATE_NAMES: &[&str] =
    &["verify-email", "reset-password", "change-email", "delete-account", "password-changed"];

/// Instructions that a template may take; far more than any of the default set.
const FUEL: u64 = 200_000;
const NAME_LEN_MAX: usize = 64;
const FILE_LEN_MAX: u64 = 256 * 1024;

macro_rules! default_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

const DEFAULT_FILES: &[(&str, &str)] = default_files![
    "layout.html",
    "button.html",
    "verify-email.subject",
    "verify-email.txt",
    "verify-email.html",
    "reset-password.subject",
    "reset-password.txt",
    "reset-password.html",
    "change-email.subject",
    "change-email.txt",
    "change-email.html",
    "delete-account.subject",
    "delete-account.txt",
    "delete-account.html",
    "password-changed.subject",
    "password-changed.txt",
    "password-changed.html",
];

/// The templates of a server. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    folder: Option<PathBuf>,
}

impl Templates {
    /// The default set, with the files of a folder in front of it.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Templates { folder }
    }

    /// Renders everything once, so that mistakes in a folder show when the server starts; the error names the file.
    pub fn check(&self) -> Result<(), String> {
        let mut names: Vec<String> = TEMPLATE_NAMES.iter().map(|name| (*name).to_owned()).collect();
        if let Some(folder) = &self.folder {
            let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            let files = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
            names.extend(files.filter_map(|file| file.strip_suffix(".subject").map(str::to_owned)));
        }
        for name in names {
            self.render(&name, &Map::new()).map_err(|error| format!("{error:#}"))?;
        }
        Ok(())
    }

    /// Whether there is such a template.
    pub(crate) fn exists(&self, name: &str) -> bool {
        is_name(name) && self.file(&format!("{name}.subject")).is_ok_and(|file| file.is_some())
    }

    /// Renders a mail.
    pub(crate) fn render(&self, name: &str, variables: &Map<String, Json>) -> Result<Rendered, Error> {
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
            true => AutoEscape::Html,
            false => AutoEscape::None,
        });
        let templates = self.clone();
        environment.set_loader(move |file| templates.file(file));
        let variables = Value::from(Serde(variables));
        let part =
            |suffix: &str| environment.get_template(&format!("{name}.{suffix}"))?.render(variables.clone());
        let html = match part("html") {
            Ok(html) => Some(html),
            Err(error) if error.kind() == ErrorKind::TemplateNotFound && self.html_is_missing(name) => None,
            Err(error) => return Err(error),
        };
        Ok(Rendered { subject: one_line(&part("subject")?), text: part("txt")?, html })
    }

    fn html_is_missing(&self, name: &str) -> bool {
        self.file(&format!("{name}.html")).is_ok_and(|file| file.is_none())
    }

    /// A file of the folder, else of the default set.
    fn file(&self, file: &str) -> Result<Option<String>, Error> {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        if !is_name(stem) {
            return Ok(None);
        }
        if let Some(path) = self.folder.as_ref().map(|folder| folder.join(file)) {
            let broken = |reason: String| {
                Error::new(ErrorKind::InvalidOperation, format!("{}: {reason}", path.display()))
            };
            match fs::metadata(&path) {
                Ok(found) if found.len() > FILE_LEN_MAX => return Err(broken("it is too large".into())),
                Ok(_) => {
                    return fs::read_to_string(&path).map(Some).map_err(|error| broken(error.to_string()));
                }
                Err(error) if error.kind() == IoErrorKind::NotFound => {}
                Err(error) => return Err(broken(error.to_string())),
            }
        }
        Ok(DEFAULT_FILES.iter().find(|(known, _)| *known == file).map(|(_, text)| (*text).to_owned()))
    }
}

/// Names become paths, so they hold nothing that leads elsewhere.
fn is_name(name: &str) -> bool {
    (1..=NAME_LEN_MAX).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A subject is one line, whatever the values in it hold.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variables(json: Json) -> Map<String, Json> {
        json.as_object().cloned().unwrap_or_default()
    }

    fn usual() -> Map<String, Json> {
        variables(json!({
            "appName": "Shop & <b>Co</b>",
            "to": "a@example.org",
            "link": "https://example.org/?a=1&token=t",
            "userName": "<script>alert(1)</script>",
            "newEmail": "new@example.org",
        }))
    }

    #[test]
    fn the_default_set_is_escaped_in_html_and_says_what_it_is_about() {
        let templates = Templates::default();
        templates.check().unwrap();
        for name in TEMPLATE_NAMES {
            let mail = templates.render(name, &usual()).unwrap();
            let html = mail.html.unwrap();
            assert!(!html.contains("<script>") && html.contains("Shop &amp; &lt;b&gt;Co"), "{name}: {html}");
            assert!(mail.subject.contains("Shop & <b>Co</b>"), "{}", mail.subject);
            assert!(mail.text.contains("Shop & <b>Co</b>"), "{}", mail.text);
            let has_link = mail.text.contains("https://example.org/?a=1&token=t");
            assert_eq!(has_link, *name != "password-changed");
            assert_eq!(html.matches("href=").count(), if has_link { 2 } else { 0 });
        }
    }

    #[test]
    fn a_subject_is_one_line() {
        let mut values = usual();
        values.insert("appName".into(), json!("Shop\r\nBcc: victim@example.org\u{0}\u{2028}"));
        let mail = Templates::default().render("verify-email", &values).unwrap();
        assert!(!mail.subject.contains(['\r', '\n', '\0']), "{:?}", mail.subject);
    }

    #[test]
    fn a_folder_replaces_files_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        put("verify-email.subject", "Hallo bei {{ appName }}");
        put("welcome.subject", "Welcome");
        put("welcome.txt", "Hello {{ name }}");
        let templates = Templates::new(Some(folder.path().to_owned()));
        templates.check().unwrap();
        let mail = templates.render("verify-email", &usual()).unwrap();
        assert!(mail.subject.starts_with("Hallo bei Shop") && mail.text.contains("a@example.org"));
        let own = templates.render("welcome", &variables(json!({"name": "<i>"}))).unwrap();
        assert_eq!((own.text.as_str(), own.html), ("Hello <i>", None));
        assert!(templates.exists("welcome") && templates.exists("reset-password"));
        for wrong in ["nothing", "../welcome", "welcome.txt", "", "a/b"] {
            assert!(!templates.exists(wrong), "{wrong}");
        }
        put("welcome.html", "{% for %}");
        assert!(templates.check().unwrap_err().contains("welcome.html"));
        put(
            "welcome.html",
            "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        );
        assert!(templates.check().is_err());
    }
}
