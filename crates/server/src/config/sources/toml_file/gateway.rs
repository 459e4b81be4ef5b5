//! `[[gateway.route]]`: the gateway reads its routes itself; here they get environment variables, units and lines.

use astrolabe_edge::gateway::{self, ReadContext};
use toml::Spanned;
use toml::de::DeValue;

use super::TomlFile;
use crate::config::units::{parse_millis, parse_size};

impl TomlFile<'_> {
    /// Reads the table `gateway`.
    pub(super) fn read_gateway(&mut self, span: std::ops::Range<usize>, value: &DeValue<'_>) {
        let environment = self.environment;
        let expand = |text: &str| environment.expand(text);
        let context = ReadContext { expand: &expand, millis: &parse_millis, bytes: &parse_size };
        match gateway::read(&Spanned::new(span, value.clone()), &context) {
            Ok(routes) => self.found.gateway = routes,
            Err(mistakes) => {
                for mistake in mistakes {
                    let line = self.line(mistake.offset);
                    self.mistake(line, &mistake.key, None, mistake.problem);
                }
            }
        }
    }
}
