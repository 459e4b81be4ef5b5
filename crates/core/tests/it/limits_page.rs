//! `docs/reference/limits.md`, from the constants of the kernel.

use astrolabe_core::limits as bound;

const SOURCE: &str = include_str!("../../src/limits.rs");
const HEAD: &str = include_str!("limits_page_head.md");
const TAIL: &str = include_str!("limits_page_tail.md");

/// One constant: its name, its value, what it bounds, and the answer beyond it.
type Bound = (&'static str, usize, &'static str, &'static str);

macro_rules! bounds {
    ($($name:ident: $what:literal, $beyond:literal;)*) => { &[$((stringify!($name), bound::$name, $what, $beyond),)*] };
}

const BOUNDS: &[Bound] = bounds! {
    NAME_LEN_MAX: "Characters of a class or field name", "103, 105";
    OBJECT_ID_LEN_MAX: "Bytes of an object id that a client chooses", "105";
    USER_FIELDS_MAX: "Fields in `pointerFields`, `readUserFields` or `writeUserFields`, and `userField:` groups of `protectedFields`", "107";
    CLASSES_MAX: "Classes of one app, built-in ones included", "255";
    CLASS_FIELDS_MAX: "Fields of one class, beside `objectId`, `createdAt`, `updatedAt` and `ACL`", "255";
    CLASS_INDEXES_MAX: "Declared indexes of one class", "102";
    INDEX_FIELDS_MAX: "Fields of one index", "102";
    DELETION_ROWS_MAX: "Objects that the deletion rules of one removal delete or change", "116";
    DELETION_DEPTH_MAX: "Levels of deletion rules that one removal follows", "116";
    JSON_DEPTH_MAX: "Levels of arrays and objects inside the value of a field, a dotted key included", "105, 107";
    ACL_ENTRIES_MAX: "Entries of one access control list", "123";
    RELATION_MEMBERS_MAX: "Members named by one `AddRelation` or `RemoveRelation`", "107";
    QUERY_CONDITIONS_MAX: "Conditions of one query", "102";
    QUERY_DEPTH_MAX: "Levels of a dotted key in a condition or sort key (105), and of `$or`, `$and` and `$nor` inside each other (102)", "105, 102";
    SUBQUERIES_MAX: "Subqueries of one query, those inside of others included", "102";
    REGEX_LEN_MAX: "Bytes of one `$regex`", "102";
    REGEX_BYTES_MAX: "Bytes of memory that one compiled `$regex` takes", "102";
    QUERY_LIST_MAX: "Values of one `$in`, `$nin`, `$all` or `$containedBy`, and objects that one subquery finds", "102";
    TEXT_SEARCH_LEN_MAX: "Bytes of the `$term` of one `$text`", "102";
    TEXT_LEN_MAX: "Bytes of one value that full-text search looks at", "are not found";
    TEXT_WORDS_MAX: "Words of one value that full-text search looks at", "are not found";
    TEXT_WORD_LEN_MAX: "Bytes of a word that full-text search looks at", "are not found";
    POLYGON_CORNERS_MAX: "Corners of one `$polygon`", "102";
    ORDER_KEYS_MAX: "Sort keys of one query", "102";
    AGGREGATE_STAGES_MAX: "Stages of one aggregation pipeline", "102";
    AGGREGATE_EXPRESSIONS_MAX: "Expressions of one aggregation pipeline, over all stages and levels", "102";
    AGGREGATE_DOCUMENTS_MAX: "Documents that one aggregation answers, or distinct values", "102";
    INCLUDE_PATHS_MAX: "Fields of the class that one query includes by name", "102";
    INCLUDE_DEPTH_MAX: "Levels of one `include` path", "102";
    RESPONSE_BYTES_MAX: "Bytes of the objects of an answer, with what is included in them", "102";
    BATCH_REQUESTS_MAX: "Requests in one batch", "107";
    BATCH_CONCURRENCY: "Requests of one batch that run at the same time", "wait";
    USER_ROLES_MAX: "Roles of one user, inherited ones included", "give no rights";
    RATE_COUNTERS_MAX: "Callers of one app whose requests are counted at the same time, where rates are limited", "count together";
    KNOWN_CALLERS_MAX: "Session tokens of one app whose users are kept in memory", "look up";
    ROLE_LEVELS_MAX: "Levels of roles that inherit, those that list the user included", "give no rights";
    IDENTITY_LEN_MAX: "Bytes of a user name or e-mail address", "142";
    MAIL_BYTES_MAX: "Bytes of the address and the variables of one mail", "116";
    REQUEST_ID_LEN_MAX: "Bytes of an `X-Parse-Request-Id`", "162";
    EXPIRED_REQUESTS_PER_WRITE: "Expired request ids that one request with an id removes", "wait";
    INSTALLATION_ID_LEN_MAX: "Bytes of an installation id", "107";
    DEVICE_TOKEN_LEN_MAX: "Bytes of a device token", "142";
    DEVICE_INSTALLATIONS_MAX: "Installations that share one device token", "132";
};

#[test]
fn limits_page_is_fresh() {
    let rows: String = BOUNDS.iter().map(row).collect();
    super::page::check("limits.md", &format!("{HEAD}{rows}{TAIL}"));
}

fn row((name, value, what, beyond): &Bound) -> String {
    format!("| {what} | {} | {beyond} | `{name}` |\n", grouped(*value))
}

/// `10000` as `10,000`, and whole mebibytes as such.
fn grouped(value: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if value >= MIB && value.is_multiple_of(MIB) {
        return format!("{} MiB", value / MIB);
    }
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn every_bound_of_the_kernel_is_on_the_page() {
    let names = SOURCE.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let missing: Vec<_> = names.filter(|name| BOUNDS.iter().all(|(listed, ..)| listed != name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
