//! The columns of every kind as Markdown tables, for the README of the sample lists; and the one that
//! exports add.
//! Must not know where the text is put.

use super::{Field, Kind, Kinds, Span};

/// Heading of the column that exports add: the department that published the list.
pub const PUBLISHER: &str = "公布部门";

/// One section per kind, by [`Kind::order`]: a table of its columns in published order.
pub fn columns_markdown(kinds: &Kinds) -> String {
    let sections: Vec<String> = kinds.iter().map(|kind| section(kind)).collect();
    sections.join("\n")
}

fn section(kind: &Kind) -> String {
    let rows: Vec<String> = kind.fields.iter().map(row).collect();
    format!(
        "### {} (`{}`)\n\n\
         | column | field | required | spans | also accepted as |\n\
         |---|---|---|---|---|\n\
         {}\n",
        kind.name,
        kind.key,
        rows.join("\n")
    )
}

fn row(field: &Field) -> String {
    let span = match field.span {
        Some(Span::Item) => "item",
        Some(Span::List) => "list",
        None => "",
    };
    let required = if field.required { "yes" } else { "" };
    let cells = [
        field.label.clone(),
        format!("`{}`", field.key),
        required.to_owned(),
        span.to_owned(),
        field.aliases.join("、"),
    ];
    let cells = cells.map(|c| c.replace('|', "\\|"));
    // Empty cells are one space wide, so that no line ends in two.
    let cells = cells.map(|c| if c.is_empty() { c } else { format!(" {c}") });
    format!("|{} |", cells.join(" |"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_becomes_a_table() {
        let text = r#"
            key = "first"
            name = "首违不罚清单"
            order = 1
            noun = "事项"
            prefix = "SW"
            table = [{ requires = ["name"] }]

            [[field]]
            key = "name"
            label = "违法行为"
            aliases = ["事项|名称"]
            role = "title"
            required = true
            span = "item"

            [[field]]
            key = "note"
            label = "备注"
        "#;
        let kinds = Kinds::parse([("first.toml", text)]).expect("it is a kind");
        assert_eq!(
            columns_markdown(&kinds),
            "### 首违不罚清单 (`first`)\n\n\
             | column | field | required | spans | also accepted as |\n\
             |---|---|---|---|---|\n\
             | 违法行为 | `name` | yes | item | 事项\\|名称 |\n\
             | 备注 | `note` | | | |\n"
        );
    }
}
