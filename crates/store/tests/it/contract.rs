//! What every database must do. Each function is a test; [`contract_suite`] makes one of each for a database.

pub mod access;
pub mod aggregates;
pub mod concurrency;
pub mod deletion_rules;
pub mod events;
pub mod filters;
pub mod geo;
pub mod indexes;
pub mod matcher;
pub mod nested;
pub mod oracle;
pub mod order;
pub mod relations;
pub mod renames;
pub mod rows;
pub mod schema;
pub mod text;
pub mod updates;

/// Makes a test of every function of the contract, each with a store of its own from `$make`.
macro_rules! contract_suite {
    ($make:path) => {
        $crate::contract::contract_suite! { $make;
            rows: every_type_round_trips, hostile_texts, columns_as_asked, shown_in_one_row, duplicate_ids,
                unique_fields, pages, sink_errors, deletes;
            updates: set_and_unset, increments, array_operations, nested_edits, returned_values, misfits,
                access_lists, expectations, conditions, many_rows, kept_modification_times,
                failed_steps_undo_the_job, steps_at_fault, requirements, forbidden_rows;
            filters: scalars, lists, missing_fields, whole_values, hostile_operands, many_operands, logic, patterns;
            geo: areas, polygons, sorted_by_distance, indexed_places;
            text: found_with_and_without_an_index, kept_by_every_write, sorted_by_score, languages, sensitive,
                gone_with_what_they_name, refused, renamed;
            nested: tests, keys;
            order: nulls_and_ties, text_is_binary;
            access: readable_and_writable, whatever_is_asked, pages, odd_principals, undone_lists, little_of_much;
            relations: members, related_to, memberships_as_values, deleted_owners;
            schema: system_classes, names_that_collide, reserved_words, long_names, changes_are_checked,
                dropped_fields, dropped_classes, stale_plans_and_jobs, racing_changes;
            renames: classes, pointers_inside, fields, fields_of_text_indexes, refused, migrations;
            indexes: made_and_removed, refused, unique, unique_over_duplicates, dropped_with_what_they_name;
            deletion_rules: cascade, set_null, restrict, restrict_after_cascade, many_rows_and_steps,
                a_whole_class,
                whoever_deletes, rings_and_chains, too_many_rows, changed_rules;
            events: states, only_when_wanted, in_commit_order, not_for_failures, panicking_listeners;
            concurrency: grouped_writers, failures_stay_alone, closing;
            matcher: sql_and_matcher_agree;
            oracle: scalar_filters_match_the_oracle;
            aggregates: random_pipelines, protected_by_access_lists, no_statement_grows_without_bounds,
                texts_sort_byte_by_byte, nothing_is_of_every_kind, numbers_out_of_range;
        }
    };
    ($make:path; $($module:ident: $($name:ident),* $(,)?;)*) => {
        $(mod $module { $(
            #[test]
            fn $name() {
                $crate::support::block_on($crate::contract::$module::$name(&$make()));
            }
        )* })*
    };
}

pub(crate) use contract_suite;
