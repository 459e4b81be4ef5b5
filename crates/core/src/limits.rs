//! Every bound of the kernel in one place. Bounds an operator may move are settings; these are not.

/// Levels of arrays and objects inside the value of a field. Bodies end at 127, the bound of the JSON parser.
pub const JSON_DEPTH_MAX: usize = 100;
/// Characters of a class or field name.
pub const NAME_LEN_MAX: usize = 128;
/// Fields of one class.
pub const CLASS_FIELDS_MAX: usize = 500;
/// Declared indexes of one class.
pub const CLASS_INDEXES_MAX: usize = 64;
/// Fields of one index.
pub const INDEX_FIELDS_MAX: usize = 16;
/// Objects that the deletion rules of one removal delete or change.
pub const DELETION_ROWS_MAX: usize = 100_000;
/// Levels of deletion rules that one removal follows.
pub const DELETION_DEPTH_MAX: usize = 20;
/// Classes of one app.
pub const CLASSES_MAX: usize = 2_000;
/// Fields that one list of class-level permissions may name users by.
pub const USER_FIELDS_MAX: usize = 16;
/// Levels of one dotted path in a condition or sort key, and of `$or`, `$and` and `$nor` inside each other.
pub const QUERY_DEPTH_MAX: usize = 20;
/// Conditions of one query, counted over all levels.
pub const QUERY_CONDITIONS_MAX: usize = 500;
/// Subqueries of one query, counted over all levels.
pub const SUBQUERIES_MAX: usize = 10;
/// Bytes of one `$regex`.
pub const REGEX_LEN_MAX: usize = 1_000;
/// Memory of a `$regex` that is ready for searching, in bytes.
pub const REGEX_BYTES_MAX: usize = 1024 * 1024;
/// Values in one `$in`, `$nin`, `$all` or `$containedBy` list, and objects that one subquery finds.
pub const QUERY_LIST_MAX: usize = 10_000;
/// Bytes of the `$term` of one `$text`.
pub const TEXT_SEARCH_LEN_MAX: usize = 1_000;
/// Bytes of one value that full-text search looks at; words that follow are not found.
pub const TEXT_LEN_MAX: usize = 1024 * 1024;
/// Words of one value that full-text search looks at; those that follow are not found.
pub const TEXT_WORDS_MAX: usize = 20_000;
/// Bytes of a word that full-text search looks at; longer ones are not found.
pub const TEXT_WORD_LEN_MAX: usize = 128;
/// Corners of one `$polygon`.
pub const POLYGON_CORNERS_MAX: usize = 1_000;
/// Pointers that one `include` follows from the object itself.
pub const INCLUDE_PATHS_MAX: usize = 50;
/// Levels of one `include` path.
pub const INCLUDE_DEPTH_MAX: usize = 10;
/// Sort keys of one query.
pub const ORDER_KEYS_MAX: usize = 20;
/// Stages of one aggregation pipeline.
pub const AGGREGATE_STAGES_MAX: usize = 50;
/// Expressions of one aggregation pipeline, counted over all stages and levels.
pub const AGGREGATE_EXPRESSIONS_MAX: usize = 300;
/// Documents that an aggregation answers, and distinct values of a field; more are refused with a hint to use `$limit`.
pub const AGGREGATE_DOCUMENTS_MAX: usize = 100_000;
/// Bytes of the answer to one query; larger answers are refused with a hint to use `limit` or `keys`.
pub const RESPONSE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Requests of one batch that run at the same time.
pub const BATCH_CONCURRENCY: usize = 8;
/// Requests in one batch.
pub const BATCH_REQUESTS_MAX: usize = 1_000;
/// Bytes of an `X-Parse-Request-Id`.
pub const REQUEST_ID_LEN_MAX: usize = 255;
/// Expired request ids that one write with an id removes.
pub const EXPIRED_REQUESTS_PER_WRITE: usize = 8;
/// Entries of one access control list.
pub const ACL_ENTRIES_MAX: usize = 5_000;
/// Levels of roles that inherit, those that list the user included; those further up give no rights.
pub const ROLE_LEVELS_MAX: usize = 20;
/// Roles of one user, inherited ones included; further ones give no rights.
pub const USER_ROLES_MAX: usize = 1_000;
/// Callers of one app whose requests are counted at the same time, where rates are limited.
pub const RATE_COUNTERS_MAX: usize = 100_000;
/// Session tokens of one app whose users are kept in memory; others are looked up.
pub const KNOWN_CALLERS_MAX: usize = 10_000;
/// Bytes of a user name or e-mail address.
pub const IDENTITY_LEN_MAX: usize = 512;
/// Bytes of an installation id.
pub const INSTALLATION_ID_LEN_MAX: usize = 255;
/// Bytes of the token that a push service knows a device by.
pub const DEVICE_TOKEN_LEN_MAX: usize = 4_096;
/// Installations that may share one device token, as several apps on one device do.
pub const DEVICE_INSTALLATIONS_MAX: usize = 100;
/// Characters of a custom object id.
pub const OBJECT_ID_LEN_MAX: usize = 64;
/// Bytes of the address and the variables of one mail.
pub const MAIL_BYTES_MAX: usize = 64 * 1024;
/// Members added to or removed from a relation by one request.
pub const RELATION_MEMBERS_MAX: usize = 10_000;
