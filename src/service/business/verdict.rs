//! What can be said of a business, and of whom. Must not know lists.

/// What a list says of an activity; the later the stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Not on the list.
    #[default]
    Unlisted,
    /// Needs a permit, or is open under conditions.
    Permit,
    Prohibited,
}

impl Verdict {
    pub const ALL: [Self; 3] = [Self::Unlisted, Self::Permit, Self::Prohibited];

    /// What an item of a negative list of this type says.
    pub fn of_type(item_type: &str) -> Self {
        if item_type.contains("禁止") {
            Self::Prohibited
        } else {
            Self::Permit
        }
    }

    /// As the API says it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Unlisted => "unlisted",
            Self::Permit => "permit",
            Self::Prohibited => "prohibited",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Unlisted => "清单未列",
            Self::Permit => "需许可",
            Self::Prohibited => "禁止",
        }
    }
}

/// Who invests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Investor {
    #[default]
    Domestic,
    Foreign,
}

impl Investor {
    pub fn key(self) -> &'static str {
        match self {
            Self::Domestic => "domestic",
            Self::Foreign => "foreign",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Domestic => "内资",
            Self::Foreign => "外资",
        }
    }

    /// As forms and tables write it; blank is domestic.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "" | "domestic" | "内资" | "境内" | "国内" => Some(Self::Domestic),
            "foreign" | "外资" | "外商" | "境外" | "外商投资" => Some(Self::Foreign),
            _ => None,
        }
    }
}
