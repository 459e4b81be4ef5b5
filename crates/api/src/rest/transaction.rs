//! `POST /batch` with `transaction: true`: the writes of the batch are one, kept as a whole or not at all.
//!
//! Where Parse Server answers any failure with 500 and no reason, the answer here is the error of the first request
//! that cannot be done, with its place in `index`.

use astrolabe_core::error::{Error, ErrorCode, Result, shown};
use astrolabe_core::objects::{Change, RefusedChange, RequestId, WriteAnswer};
use astrolabe_core::value::Json;
use astrolabe_wire::parse::{Answer, ParseContext, failure_body, json_bytes, status_of};
use http::Method;
use percent_encoding::percent_decode_str;

use super::ALIASES;
use super::batch::{AnswerList, SubRequest};
use super::condition::{delete_condition, refuse_condition, update_condition};

pub(super) async fn run(
    context: &ParseContext,
    requests: Vec<SubRequest>,
    request_id: Option<&RequestId>,
) -> Answer {
    match transact(context, requests, request_id).await {
        Ok(answers) => {
            let mut list = AnswerList::new(context);
            for answer in answers {
                list.push_success(Json::Object(answer.body).to_string().as_bytes());
            }
            list.into_answer()
        }
        Err(refused) => refusal(context, &refused),
    }
}

async fn transact(
    context: &ParseContext,
    requests: Vec<SubRequest>,
    request_id: Option<&RequestId>,
) -> Result<Vec<WriteAnswer>, RefusedChange> {
    let to_change =
        |(index, request)| change_of(request).map_err(|error| RefusedChange { index: Some(index), error });
    let changes = requests.into_iter().enumerate().map(to_change).collect::<Result<_, _>>()?;
    context.app.objects.transact(&context.scope, changes, request_id).await
}

fn change_of(request: SubRequest) -> Result<Change> {
    let SubRequest { method, path, query, body } = request;
    let change = match (&method, target_of(&path)) {
        (&Method::POST, Some((class_name, None))) => {
            refuse_condition(&query)?;
            Change::Create { class_name, body }
        }
        (&Method::PUT, Some((class_name, Some(object_id)))) => {
            Change::Update { class_name, object_id, body, condition: update_condition(&query)? }
        }
        (&Method::DELETE, Some((class_name, Some(object_id)))) => {
            Change::Delete { class_name, object_id, condition: delete_condition(&query, &body)? }
        }
        _ => return Err(no_change(&method, &path)),
    };
    Ok(change)
}

/// The class, and the object if the path names one.
fn target_of(path: &str) -> Option<(String, Option<String>)> {
    let mut parts = path.strip_prefix('/')?.split('/').map(decoded);
    let first = format!("/{}", parts.next()??);
    let alias = ALIASES.iter().find(|(path, _)| *path == first).map(|(_, class)| (*class).to_owned());
    let class_name = match &alias {
        Some(class_name) => class_name.clone(),
        None if first == "/classes" => parts.next()??,
        None => return None,
    };
    let object_id = match parts.next() {
        // `/users/me` and `/sessions/me` can only be read.
        Some(Some(id)) if id == "me" && alias.is_some() => return None,
        Some(object_id) => Some(object_id?),
        None => None,
    };
    parts.next().is_none().then_some((class_name, object_id))
}

fn decoded(part: &str) -> Option<String> {
    percent_decode_str(part).decode_utf8().ok().map(Into::into)
}

fn no_change(method: &Method, path: &str) -> Error {
    Error::new(
        ErrorCode::InvalidJson,
        format!(
            "A transaction can only create, update and delete objects; it cannot {method} {}.",
            shown(path)
        ),
    )
}

fn refusal(context: &ParseContext, refused: &RefusedChange) -> Answer {
    let RefusedChange { index, error } = refused;
    let mut body = failure_body(error, context.app.settings.sanitized_errors);
    body.extend(index.map(|index| ("index".to_owned(), index.into())));
    json_bytes(status_of(error.code), Json::Object(body).to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (path, expected) in [
            ("/classes/Todo", Some(("Todo", None))),
            ("/classes/Todo/abc", Some(("Todo", Some("abc")))),
            ("/classes/_User/me", Some(("_User", Some("me")))),
            ("/classes/%54odo/a%62c", Some(("Todo", Some("abc")))),
            ("/users", Some(("_User", None))),
            ("/installations/abc", Some(("_Installation", Some("abc")))),
            ("/users/me", None),
            ("/classes", None),
            ("/classes/%ff", None),
            ("/classes/Todo/abc/more", None),
            ("/users/abc/more", None),
            ("/schemas/Todo", None),
            ("/login", None),
            ("/", None),
        ] {
            let expected = expected.map(|(class, id)| (class.to_owned(), id.map(str::to_owned)));
            assert_eq!(target_of(path), expected, "{path}");
        }
    }
}
