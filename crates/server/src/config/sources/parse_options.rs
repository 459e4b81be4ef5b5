//! Options of Parse Server that Astrolabe knows by name while their features are not built: a deployment that
//! moves over keeps its file, and is told in one line what is idle.

/// Name and environment variable, by feature.
const KNOWN: &[(&str, &str)] = &[
    // Users
    ("allowExpiredAuthDataToken", "PARSE_SERVER_ALLOW_EXPIRED_AUTH_DATA_TOKEN"),
    ("auth", "PARSE_SERVER_AUTH_PROVIDERS"),
    ("emailAdapter", "PARSE_SERVER_EMAIL_ADAPTER"),
    ("enableAnonymousUsers", "PARSE_SERVER_ENABLE_ANON_USERS"),
    ("enableInsecureAuthAdapters", "PARSE_SERVER_ENABLE_INSECURE_AUTH_ADAPTERS"),
    ("installation", "PARSE_SERVER_INSTALLATION"),
    ("passwordPolicy.validatorCallback", "PARSE_SERVER_PASSWORD_POLICY_VALIDATOR_CALLBACK"),
    ("userSensitiveFields", "PARSE_SERVER_USER_SENSITIVE_FIELDS"),
    // Access
    ("masterKeyTtl", "PARSE_SERVER_MASTER_KEY_TTL"),
    ("nonMasterExplain", "PARSE_SERVER_NON_MASTER_EXPLAIN"),
    ("protectedFieldsTriggerExempt", "PARSE_SERVER_PROTECTED_FIELDS_TRIGGER_EXEMPT"),
    ("requestComplexity.graphQLDepth", "PARSE_SERVER_REQUEST_COMPLEXITY_GRAPHQL_DEPTH"),
    ("requestComplexity.graphQLFields", "PARSE_SERVER_REQUEST_COMPLEXITY_GRAPHQL_FIELDS"),
    ("security", "PARSE_SERVER_SECURITY"),
    // Data
    ("collectionPrefix", "PARSE_SERVER_COLLECTION_PREFIX"),
    ("databaseAdapter", "PARSE_SERVER_DATABASE_ADAPTER"),
    ("enableCollationCaseComparison", "PARSE_SERVER_ENABLE_COLLATION_CASE_COMPARISON"),
    ("query", "PARSE_SERVER_QUERY"),
    ("schema", "PARSE_SERVER_SCHEMA"),
    // Files, pages, push
    ("encryptionKey", "PARSE_SERVER_ENCRYPTION_KEY"),
    ("fileDownload", "PARSE_SERVER_FILE_DOWNLOAD_OPTIONS"),
    ("fileKey", "PARSE_SERVER_FILE_KEY"),
    ("fileUpload", "PARSE_SERVER_FILE_UPLOAD_OPTIONS"),
    ("filesAdapter", "PARSE_SERVER_FILES_ADAPTER"),
    ("pages.customRoutes", "PARSE_SERVER_PAGES_CUSTOM_ROUTES"),
    ("pages.enableLocalization", "PARSE_SERVER_PAGES_ENABLE_LOCALIZATION"),
    ("pages.encodePageParamHeaders", "PARSE_SERVER_PAGES_ENCODE_PAGE_PARAM_HEADERS"),
    ("pages.forceRedirect", "PARSE_SERVER_PAGES_FORCE_REDIRECT"),
    ("pages.localizationFallbackLocale", "PARSE_SERVER_PAGES_LOCALIZATION_FALLBACK_LOCALE"),
    ("pages.localizationJsonPath", "PARSE_SERVER_PAGES_LOCALIZATION_JSON_PATH"),
    ("pages.pagesEndpoint", "PARSE_SERVER_PAGES_PAGES_ENDPOINT"),
    ("pages.pagesPath", "PARSE_SERVER_PAGES_PAGES_PATH"),
    ("pages.placeholders", "PARSE_SERVER_PAGES_PLACEHOLDERS"),
    ("preserveFileName", "PARSE_SERVER_PRESERVE_FILE_NAME"),
    ("push", "PARSE_SERVER_PUSH"),
    ("scheduledPush", "PARSE_SERVER_SCHEDULED_PUSH"),
    // Cloud Code, live queries, GraphQL
    ("cloud", "PARSE_SERVER_CLOUD"),
    ("directAccess", "PARSE_SERVER_DIRECT_ACCESS"),
    ("encodeParseObjectInCloudFunction", "PARSE_SERVER_ENCODE_PARSE_OBJECT_IN_CLOUD_FUNCTION"),
    ("graphQLPath", "PARSE_SERVER_GRAPHQL_PATH"),
    ("graphQLPublicIntrospection", "PARSE_SERVER_GRAPHQL_PUBLIC_INTROSPECTION"),
    ("graphQLSchema", "PARSE_SERVER_GRAPH_QLSCHEMA"),
    ("liveQuery", "PARSE_SERVER_LIVE_QUERY"),
    ("liveQueryServerOptions", "PARSE_SERVER_LIVE_QUERY_SERVER_OPTIONS"),
    ("mountGraphQL", "PARSE_SERVER_MOUNT_GRAPHQL"),
    ("mountPlayground", "PARSE_SERVER_MOUNT_PLAYGROUND"),
    ("playgroundPath", "PARSE_SERVER_PLAYGROUND_PATH"),
    ("startLiveQueryServer", "PARSE_SERVER_START_LIVE_QUERY_SERVER"),
    ("webhookKey", "PARSE_SERVER_WEBHOOK_KEY"),
    // The server
    ("analyticsAdapter", "PARSE_SERVER_ANALYTICS_ADAPTER"),
    ("cacheAdapter", "PARSE_SERVER_CACHE_ADAPTER"),
    ("cacheMaxSize", "PARSE_SERVER_CACHE_MAX_SIZE"),
    ("cacheTTL", "PARSE_SERVER_CACHE_TTL"),
    ("cluster", "PARSE_SERVER_CLUSTER"),
    ("enableExpressErrorHandler", "PARSE_SERVER_ENABLE_EXPRESS_ERROR_HANDLER"),
    ("enableProductPurchaseLegacyApi", "PARSE_SERVER_ENABLE_PRODUCT_PURCHASE_LEGACY_API"),
    ("logLevels", "PARSE_SERVER_LOG_LEVELS"),
    ("loggerAdapter", "PARSE_SERVER_LOGGER_ADAPTER"),
    ("logsFolder", "PARSE_SERVER_LOGS_FOLDER"),
    ("maxLogFiles", "PARSE_SERVER_MAX_LOG_FILES"),
    ("middleware", "PARSE_SERVER_MIDDLEWARE"),
    ("requestContextMiddleware", "PARSE_SERVER_REQUEST_CONTEXT_MIDDLEWARE"),
    ("serverCloseComplete", "PARSE_SERVER_SERVER_CLOSE_COMPLETE"),
    ("serverStartComplete", "PARSE_SERVER_SERVER_START_COMPLETE"),
    ("silent", "SILENT"),
    ("verbose", "VERBOSE"),
    ("verifyServerUrl", "PARSE_SERVER_VERIFY_SERVER_URL"),
];

