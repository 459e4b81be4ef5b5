//! The app's own settings for its clients: named parameters that everybody reads and the master key writes. They are
//! the one object of `_GlobalConfig`, changed parameter by parameter, so that two writers do not undo each other.

use astrolabe_core::access::Scope;
use astrolabe_core::error::{Error, ErrorCode, Result, shown};
use astrolabe_core::limits;
use astrolabe_core::objects::Objects;
use astrolabe_core::ports::WriteStep;
use astrolabe_core::query::Filter;
use astrolabe_core::schema::OBJECT_ID;
use astrolabe_core::value::{Json, JsonMap, Value};

const CONFIG: &str = "_GlobalConfig";
/// The id of the one object.
const ONLY_ID: &str = "1";
const PARAMS: &str = "params";
/// Names of parameters, with `true` for those that clients do not see.
const MASTER_KEY_ONLY: &str = "masterKeyOnly";

/// The parameters that a caller may see, as clients get them.
pub(crate) async fn read_config(objects: &Objects, scope: &Scope) -> Result<JsonMap> {
    let only = Filter::equals(OBJECT_ID, Value::String(ONLY_ID.to_owned()));
    let stored = objects.find_object(&Scope::server(), CONFIG, only).await?;
    let part = |name| match stored.as_ref().map(|stored| stored.value(name)) {
        Some(Value::Object(map)) => map.clone(),
        _ => JsonMap::new(),
    };
    let (mut params, mut flags) = (part(PARAMS), part(MASTER_KEY_ONLY));
    if !scope.is_privileged() {
        let is_open = |flags: &JsonMap, name: &str| flags.get(name) != Some(&Json::Bool(true));
        params.retain(|name, _| is_open(&flags, name));
        flags.retain(|_, flag| *flag != Json::Bool(true));
    }
    let mut config = JsonMap::new();
    config.insert(PARAMS.into(), params.into());
    if !flags.is_empty() {
        config.insert(MASTER_KEY_ONLY.into(), flags.into());
    }
    Ok(config)
}

/// Sets and removes parameters; those that are not named stay. A parameter that is set without its flag is for
/// everybody.
pub(crate) async fn change_config(objects: &Objects, scope: &Scope, mut body: JsonMap) -> Result<()> {
    let (params, flags) = (named_values(&mut body, PARAMS)?, named_values(&mut body, MASTER_KEY_ONLY)?);
    let mut changes = JsonMap::new();
    for (name, flag) in &flags {
        check_name(name)?;
        changes.insert(format!("{MASTER_KEY_ONLY}.{name}"), checked_flag(name, flag)?);
    }
    for (name, value) in params {
        check_name(&name)?;
        let flag = format!("{MASTER_KEY_ONLY}.{name}");
        if value.get("__op").and_then(Json::as_str) == Some("Delete") {
            changes.insert(flag, value.clone());
        } else {
            changes.entry(flag).or_insert(Json::Bool(false));
        }
        changes.insert(format!("{PARAMS}.{name}"), value);
    }
    if changes.is_empty() {
        return Ok(());
    }
    match objects.update(scope, CONFIG, ONLY_ID, changes.clone(), None, None).await {
        Err(error) if error.code == ErrorCode::ObjectNotFound => {
            make_object(objects).await?;
            objects.update(scope, CONFIG, ONLY_ID, changes, None, None).await.map(|_| ())
        }
        done => done.map(|_| ()),
    }
}

/// Makes the object that holds everything. That somebody else has just made it is as good.
async fn make_object(objects: &Objects) -> Result<()> {
    let class = objects.schema().class(CONFIG).cloned().ok_or_else(Error::internal)?;
    let now = objects.clock().now();
    let step = WriteStep::Insert {
        class,
        object_id: ONLY_ID.to_owned(),
        created_at: now,
        updated_at: now,
        acl: None,
        values: Vec::new(),
        relations: Vec::new(),
    };
    match objects.commit_steps(&Scope::server(), vec![step]).await {
        Err(error) if error.code != ErrorCode::DuplicateValue => Err(error),
        _ => Ok(()),
    }
}

fn named_values(body: &mut JsonMap, part: &str) -> Result<JsonMap> {
    match body.remove(part) {
        None | Some(Json::Null) => Ok(JsonMap::new()),
        Some(Json::Object(map)) => Ok(map),
        Some(_) => Err(Error::new(ErrorCode::InvalidJson, format!("{part} must be an object."))),
    }
}

/// Names are keys inside an object, which a dot would divide.
fn check_name(name: &str) -> Result<()> {
    let is_plain = !name.is_empty() && name.len() <= limits::NAME_LEN_MAX && !name.contains(['.', '$', '\0']);
    if is_plain {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InvalidKeyName, format!("Invalid parameter name: {}.", shown(name))))
}

/// Whoever hides a parameter must not find out later that the flag was misread.
fn checked_flag(name: &str, flag: &Json) -> Result<Json> {
    match flag {
        Json::Null => Ok(Json::Bool(false)),
        Json::Bool(_) => Ok(flag.clone()),
        _ => Err(Error::new(
            ErrorCode::InvalidJson,
            format!("masterKeyOnly.{} must be true or false.", shown(name)),
        )),
    }
}
