-- The functions that compiled statements call by name. They mean exactly what those in `sqlite/functions` mean; the
-- contract tests compare both with the matcher of the kernel. They stand in a schema whose name comes from this text,
-- so programs of different versions never disturb each other. JSON is text in columns, because jsonb would forget the
-- order of keys; it becomes jsonb to be compared.

-- Equality of jsonb is deep equality, once numbers are doubles and references are known by class and id alone. Most
-- values hold neither references nor numbers of so many digits that it matters.
CREATE FUNCTION canonical(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF value ~ '[0-9]{16}|__type' THEN
        RETURN canonical_deep(value::jsonb);
    END IF;
    RETURN value::jsonb;
END $$;

CREATE FUNCTION canonical_deep(value jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    CASE jsonb_typeof(value)
        WHEN 'number' THEN
            RETURN to_jsonb(value::text::float8);
        WHEN 'array' THEN
            RETURN (SELECT coalesce(jsonb_agg(canonical_deep(e) ORDER BY place), '[]')
                FROM jsonb_array_elements(value) WITH ORDINALITY AS a (e, place));
        WHEN 'object' THEN
            IF jsonb_typeof(value -> '__type') = 'string' AND value ->> '__type' IN ('Pointer', 'Object')
                AND jsonb_typeof(value -> 'className') = 'string'
                AND jsonb_typeof(value -> 'objectId') = 'string'
            THEN
                RETURN jsonb_build_object('__type', 'Pointer', 'className', value -> 'className',
                    'objectId', value -> 'objectId');
            END IF;
            RETURN (SELECT coalesce(jsonb_object_agg(key, canonical_deep(m)), '{}')
                FROM jsonb_each(value) AS o (key, m));
        ELSE
            RETURN value;
    END CASE;
END $$;

-- The number of a set of readers, as `acl_number` of `columns.rs` has it.
CREATE FUNCTION acl_number(readers text[]) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(nullif(('x' || encode(substr(sha256(convert_to(coalesce(string_agg(
        octet_length(r) || ':' || r, '' ORDER BY r COLLATE "C"), ''), 'UTF8')), 1, 8), 'hex'))::bit(64)::int8, 0), 1)
    FROM (SELECT DISTINCT unnest(readers) AS r) AS distinct_ones
$$;

-- Empties the column that the trigger names: who has changed the text beside it did not say which terms it has now.
CREATE FUNCTION forget_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], NULL));
    RETURN NEW;
END $$;

-- The elements of an array; of anything else none.
CREATE FUNCTION elements(value jsonb) RETURNS SETOF jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END)
$$;

