//! Generated code: what has to hold whatever people write. That it compiles and works is shown by `conformance/types`.

use astrolabe_schema_code::{ClassFile, TablesOf, TypesFile, Wanted};

#[test]
fn descriptions_never_become_code() {
    let text = r#"{ "className": "Item", "description": "a */ evil(); /*\nb", "fields": {
        "a": { "type": "String", "description": "*/ evil();" } } }"#;
    let wanted = Wanted::new([ClassFile::parse("f", text).unwrap()]).unwrap();
    let schema = wanted.schema().unwrap();
    for file in TypesFile::ALL {
        let code = file.generate(&schema, &wanted, &TablesOf::Sqlite);
        assert!(!code.contains("*/ evil") && code.contains("* / evil"), "{code}");
    }
}

#[test]
fn names_of_tables_are_quoted() {
    let wanted =
        Wanted::new([ClassFile::parse("f", r#"{ "className": "Date", "fields": {} }"#).unwrap()]).unwrap();
    let mut schema = wanted.schema().unwrap();
    let class = std::sync::Arc::make_mut(schema.classes.get_mut("Date").unwrap());
    class.table = "it's".into();
    let code = TypesFile::Drizzle.generate(&schema, &wanted, &TablesOf::Sqlite);
    assert!(code.contains("export const Date_ = sqliteTable('it\\'s'"), "{code}");
}
