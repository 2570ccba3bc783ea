//! Kinds of list as data: one [`Kind`] per `index/kinds/*.toml`.
//! Holds what a kind's file may say and the rules for reading it; must not know where the files lie.
//!
//! Code outside this module may test a field's [`Role`], never its key.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;

/// What a field means to the code, whatever its heading says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Running number in the published table (序号); never part of an item's identity.
    Sequence,
    /// Item code valid across the register (职权编码, 实施编码).
    Code,
    /// The list's own number of an item (事项编码 of a negative list); valid inside one list.
    Key,
    /// 统一社会信用代码 of a body; checked, not used as the item's code.
    CreditCode,
    /// Item name (事项名称).
    Title,
    /// Sub-item name (子项名称) or band of an offence.
    Subtitle,
    /// Power type or its counterpart (权力类型).
    Type,
    /// Body that exercises the power (行使主体).
    Department,
    /// Another body named by the item (主管部门 of a measure, 收费部门 of a fee).
    Authority,
    /// Leading department of a shared duty (牵头部门).
    Lead,
    /// Supporting departments of a shared duty (相关部门).
    Parties,
    /// Office inside the body (承办机构).
    Office,
    /// Level of government (实施层级).
    Level,
    /// What the level may decide (权限内容).
    Scope,
    /// Administrative division (行政区划).
    Region,
    /// Kind of list decided row by row (清单类型).
    Kind,
    /// Edition of the whole list (版本).
    Edition,
    /// Industry section (行业门类).
    Industry,
    /// Legal basis (设定依据).
    Basis,
    /// What must be done (责任事项, 部门职责).
    Duties,
    /// Legal basis of the duties (责任事项依据).
    DutiesBasis,
    /// Who is held to account, and for what (追责对象范围, 追责情形).
    Accountability,
    /// Measure of a negative list (措施描述).
    Measure,
    /// Grade of a discretion band (类别).
    Grade,
    /// Penalty or fee standard (裁量标准, 收费标准).
    Standard,
    /// Legal time limit (法定时限).
    Deadline,
    /// Promised time limit (承诺时限).
    Promised,
    /// Where it is handled (办理地点).
    Place,
    /// Telephone for questions (咨询电话).
    Phone,
    /// Where to complain (监督电话, 诉求渠道).
    Complaint,
    /// Who it is for (服务对象).
    Audience,
    /// Topic (主题).
    Topic,
    /// Remarks (备注).
    Note,
}

/// How a field takes part in search; the engine weights the three groups differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SearchGroup {
    /// Names.
    Title,
    /// Legal basis.
    Basis,
    /// Duties, measures and all other prose.
    Body,
}

/// How far down a value reaches over blank cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    /// Over the rows of one item name (its sub-items, levels, bands).
    Item,
    /// Over following items as well (the department that heads a block of fees).
    List,
}

/// One field (column) of a kind, in published order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub key: String,
    /// Heading as shown and exported.
    pub label: String,
    /// Other headings for the same field.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub role: Option<Role>,
    #[serde(default)]
    pub required: bool,
    pub search: Option<SearchGroup>,
    #[serde(default)]
    pub facet: bool,
    /// How far a value reaches downwards where a CSV cell below it is blank (CSV has no merge table).
    pub span: Option<Span>,
    /// Keeps its paragraphs; elsewhere line breaks inside a cell are folded.
    #[serde(default)]
    pub long: bool,
    /// Key of the field that takes the second, unlabelled column under this heading.
    pub companion: Option<String>,
    /// Known values, each with its other spellings: `其他行政权力|其他权力`. Others are kept with
    /// a notice.
    #[serde(default)]
    pub values: Vec<String>,
}

impl Field {
    /// The known value that the text spells; white space does not matter.
    pub fn known_value(&self, text: &str) -> Option<&str> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        self.values
            .iter()
            .find(|v| v.split('|').any(|spelling| spelling == text))
            .and_then(|v| v.split('|').next())
    }
}

/// A set of columns that identifies a kind; a kind such as 责任清单 has several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableShape {
    /// Field keys that must all be found among the headings.
    pub requires: Vec<String>,
    /// Type of items read from a table of this shape that have no type column.
    #[serde(rename = "type")]
    pub item_type: Option<String>,
}

/// Whose business a negative list restricts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppliesTo {
    Everyone,
    Foreign,
}

/// What makes a kind a negative list, against which a business can be checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Negative {
    pub applies_to: AppliesTo,
    /// Stands before the list's own numbers where they would be bare (F5).
    #[serde(default)]
    pub key_prefix: String,
}