/// Fields of `databaseOptions`, which are options of the MongoDB driver and of its connections.
const DATABASE_OPTIONS: &[(&str, &str)] = &[
    ("databaseOptions.appName", "PARSE_SERVER_DATABASE_APP_NAME"),
    ("databaseOptions.authMechanism", "PARSE_SERVER_DATABASE_AUTH_MECHANISM"),
    ("databaseOptions.authMechanismProperties", "PARSE_SERVER_DATABASE_AUTH_MECHANISM_PROPERTIES"),
    ("databaseOptions.authSource", "PARSE_SERVER_DATABASE_AUTH_SOURCE"),
    ("databaseOptions.autoSelectFamily", "PARSE_SERVER_DATABASE_AUTO_SELECT_FAMILY"),
    (
        "databaseOptions.autoSelectFamilyAttemptTimeout",
        "PARSE_SERVER_DATABASE_AUTO_SELECT_FAMILY_ATTEMPT_TIMEOUT",
    ),
    ("databaseOptions.batchSize", "PARSE_SERVER_DATABASE_BATCH_SIZE"),
    ("databaseOptions.compressors", "PARSE_SERVER_DATABASE_COMPRESSORS"),
    (
        "databaseOptions.createIndexAuthDataUniqueness",
        "PARSE_SERVER_DATABASE_CREATE_INDEX_AUTH_DATA_UNIQUENESS",
    ),
    ("databaseOptions.createIndexRoleName", "PARSE_SERVER_DATABASE_CREATE_INDEX_ROLE_NAME"),
    ("databaseOptions.createIndexUserEmail", "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_EMAIL"),
    (
        "databaseOptions.createIndexUserEmailCaseInsensitive",
        "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_EMAIL_CASE_INSENSITIVE",
    ),
    (
        "databaseOptions.createIndexUserEmailVerifyToken",
        "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_EMAIL_VERIFY_TOKEN",
    ),
    (
        "databaseOptions.createIndexUserPasswordResetToken",
        "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_PASSWORD_RESET_TOKEN",
    ),
    ("databaseOptions.createIndexUserUsername", "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_USERNAME"),
    (
        "databaseOptions.createIndexUserUsernameCaseInsensitive",
        "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_USERNAME_CASE_INSENSITIVE",
    ),
    ("databaseOptions.directConnection", "PARSE_SERVER_DATABASE_DIRECT_CONNECTION"),
    ("databaseOptions.disableIndexFieldValidation", "PARSE_SERVER_DATABASE_DISABLE_INDEX_FIELD_VALIDATION"),
    ("databaseOptions.enableSchemaHooks", "PARSE_SERVER_DATABASE_ENABLE_SCHEMA_HOOKS"),
    ("databaseOptions.forceServerObjectId", "PARSE_SERVER_DATABASE_FORCE_SERVER_OBJECT_ID"),
    ("databaseOptions.heartbeatFrequencyMS", "PARSE_SERVER_DATABASE_HEARTBEAT_FREQUENCY_MS"),
    ("databaseOptions.loadBalanced", "PARSE_SERVER_DATABASE_LOAD_BALANCED"),
    ("databaseOptions.localThresholdMS", "PARSE_SERVER_DATABASE_LOCAL_THRESHOLD_MS"),
    ("databaseOptions.logClientEvents", "PARSE_SERVER_DATABASE_LOG_CLIENT_EVENTS"),
    ("databaseOptions.maxConnecting", "PARSE_SERVER_DATABASE_MAX_CONNECTING"),
    ("databaseOptions.maxStalenessSeconds", "PARSE_SERVER_DATABASE_MAX_STALENESS_SECONDS"),
    ("databaseOptions.minPoolSize", "PARSE_SERVER_DATABASE_MIN_POOL_SIZE"),
    ("databaseOptions.proxyHost", "PARSE_SERVER_DATABASE_PROXY_HOST"),
    ("databaseOptions.proxyPassword", "PARSE_SERVER_DATABASE_PROXY_PASSWORD"),
    ("databaseOptions.proxyPort", "PARSE_SERVER_DATABASE_PROXY_PORT"),
    ("databaseOptions.proxyUsername", "PARSE_SERVER_DATABASE_PROXY_USERNAME"),
    ("databaseOptions.readConcernLevel", "PARSE_SERVER_DATABASE_READ_CONCERN_LEVEL"),
    ("databaseOptions.readPreference", "PARSE_SERVER_DATABASE_READ_PREFERENCE"),
    ("databaseOptions.readPreferenceTags", "PARSE_SERVER_DATABASE_READ_PREFERENCE_TAGS"),
    ("databaseOptions.replicaSet", "PARSE_SERVER_DATABASE_REPLICA_SET"),
    ("databaseOptions.retryReads", "PARSE_SERVER_DATABASE_RETRY_READS"),
    ("databaseOptions.retryWrites", "PARSE_SERVER_DATABASE_RETRY_WRITES"),
    ("databaseOptions.schemaCacheTtl", "PARSE_SERVER_DATABASE_SCHEMA_CACHE_TTL"),
    ("databaseOptions.serverMonitoringMode", "PARSE_SERVER_DATABASE_SERVER_MONITORING_MODE"),
    ("databaseOptions.serverSelectionTimeoutMS", "PARSE_SERVER_DATABASE_SERVER_SELECTION_TIMEOUT_MS"),
    ("databaseOptions.socketTimeoutMS", "PARSE_SERVER_DATABASE_SOCKET_TIMEOUT_MS"),
    ("databaseOptions.srvMaxHosts", "PARSE_SERVER_DATABASE_SRV_MAX_HOSTS"),
    ("databaseOptions.srvServiceName", "PARSE_SERVER_DATABASE_SRV_SERVICE_NAME"),
    ("databaseOptions.ssl", "PARSE_SERVER_DATABASE_SSL"),
    ("databaseOptions.tls", "PARSE_SERVER_DATABASE_TLS"),
    ("databaseOptions.tlsAllowInvalidCertificates", "PARSE_SERVER_DATABASE_TLS_ALLOW_INVALID_CERTIFICATES"),
    ("databaseOptions.tlsAllowInvalidHostnames", "PARSE_SERVER_DATABASE_TLS_ALLOW_INVALID_HOSTNAMES"),
    ("databaseOptions.tlsCAFile", "PARSE_SERVER_DATABASE_TLS_CAFILE"),
    ("databaseOptions.tlsCertificateKeyFile", "PARSE_SERVER_DATABASE_TLS_CERTIFICATE_KEY_FILE"),
    (
        "databaseOptions.tlsCertificateKeyFilePassword",
        "PARSE_SERVER_DATABASE_TLS_CERTIFICATE_KEY_FILE_PASSWORD",
    ),
    ("databaseOptions.tlsInsecure", "PARSE_SERVER_DATABASE_TLS_INSECURE"),
    ("databaseOptions.zlibCompressionLevel", "PARSE_SERVER_DATABASE_ZLIB_COMPRESSION_LEVEL"),
];

