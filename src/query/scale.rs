//! Weights of the ranking by name, so that they can be scaled and what they do measured.
//! Must not know their values; those are the engine's.

/// A weight of the ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weight {
    /// 2-grams of the title.
    Title,
    /// 2-grams of the legal basis.
    Basis,
    /// 2-grams of all other texts.
    Body,
    /// What people call what the title names.
    Everyday,
    /// Single characters, of whichever text.
    Chars,
    /// Dictionary words of the title.
    Words,
    /// Words that tell an item's type and not its matter (许可证, 核发, 处罚).
    TypeWords,
    /// The question standing in the title as typed.
    Literal,
    /// Official wordings in the title.
    MeantTitle,
    /// Official wordings in the legal basis.
    MeantBasis,
    /// Official wordings in all other texts.
    MeantBody,
    /// Wordings that are only likely.
    Hint,
    /// Short names of departments and laws.
    Abbr,
    /// Wordings of which a text has only a part.
    Part,
    /// How far preferences for types, departments and regions lie above 1.
    Leaning,
}

impl Weight {
    pub const ALL: [Self; 15] = [
        Self::Title,
        Self::Basis,
        Self::Body,
        Self::Everyday,
        Self::Chars,
        Self::Words,
        Self::TypeWords,
        Self::Literal,
        Self::MeantTitle,
        Self::MeantBasis,
        Self::MeantBody,
        Self::Hint,
        Self::Abbr,
        Self::Part,
        Self::Leaning,
    ];

    /// Name on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Basis => "basis",
            Self::Body => "body",
            Self::Everyday => "everyday",
            Self::Chars => "chars",
            Self::Words => "words",
            Self::TypeWords => "type-words",
            Self::Literal => "literal",
            Self::MeantTitle => "meant-title",
            Self::MeantBasis => "meant-basis",
            Self::MeantBody => "meant-body",
            Self::Hint => "hint",
            Self::Abbr => "abbr",
            Self::Part => "part",
            Self::Leaning => "leaning",
        }
    }
}

/// What each weight is multiplied by; 1 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scales([f32; Weight::ALL.len()]);

impl Default for Scales {
    fn default() -> Self {
        Self([1.0; Weight::ALL.len()])
    }
}

impl Scales {
    pub fn of(&self, weight: Weight) -> f32 {
        self.0[weight as usize]
    }

    /// The same with one weight multiplied by so much.
    #[must_use]
    pub fn with(mut self, weight: Weight, factor: f32) -> Self {
        self.0[weight as usize] *= factor;
        self
    }
}
