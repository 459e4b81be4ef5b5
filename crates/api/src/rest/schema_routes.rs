//! `/schemas`: classes are looked at and changed here. Master key only.

use astrolabe_core::error::{Error, ErrorCode, Result, shown};
use astrolabe_core::schema::{INTERNAL_CLASSES, class_to_json};
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::parse::{Answer, ParseCall, PathParams, json_bytes, json_value};
use http::StatusCode;

pub(super) async fn list(call: ParseCall) -> Result<Answer> {
    call.require_master()?;
    let schema = call.app().objects.schema();
    let shown = schema.classes.values().filter(|class| !INTERNAL_CLASSES.contains(&&*class.name));
    let classes: Vec<Json> = shown.map(|class| class_to_json(class)).collect();
    Ok(json_value(&serde_json::json!({ "results": classes })))
}

pub(super) async fn get(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    call.require_master()?;
    let schema = call.app().objects.schema();
    let class = schema.class(&class).ok_or_else(|| {
        Error::new(ErrorCode::InvalidClassName, format!("Class {} does not exist.", shown(&class)))
    })?;
    Ok(json_value(&class_to_json(class)))
}

pub(super) async fn create(call: ParseCall) -> Result<Answer> {
    create_class(call, None).await
}

pub(super) async fn create_named(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    create_class(call, Some(class)).await
}

async fn create_class(call: ParseCall, path: Option<String>) -> Result<Answer> {
    call.require_master()?;
    call.require_writer()?;
    let name = class_name(path, &call.body)?;
    let class = call.app().objects.create_class(call.scope(), &name, &call.body).await?;
    Ok(json_value(&class_to_json(&class)))
}

pub(super) async fn update(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    call.require_master()?;
    call.require_writer()?;
    let name = class_name(Some(class), &call.body)?;
    let class = call.app().objects.change_class(call.scope(), &name, &call.body).await?;
    Ok(json_value(&class_to_json(&class)))
}

pub(super) async fn delete(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    call.require_master()?;
    call.require_writer()?;
    call.app().objects.drop_class(call.scope(), &class).await?;
    Ok(json_bytes(StatusCode::OK, b"{}".to_vec()))
}

/// The name in the path and the one in the body have to agree.
fn class_name(path: Option<String>, body: &JsonMap) -> Result<String> {
    let named = body.get("className").and_then(Json::as_str);
    match (path, named) {
        (Some(path), Some(named)) if path != named => Err(Error::new(
            ErrorCode::InvalidClassName,
            format!("Class name mismatch between {} and {}.", shown(named), shown(&path)),
        )),
        (Some(path), _) => Ok(path),
        (None, Some(named)) if !named.is_empty() => Ok(named.to_owned()),
        (None, _) => Err(Error::new(ErrorCode::MissingClassName, "POST /schemas needs a class name.")),
    }
}
