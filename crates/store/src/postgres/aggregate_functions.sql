-- The functions of aggregations: between columns and JSON, and parts of dates. What does not fit is null.

-- The one text of a value that equal values share: the keys of objects sorted, numbers in one form.
CREATE FUNCTION canonical_text(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'number' THEN json_number(value::text::float8)::text
        WHEN 'array' THEN (SELECT '[' || coalesce(string_agg(canonical_text(e), ',' ORDER BY place), '') || ']'
            FROM jsonb_array_elements(value) WITH ORDINALITY AS a (e, place))
        WHEN 'object' THEN (SELECT '{' || coalesce(string_agg(to_json(key)::text || ':' || canonical_text(m), ','
                ORDER BY key COLLATE "C"), '') || '}'
            FROM jsonb_each(value) AS o (key, m))
        ELSE value::text
    END;
END $$;

CREATE FUNCTION json_at(value text, path text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT canonical_text(at_path(value, path))
$$;

-- Days since 1970 and ten thousand years more, so that none is before the first. The calendar and the days of the week
-- repeat after that time.
CREATE FUNCTION shifted_day(ms int8) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT date '1970-01-01' + (floor(ms::numeric / 86400000) + 3652425)::int
$$;

CREATE FUNCTION ms_of_day(ms int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ((ms % 86400000) + 86400000) % 86400000
$$;

CREATE FUNCTION date_part_of(part text, ms int8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE part
        WHEN 'year' THEN extract(year FROM shifted_day(ms)) - 10000
        WHEN 'month' THEN extract(month FROM shifted_day(ms))
        WHEN 'dayOfMonth' THEN extract(day FROM shifted_day(ms))
        WHEN 'dayOfYear' THEN extract(doy FROM shifted_day(ms))
        WHEN 'dayOfWeek' THEN extract(dow FROM shifted_day(ms)) + 1
        WHEN 'isoDayOfWeek' THEN extract(isodow FROM shifted_day(ms))
        WHEN 'week' THEN div((extract(doy FROM shifted_day(ms)) + 6 - extract(dow FROM shifted_day(ms)))::numeric, 7)
        WHEN 'isoWeek' THEN extract(week FROM shifted_day(ms))
        WHEN 'isoWeekYear' THEN extract(isoyear FROM shifted_day(ms)) - 10000
        WHEN 'hour' THEN ms_of_day(ms) / 3600000
        WHEN 'minute' THEN ms_of_day(ms) / 60000 % 60
        WHEN 'second' THEN ms_of_day(ms) / 1000 % 60
        WHEN 'millisecond' THEN ms_of_day(ms) % 1000
    END::float8
$$;

-- A whole number with zeros in front.
CREATE FUNCTION padded(number float8, width int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT sign || lpad(digits, greatest(width - length(sign), length(digits)), '0')
    FROM (SELECT CASE WHEN number <= -1 THEN '-' ELSE '' END AS sign, abs(trunc(number))::numeric::text AS digits) AS n
$$;

-- The form that Parse uses everywhere.
CREATE FUNCTION iso_text(ms int8) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
            WHEN year < 0 THEN '-' || padded(-year, 6)
            WHEN year > 9999 THEN '+' || padded(year, 6)
            ELSE padded(year, 4)
        END || to_char(shifted_day(ms) + ms_of_day(ms) * interval '1 millisecond', '-MM-DD"T"HH24:MI:SS.MS"Z"')
    FROM date_part_of('year', ms) AS y (year)
$$;

-- A column of a type that has one column.
CREATE FUNCTION json_of(type_name text, value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE type_name
        WHEN 'String' THEN to_json(value)::text
        WHEN 'Bytes' THEN '{"__type":"Bytes","base64":' || to_json(value)::text || '}'
        WHEN 'Polygon' THEN '{"__type":"Polygon","coordinates":' || value || '}'
        WHEN 'File' THEN '{"__type":"File",' || substr(value, 2)
        ELSE value
    END
$$;

CREATE FUNCTION json_of(type_name text, value int8) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE type_name
        WHEN 'Boolean' THEN (value <> 0)::text
        WHEN 'Date' THEN '{"__type":"Date","iso":"' || iso_text(value) || '"}'
        ELSE value::text
    END
$$;

CREATE FUNCTION json_of(type_name text, value float8) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT json_number(value)::text
$$;

CREATE FUNCTION json_of_pointer(class text, id text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT '{"__type":"Pointer","className":' || to_json(class)::text || ',"objectId":' || to_json(id)::text || '}'
$$;

CREATE FUNCTION json_of_point(latitude float8, longitude float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT '{"__type":"GeoPoint","latitude":' || json_number(latitude)::text
        || ',"longitude":' || json_number(longitude)::text || '}'
$$;

-- An array as it is, anything else as the only element of one.
CREATE FUNCTION json_as_list(value text) RETURNS json LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE json_typeof(value::json)
        WHEN 'null' THEN NULL
        WHEN 'array' THEN value::json
        ELSE ('[' || value || ']')::json
    END
$$;

CREATE FUNCTION json_as_number(value text) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE json_typeof(value::json) WHEN 'number' THEN value::float8 END
$$;

CREATE FUNCTION json_as_boolean(value text) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE json_typeof(value::json) WHEN 'boolean' THEN value::boolean::int::int8 END
$$;

CREATE FUNCTION json_as_text(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE json_typeof(value::json) WHEN 'string' THEN value::json #>> '{}' END
$$;

CREATE FUNCTION json_as_date(value text) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    parts text[] := regexp_match(iso_of(value::jsonb),
        '^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?:[Zz]|([+-])(\d\d):?(\d\d))?$');
    first_day date;
    days int;
    seconds int8;
BEGIN
    IF parts IS NULL OR parts[2]::int NOT BETWEEN 1 AND 12 OR abs(parts[1]::int) > 9999
        OR parts[4]::int > 23 OR parts[5]::int > 59 OR parts[6]::int > 60
    THEN
        RETURN NULL;
    END IF;
    first_day := make_date(parts[1]::int + 10000, parts[2]::int, 1);
    IF parts[3]::int NOT BETWEEN 1 AND extract(day FROM first_day + interval '1 month -1 day') THEN
        RETURN NULL;
    END IF;
    days := first_day - date '1970-01-01' - 3652425 + parts[3]::int - 1;
    seconds := coalesce(parts[4]::int, 0) * 3600 + coalesce(parts[5]::int, 0) * 60 + coalesce(least(parts[6]::int, 59), 0)
        - coalesce((parts[8] || '1')::int * (parts[9]::int * 3600 + parts[10]::int * 60), 0);
    RETURN days * 86400000::int8 + seconds * 1000 + coalesce(rpad(left(parts[7], 3), 3, '0')::int, 0);
END $$;

-- Whether the value is there and neither `false` nor 0.
CREATE FUNCTION json_is_true(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT value IS NOT NULL AND CASE json_typeof(value::json)
        WHEN 'null' THEN false
        WHEN 'boolean' THEN value::boolean
        WHEN 'number' THEN value::float8 <> 0
        ELSE true
    END
$$;

CREATE FUNCTION json_size(value text) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE json_typeof(value::json) WHEN 'array' THEN json_array_length(value::json)::float8 END
$$;