/// One kind of list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub order: u32,
    /// What one row is called (职权, 事项).
    pub noun: String,
    /// Two capital letters inside the codes the register assigns.
    pub prefix: String,
    /// Publisher of a list that names none.
    pub publisher: Option<String>,
    /// Region of a list that names none.
    pub region: Option<String>,
    pub default_type: Option<String>,
    /// Present in negative lists.
    pub negative: Option<Negative>,
    /// Headings whose columns are never imported.
    #[serde(default)]
    pub ignored: Vec<String>,
    #[serde(rename = "table")]
    pub tables: Vec<TableShape>,
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

impl Kind {
    /// First field with the role; kinds with several tables have one title field per table.
    pub fn field_with(&self, role: Role) -> Option<&Field> {
        self.fields.iter().find(|f| f.role == Some(role))
    }

    /// All fields with the role, in published order.
    pub fn fields_with(&self, role: Role) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |f| f.role == Some(role))
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.key == key)
    }

    /// Position of a field in published order.
    pub fn field_index(&self, key: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.key == key)
    }

    /// Name and aliases: the words by which titles, file names and 清单类型 cells say this kind.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    fn check(&self) -> Result<(), KindError> {
        let fail = |problem: String| {
            Err(KindError::Invalid {
                kind: self.key.clone(),
                problem,
            })
        };
        let plain = |s: &str| {
            !s.is_empty()
                && s.bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_' || b.is_ascii_digit())
        };
        if !plain(&self.key) {
            return fail("key must be lower-case ASCII letters, digits, '-' or '_'".into());
        }
        if self.prefix.len() != 2 || !self.prefix.bytes().all(|b| b.is_ascii_uppercase()) {
            return fail("prefix must be two capital letters".into());
        }
        if self.field_with(Role::Title).is_none() {
            return fail("no field has the role title".into());
        }
        if self.negative.is_some()
            && (self.field_with(Role::Type).is_none() || self.field_with(Role::Key).is_none())
        {
            return fail("a negative list needs fields with the roles type and key".into());
        }
        if self.tables.is_empty() || self.tables.iter().any(|t| t.requires.is_empty()) {
            return fail("every kind needs a [[table]] with requires".into());
        }
        let mut keys = HashSet::new();
        for field in &self.fields {
            if !plain(&field.key) {
                return fail(format!("field key {:?} is not plain", field.key));
            }
            if !keys.insert(field.key.as_str()) {
                return fail(format!("field key {:?} stands twice", field.key));
            }
        }
        let mentioned = self.tables.iter().flat_map(|t| &t.requires);
        let companions = self.fields.iter().filter_map(|f| f.companion.as_ref());
        for key in mentioned.chain(companions) {
            if !keys.contains(key.as_str()) {
                return fail(format!("no field has the key {key:?}"));
            }
        }
        Ok(())
    }
}

/// A kind's file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KindError {
    #[error("{file}: {source}")]
    Toml {
        file: String,
        source: Box<toml::de::Error>,
    },
    #[error("kind {kind}: {problem}")]
    Invalid { kind: String, problem: String },
}

/// All kinds known to this installation, by [`Kind::order`].
#[derive(Clone, Debug)]
pub struct Kinds(Vec<Arc<Kind>>);

impl Kinds {
    /// Reads kinds from the texts of their files (`(file name, TOML)`).
    ///
    /// # Errors
    /// A text that is not TOML of this shape, a key used twice, or a kind that contradicts itself.
    pub fn parse<N: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, KindError> {
        let mut kinds = Vec::new();
        for (file, text) in files {
            let kind: Kind = toml::from_str(text.as_ref()).map_err(|source| KindError::Toml {
                file: file.as_ref().to_owned(),
                source: Box::new(source),
            })?;
            kind.check()?;
            kinds.push(Arc::new(kind));
        }
        kinds.sort_by(|a, b| (a.order, &a.key).cmp(&(b.order, &b.key)));
        let mut keys = HashSet::new();
        let mut prefixes = HashSet::new();
        for kind in &kinds {
            if !keys.insert(kind.key.clone()) || !prefixes.insert(kind.prefix.clone()) {
                return Err(KindError::Invalid {
                    kind: kind.key.clone(),
                    problem: "key or prefix is used by another kind".into(),
                });
            }
        }
        Ok(Self(kinds))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.0.iter()
    }

    pub fn get(&self, key: &str) -> Option<&Arc<Kind>> {
        self.0.iter().find(|k| k.key == key)
    }

    /// The kind that a 清单类型 cell or a title names: exact key or name first, then the longest
    /// name contained in the text.
    pub fn named(&self, text: &str) -> Option<&Arc<Kind>> {
        let text = text.trim();
        if let Some(kind) = self
            .0
            .iter()
            .find(|k| k.key == text || k.names().any(|n| n == text))
        {
            return Some(kind);
        }
        self.0
            .iter()
            .flat_map(|k| k.names().map(move |n| (n, k)))
            .filter(|(n, _)| text.contains(n))
            .max_by_key(|(n, k)| (n.chars().count(), std::cmp::Reverse(k.order)))
            .map(|(_, k)| k)
    }
}