-- Operations on sets take time in proportion to both lists; a test of each element against the other list would not.
CREATE FUNCTION is_or_has(value jsonb, operand jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(value = operand OR operand IN (SELECT elements(value)), false)
$$;

CREATE FUNCTION is_or_has_any(value jsonb, list jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(value IN (SELECT elements(list))
        OR EXISTS (SELECT elements(value) INTERSECT SELECT elements(list)), false)
$$;

CREATE FUNCTION has_all(value jsonb, list jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_typeof(value) = 'array' AND jsonb_array_length(list) > 0
        AND NOT EXISTS (SELECT elements(list) EXCEPT SELECT elements(value)), false)
$$;

CREATE FUNCTION has_all_starting(value jsonb, prefixes jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_array_length(prefixes) > 0 AND NOT EXISTS (
        SELECT 1 FROM elements(prefixes) AS p WHERE NOT EXISTS (
            SELECT 1 FROM elements(value) AS e
            WHERE jsonb_typeof(e) = 'string' AND starts_with(e #>> '{}', p #>> '{}')))
$$;

CREATE FUNCTION has_only(value jsonb, list jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_typeof(value) = 'array'
        AND NOT EXISTS (SELECT elements(value) EXCEPT SELECT elements(list)), false)
$$;

CREATE FUNCTION json_equals(value text, operand text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(canonical(value) = canonical(operand), false)
$$;

CREATE FUNCTION json_equals_any(value text, list text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(canonical(value) IN (SELECT elements(canonical(list))), false)
$$;

CREATE FUNCTION json_contains(value text, operand text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT is_or_has(canonical(value), canonical(operand))
$$;

CREATE FUNCTION json_contains_any(value text, list text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT is_or_has_any(canonical(value), canonical(list))
$$;

CREATE FUNCTION json_contains_all(value text, list text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT has_all(canonical(value), canonical(list))
$$;

CREATE FUNCTION json_contains_all_starting(value text, prefixes text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(has_all_starting(value::jsonb, prefixes::jsonb), false)
$$;

CREATE FUNCTION json_contained_by(value text, list text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT has_only(canonical(value), canonical(list))
$$;

CREATE FUNCTION point_in(latitude float8, longitude float8, points text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce((latitude, longitude) IN (
        SELECT (e ->> 'latitude')::float8, (e ->> 'longitude')::float8 FROM elements(points::jsonb) AS e), false)
$$;

-- Distances along the sphere, in radians.
CREATE FUNCTION geo_distance(latitude float8, longitude float8, to_latitude float8, to_longitude float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 2.0 * asin(sqrt(least(1.0,
        power(sin(radians(to_latitude - latitude) / 2.0), 2)
        + power(sin(radians(to_longitude - longitude) / 2.0), 2)
            * cos(radians(latitude)) * cos(radians(to_latitude)))))
$$;

-- Whether a place lies inside a ring, a JSON list of pairs, or on its line: a line to the east crosses the ring an odd
-- number of times.
CREATE FUNCTION point_in_ring(latitude float8, longitude float8, ring text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    latitudes float8[] := ARRAY(SELECT (e ->> 0)::float8 FROM json_array_elements(ring::json) AS e);
    longitudes float8[] := ARRAY(SELECT (e ->> 1)::float8 FROM json_array_elements(ring::json) AS e);
    corners int := cardinality(latitudes);
    inside boolean := false;
    following int;
    turn float8;
BEGIN
    IF latitude IS NULL OR longitude IS NULL OR ring IS NULL THEN
        RETURN false;
    END IF;
    FOR corner IN 1 .. corners LOOP
        following := corner % corners + 1;
        turn := (longitudes[following] - longitudes[corner]) * (latitude - latitudes[corner])
            - (longitude - longitudes[corner]) * (latitudes[following] - latitudes[corner]);
        IF turn = 0 AND latitude BETWEEN SYMMETRIC latitudes[corner] AND latitudes[following]
            AND longitude BETWEEN SYMMETRIC longitudes[corner] AND longitudes[following]
        THEN
            RETURN true;
        END IF;
        IF turn <> 0 AND (latitudes[corner] > latitude) <> (latitudes[following] > latitude)
            AND (turn > 0) = (latitudes[following] > latitudes[corner])
        THEN
            inside := NOT inside;
        END IF;
    END LOOP;
    RETURN inside;
END $$;

CREATE FUNCTION ring_contains(ring text, latitude float8, longitude float8) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT point_in_ring(latitude, longitude, ring)
$$;

CREATE FUNCTION text_matches(value text, pattern text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(value ~ pattern, false)
$$;

-- The value at a path; null counts as missing. A numeric key also indexes an array.
CREATE FUNCTION at_path(value text, path text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    inner_value jsonb := value::jsonb;
    step text;
BEGIN
    FOR step IN SELECT json_array_elements_text(path::json) LOOP
        CASE jsonb_typeof(inner_value)
            WHEN 'object' THEN inner_value := inner_value -> step;
            WHEN 'array' THEN
                IF step !~ '^\+?0*[0-9]{1,9}$' THEN
                    RETURN NULL;
                END IF;
                inner_value := inner_value -> step::int;
            ELSE RETURN NULL;
        END CASE;
        IF inner_value IS NULL THEN
            RETURN NULL;
        END IF;
    END LOOP;
    RETURN nullif(inner_value, 'null');
END $$;

-- The time of a Date envelope; its form sorts as text.
CREATE FUNCTION iso_of(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'object' AND value -> '__type' = '"Date"'
        AND jsonb_typeof(value -> 'iso') = 'string' THEN value ->> 'iso' END
$$;

-- Negative, 0 or positive; null where two values have no order.
CREATE FUNCTION json_order(left_value jsonb, right_value jsonb) RETURNS int
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    kinds text[] := ARRAY[jsonb_typeof(left_value), jsonb_typeof(right_value)];
    texts text[];
BEGIN
    IF kinds = ARRAY['number', 'number'] THEN
        RETURN sign(left_value::text::float8::numeric - right_value::text::float8::numeric)::int;
    ELSIF kinds = ARRAY['string', 'string'] THEN
        texts := ARRAY[left_value #>> '{}', right_value #>> '{}'];
    ELSIF kinds = ARRAY['object', 'object'] AND canonical(left_value::text) = canonical(right_value::text) THEN
        RETURN 0;
    ELSE
        texts := ARRAY[iso_of(left_value), iso_of(right_value)];
    END IF;
    RETURN CASE
        WHEN texts[1] COLLATE "C" < texts[2] COLLATE "C" THEN -1
        WHEN texts[1] COLLATE "C" > texts[2] COLLATE "C" THEN 1
        WHEN texts[1] = texts[2] THEN 0
    END;
END $$;

CREATE FUNCTION json_path_test(value text, path text, operator text, operand text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    found jsonb := at_path(value, path);
BEGIN
    IF found IS NULL THEN
        RETURN false;
    END IF;
    RETURN coalesce(CASE operator
        WHEN 'exists' THEN true
        WHEN 'eq' THEN is_or_has(canonical(found::text), canonical(operand))
        WHEN 'in' THEN is_or_has_any(canonical(found::text), canonical(operand))
        WHEN 'all' THEN has_all(canonical(found::text), canonical(operand))
        WHEN 'all_starting' THEN has_all_starting(found, operand::jsonb)
        WHEN 'contained_by' THEN has_only(canonical(found::text), canonical(operand))
        WHEN 'matches' THEN jsonb_typeof(found) = 'string' AND (found #>> '{}') ~ operand
        WHEN 'lt' THEN json_order(found, operand::jsonb) < 0
        WHEN 'lte' THEN json_order(found, operand::jsonb) <= 0
        WHEN 'gt' THEN json_order(found, operand::jsonb) > 0
        WHEN 'gte' THEN json_order(found, operand::jsonb) >= 0
    END, false);
END $$;

-- A value that sorts: numbers and truth values before texts, and null where there is none. The bits of a double sort
-- like the number once its sign is turned round.
CREATE FUNCTION json_path_key(value text, path text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    found jsonb := at_path(value, path);
    key_text text;
    bits int8;
BEGIN
    CASE jsonb_typeof(found)
        WHEN 'string' THEN key_text := found #>> '{}';
        WHEN 'number' THEN
            bits := ('x' || encode(float8send(found::text::float8 + 0), 'hex'))::bit(64)::int8;
        WHEN 'boolean' THEN
            bits := ('x' || encode(float8send(found::text::boolean::int::float8), 'hex'))::bit(64)::int8;
        ELSE key_text := iso_of(found);
    END CASE;
    IF bits IS NOT NULL THEN
        RETURN '\x01'::bytea
            || int8send(CASE WHEN bits >= 0 THEN bits # (-9223372036854775808) ELSE ~bits END);
    END IF;
    RETURN '\x02'::bytea || convert_to(key_text, 'UTF8');
END $$;

-- Refusals carry a code that no other error has; what they name is in the message.
CREATE FUNCTION number_add(value float8, amount float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    total float8 := coalesce(value, 0) + amount;
BEGIN
    IF total IN ('Infinity', '-Infinity', 'NaN') THEN
        RAISE EXCEPTION USING ERRCODE = 'AS001', MESSAGE = 'out of range';
    END IF;
    RETURN total;
END $$;

CREATE FUNCTION json_array_change(value text, change text, operands text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    present json := coalesce(value, '[]');
    changed text;
BEGIN
    CASE change
        WHEN 'add' THEN
            SELECT string_agg(e, ',' ORDER BY part, place) INTO changed FROM (
                SELECT e::text, 1 AS part, place FROM json_array_elements(present) WITH ORDINALITY AS a (e, place)
                UNION ALL
                SELECT e::text, 2, place FROM json_array_elements(operands::json) WITH ORDINALITY AS a (e, place)
            ) AS both_parts;
        WHEN 'add_unique' THEN
            SELECT string_agg(e, ',' ORDER BY part, place) INTO changed FROM (
                SELECT e::text, 1 AS part, place FROM json_array_elements(present) WITH ORDINALITY AS a (e, place)
                UNION ALL
                SELECT e, 2, place FROM (
                    SELECT DISTINCT ON (canonical(e::text)) e::text, place
                    FROM json_array_elements(operands::json) WITH ORDINALITY AS a (e, place)
                    ORDER BY canonical(e::text), place
                ) AS distinct_ones
                WHERE canonical(e) NOT IN (SELECT canonical(p::text) FROM json_array_elements(present) AS p)
            ) AS both_parts;
        WHEN 'remove' THEN
            SELECT string_agg(e::text, ',' ORDER BY place) INTO changed
            FROM json_array_elements(present) WITH ORDINALITY AS a (e, place)
            WHERE canonical(e::text)
                NOT IN (SELECT canonical(o::text) FROM json_array_elements(operands::json) AS o);
    END CASE;
    RETURN '[' || coalesce(changed, '') || ']';
END $$;

CREATE FUNCTION json_nested_edit(value text, edits text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    edited json := coalesce(value, '{}');
    edit json;
BEGIN
    FOR edit IN SELECT json_array_elements(edits::json) LOOP
        edited := edit_at(edited, ARRAY(SELECT json_array_elements_text(edit -> 0)), edit ->> 1, edit -> 2);
    END LOOP;
    RETURN edited::text;
END $$;

CREATE FUNCTION edit_at(object json, path text[], operation text, operand json) RETURNS json
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    present json := object -> path[1];
    edited json;
BEGIN
    IF present IS NULL AND operation = 'unset' OR path[1] IS NULL THEN
        RETURN object;
    ELSIF cardinality(path) > 1 THEN
        IF json_typeof(present) <> 'object' THEN
            RAISE EXCEPTION USING ERRCODE = 'AS002', MESSAGE = path[1];
        END IF;
        edited := edit_at(coalesce(present, '{}'), path[2:], operation, operand);
    ELSIF operation = 'set' THEN
        edited := operand;
    ELSIF operation = 'increment' THEN
        IF json_typeof(present) NOT IN ('number', 'null') THEN
            RAISE EXCEPTION USING ERRCODE = 'AS003', MESSAGE = path[1];
        END IF;
        edited := json_number(number_add((present #>> '{}')::float8, coalesce((operand #>> '{}')::float8, 0)));
    END IF;
    RETURN (
        SELECT '{' || coalesce(string_agg(to_json(key)::text || ':' || member::text, ',' ORDER BY place), '') || '}'
        FROM (
            SELECT key, CASE WHEN key = path[1] THEN edited ELSE member END AS member, place
            FROM json_each(object) WITH ORDINALITY AS o (key, member, place)
            UNION ALL
            SELECT path[1], edited, 9223372036854775807 WHERE present IS NULL
        ) AS members
        WHERE member IS NOT NULL
    )::json;
END $$;

-- Without a fraction where the number has none.
CREATE FUNCTION json_number(number float8) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN trunc(number) = number AND abs(number) < 9007199254740992
        THEN number::int8::text ELSE number::text END::json
$$;
