//! `/classes/:class[/:id]` and the system classes that have a path of their own.

use astrolabe_core::error::Result;
use astrolabe_core::objects::{FindRequest, WriteKind};
use astrolabe_core::value::Json;
use astrolabe_wire::parse::routes;
use astrolabe_wire::parse::{
    Answer, Endpoint, ParseCall, PathParams, created, json_bytes, json_value, object_with_token,
};
use http::StatusCode;
use serde_json::json;

use super::condition::{delete_condition, refuse_condition, update_condition};
use super::find_params::{asks_for_plan, find_options, get_options};

async fn find(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    find_in(call, &class).await
}

async fn create(call: ParseCall, PathParams(class): PathParams<String>) -> Result<Answer> {
    let path = path_of(&class);
    create_in(call, &class, &path).await
}

async fn get(call: ParseCall, PathParams((class, id)): PathParams<(String, String)>) -> Result<Answer> {
    get_in(call, &class, &id).await
}

async fn update(call: ParseCall, PathParams((class, id)): PathParams<(String, String)>) -> Result<Answer> {
    update_in(call, &class, &id).await
}

async fn delete(call: ParseCall, PathParams((class, id)): PathParams<(String, String)>) -> Result<Answer> {
    delete_in(call, &class, &id).await
}

/// The endpoint of the objects of any class.
pub(super) fn collection() -> Endpoint {
    routes::get(find).post(create).records_itself()
}

/// The endpoint of one object of any class.
pub(super) fn item() -> Endpoint {
    routes::get(get).put(update).delete(delete).records_itself()
}

/// The endpoint of the objects of a fixed class.
pub(super) fn collection_of(class: &'static str) -> Endpoint {
    let path = path_of(class);
    routes::get(move |call: ParseCall| async move { find_in(call, class).await })
        .post(move |call: ParseCall| {
            let path = path.clone();
            async move { create_in(call, class, &path).await }
        })
        .records_itself()
}

/// The endpoint of one object of a fixed class.
pub(super) fn item_of(class: &'static str) -> Endpoint {
    routes::get(move |call: ParseCall, PathParams(id): PathParams<String>| async move {
        get_in(call, class, &id).await
    })
    .put(move |call: ParseCall, PathParams(id): PathParams<String>| async move {
        update_in(call, class, &id).await
    })
    .delete(move |call: ParseCall, PathParams(id): PathParams<String>| async move {
        delete_in(call, class, &id).await
    })
    .records_itself()
}

/// Where the objects of a class are, for `Location`.
fn path_of(class: &str) -> String {
    match class {
        "_User" => "/users".to_owned(),
        other => format!("/classes/{other}"),
    }
}

async fn find_in(call: ParseCall, class: &str) -> Result<Answer> {
    let context = call.context.clone();
    let params = call.json_params();
    let request = FindRequest { class_name: class, options: find_options(&params)? };
    if asks_for_plan(&params)? {
        return Ok(explained(context.app.objects.explain_find(&context.scope, request).await?));
    }
    let found = context.app.objects.find(&context.scope, request).await?;
    let mut body = Vec::with_capacity(found.size() + 32);
    body.extend_from_slice(br#"{"results":["#);
    found.append_list(&mut body);
    body.push(b']');
    if let Some(count) = found.count {
        body.extend_from_slice(format!(r#","count":{count}"#).as_bytes());
    }
    body.push(b'}');
    Ok(json_bytes(StatusCode::OK, body))
}

/// The database's plan, as the only result.
pub(super) fn explained(plan: Option<Json>) -> Answer {
    json_value(&json!({"results": plan.into_iter().collect::<Vec<_>>()}))
}

async fn get_in(call: ParseCall, class: &str, id: &str) -> Result<Answer> {
    let context = call.context.clone();
    let keys = get_options(&call.json_params())?;
    let object = context.app.objects.get(&context.scope, class, id, &keys).await?;
    // SDKs take over what they read of the current user, and would forget its session without the token.
    let is_oneself = class == "_User" && context.scope.user_id() == Some(id);
    Ok(match context.session_token.as_deref().filter(|_| is_oneself) {
        Some(token) => object_with_token(object, token),
        None => json_bytes(StatusCode::OK, object),
    })
}

async fn create_in(call: ParseCall, class: &str, path: &str) -> Result<Answer> {
    refuse_condition(&call.query)?;
    let context = &call.context;
    let answer =
        context.app.objects.create(&context.scope, class, call.body, call.request_id.as_ref()).await?;
    // Rules may find that the object is there already.
    if answer.kind == WriteKind::Update {
        return Ok(json_value(&Json::Object(answer.body)));
    }
    Ok(created(&format!("{}{path}/{}", context.base_url(), answer.object_id), answer.body))
}

async fn update_in(call: ParseCall, class: &str, id: &str) -> Result<Answer> {
    let condition = update_condition(&call.query)?;
    let context = &call.context;
    let objects = &context.app.objects;
    let (condition, request) = (condition.as_ref(), call.request_id.as_ref());
    let answer = objects.update(&context.scope, class, id, call.body, condition, request).await?;
    Ok(json_value(&Json::Object(answer.body)))
}

async fn delete_in(call: ParseCall, class: &str, id: &str) -> Result<Answer> {
    let condition = delete_condition(&call.query, &call.body)?;
    call.app().objects.delete(call.scope(), class, id, condition.as_ref()).await?;
    Ok(json_bytes(StatusCode::OK, b"{}".to_vec()))
}