/// First parts of variables that set one field of an option which is an object.
const FIELD_PREFIXES: &[&str] = &[
    "PARSE_SERVER_DATABASE_",
    "PARSE_SERVER_EXPERIMENTAL_IDEMPOTENCY_",
    "PARSE_SERVER_FILE_DOWNLOAD_",
    "PARSE_SERVER_FILE_UPLOAD_",
    "PARSE_SERVER_LIVEQUERY_",
    "PARSE_SERVER_LOG_LEVEL_",
];

/// Options that are objects, each field of which is a setting or an option of its own (`passwordPolicy.history`).
const OBJECTS: &[(&str, &str)] = &[
    ("accountLockout", "PARSE_SERVER_ACCOUNT_LOCKOUT"),
    ("databaseOptions", "PARSE_SERVER_DATABASE_OPTIONS"),
    ("idempotencyOptions", "PARSE_SERVER_EXPERIMENTAL_IDEMPOTENCY_OPTIONS"),
    ("pages", "PARSE_SERVER_PAGES"),
    ("passwordPolicy", "PARSE_SERVER_PASSWORD_POLICY"),
    ("requestComplexity", "PARSE_SERVER_REQUEST_COMPLEXITY"),
];

/// Whether the option is an object that is read field by field.
pub(super) fn is_object(option: &str) -> bool {
    OBJECTS.iter().any(|(name, _)| *name == option)
}

/// The option that is an object and is given as JSON in this variable.
pub(super) fn object_of_env(variable: &str) -> Option<&'static str> {
    OBJECTS.iter().find(|(_, env)| *env == variable).map(|(name, _)| *name)
}

pub(super) fn is_known(option: &str) -> bool {
    names().any(|name| name == option)
}

pub(super) fn is_known_env(variable: &str) -> bool {
    let is_field_of = |env: &str| variable.strip_prefix(env).is_some_and(|rest| rest.starts_with('_'));
    envs().any(|env| env == variable || is_field_of(env))
        || FIELD_PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
}

pub(in crate::config) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().chain(DATABASE_OPTIONS).map(|(option, _)| *option)
}

pub(super) fn envs() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().chain(DATABASE_OPTIONS).map(|(_, env)| *env)
}
