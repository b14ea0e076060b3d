//! Labels: who is responsible for a credential (owner), and tags such as `crm` or `env=prod`.

use std::fmt;
use std::str::FromStr;

use crate::text;
use crate::time::takes_away;

use super::name::label;
use super::shape::holds_api_secret;
use super::{NameError, fold};

/// Who is responsible for a credential: a person, a team or an address. The rules of names; empty for nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner(String);

/// One tag: a word, or a word and a value with `=` between. Lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(String);

/// The tags of a credential, in order. Each word is there once. Text form: tags with one blank between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<Tag>);

/// Why a tag was not taken. Each is a sentence with a next step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Characters that a tag may not have.
    #[error(
        "{0:?} is not a tag. A tag is a word such as crm, or a word and a value such as env=prod, of letters, digits and . _ - / : @"
    )]
    Form(String),
    /// Longer than allowed.
    #[error("A tag has at most {max} characters; {tag:?} has {is}. Shorten it.", max = Tag::MAX)]
    TooLong {
        /// How it begins.
        tag: String,
        /// Its length in characters.
        is: usize,
    },
    /// More tags than a credential may have.
    #[error("A key has at most {max} tags, and these would be {0}. Leave some out.", max = Tags::MAX)]
    TooMany(usize),
    /// One word with two values.
    #[error("{0} is given two values. Leave one.")]
    TwoValues(String),
    /// Somebody pasted a secret into the wrong field.
    #[error("That is an API secret. It does not belong here: if others could see it, rotate its key now.")]
    Secret,
}

impl Owner {
    /// Maximum length in code points.
    pub const MAX: usize = 64;

    /// Checks and normalises what was typed. Nothing, `none`, `never` and `any` are nobody.
    pub fn new(typed: &str) -> Result<Self, NameError> {
        if takes_away(typed) {
            return Ok(Self::default());
        }
        label(typed, Self::MAX).map(Self)
    }

    /// The owner.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that search goes by.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// Whether nobody is named.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl Tag {
    /// Maximum length in characters, value included.
    pub const MAX: usize = 40;

    /// Checks what was typed, and writes it in lower case.
    pub fn new(typed: &str) -> Result<Self, TagError> {
        let tag = typed.trim().to_lowercase();
        if holds_api_secret(typed) {
            return Err(TagError::Secret);
        }
        let is = tag.chars().count();
        if is > Self::MAX {
            return Err(TagError::TooLong { tag: tag.chars().take(Self::MAX).collect(), is });
        }
        let (word, value) = tag.split_once('=').map_or((tag.as_str(), None), |(word, value)| (word, Some(value)));
        let good = |part: &str| {
            part.starts_with(|c: char| c.is_alphanumeric())
                && part.chars().all(|c| c.is_alphanumeric() || "._-/:@".contains(c))
        };
        // A term of a filter begins with a word and a colon.
        if !good(word) || word.contains(':') || !value.is_none_or(good) || text::offence(&tag).is_some() {
            return Err(TagError::Form(typed.trim().chars().take(Self::MAX).collect()));
        }
        Ok(Self(tag))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The word before the value.
    pub fn word(&self) -> &str {
        self.0.split_once('=').map_or(&self.0, |(word, _)| word)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Tags {
    /// The most that a credential may have.
    pub const MAX: usize = 8;

    /// Reads tags. One alone that is `none`, `never` or `any` is no tag.
    pub fn parse<'a>(given: impl IntoIterator<Item = &'a str>) -> Result<Self, TagError> {
        let given: Vec<&str> = given.into_iter().map(str::trim).filter(|tag| !tag.is_empty()).collect();
        match given.as_slice() {
            [word] if takes_away(word) => Ok(Self::default()),
            tags => Self::of(tags.iter().map(|tag| Tag::new(tag)).collect::<Result<_, _>>()?),
        }
    }

    fn of(mut tags: Vec<Tag>) -> Result<Self, TagError> {
        tags.sort_unstable();
        tags.dedup();
        let twice = tags.iter().enumerate().find(|(i, tag)| tags[..*i].iter().any(|other| other.word() == tag.word()));
        match twice {
            Some((_, tag)) => Err(TagError::TwoValues(tag.word().to_owned())),
            None if tags.len() > Self::MAX => Err(TagError::TooMany(tags.len())),
            None => Ok(Self(tags)),
        }
    }

    /// These tags and others; of two with one word the other counts.
    pub fn with(&self, others: &Self) -> Result<Self, TagError> {
        let kept = self.0.iter().filter(|tag| !others.0.iter().any(|other| other.word() == tag.word()));
        Self::of(kept.chain(&others.0).cloned().collect())
    }

    /// These tags without others; one without a value takes every tag of its word away.
    pub fn without(&self, others: &Self) -> Self {
        let goes = |tag: &Tag| others.0.iter().any(|other| other == tag || other.as_str() == tag.word());
        Self(self.0.iter().filter(|tag| !goes(tag)).cloned().collect())
    }

    /// The tags, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, tag) in self.0.iter().enumerate() {
            write!(f, "{}{tag}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl FromStr for Tags {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, TagError> {
        Self::parse(text.split([' ', ',']))
    }
}

/// A change of tags as it is typed: `+pager -trial` adds one and takes one away; tags without a sign are all there are
/// from then on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagEdit {
    /// Whether the tags that were there go.
    pub replaces: bool,
    /// Tags that are added.
    pub more: Tags,
    /// Tags that are taken away.
    pub less: Tags,
}

impl FromStr for TagEdit {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, TagError> {
        let typed = || text.split([' ', ',']).filter(|word| !word.is_empty());
        let less = Tags::parse(typed().filter_map(|word| word.strip_prefix('-')))?;
        let plain: Vec<&str> = typed().filter(|word| !word.starts_with(['+', '-'])).collect();
        let replaces = !plain.is_empty() || typed().next().is_none();
        let more = Tags::parse(plain)?.with(&Tags::parse(typed().filter_map(|word| word.strip_prefix('+')))?)?;
        Ok(Self { replaces, more: more.without(&less), less })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_words_with_or_without_a_value() {
        for (typed, tag) in [("crm", "crm"), (" CRM ", "crm"), ("Env=Prod", "env=prod"), ("team/a=x:1", "team/a=x:1")] {
            assert_eq!(Tag::new(typed).unwrap().as_str(), tag);
        }
        for bad in ["", "a b", "=prod", "env=", "env=a=b", "-x", "a:b", "x\u{202e}", "a,b", "\"a\""] {
            assert!(matches!(Tag::new(bad), Err(TagError::Form(_))), "{bad:?}");
        }
        assert!(matches!(Tag::new(&"x".repeat(41)), Err(TagError::TooLong { is: 41, .. })));
    }

    #[test]
    fn signs_add_tags_and_take_them_away() {
        let read = |typed: &str| typed.parse::<TagEdit>().unwrap();
        let tags = |typed: &str| typed.parse::<Tags>().unwrap();
        let edit = TagEdit { replaces: false, more: tags("pager"), less: tags("trial") };
        assert_eq!(read("+pager -trial"), edit);
        assert_eq!(read("crm env=prod"), TagEdit { replaces: true, more: tags("crm env=prod"), ..TagEdit::default() });
        assert_eq!(read("none"), TagEdit { replaces: true, ..TagEdit::default() });
        assert_eq!(read("crm trial +pager -trial").more, tags("crm pager"));
        assert_eq!(tags("crm env=prod").without(&tags("env")), tags("crm"));
        assert_eq!(tags("crm env=prod").without(&tags("env=test")), tags("crm env=prod"));
        assert!("+a:b".parse::<TagEdit>().is_err());
    }

    #[test]
    fn a_secret_is_neither_owner_nor_tag() {
        let mut fill = |bytes: &mut [u8]| {
            bytes.iter_mut().zip(0..).for_each(|(byte, i)| *byte = i);
            Ok(())
        };
        let secret = crate::credential::api_secret(&mut fill).unwrap();
        let secret = secret.expose_text().unwrap();
        assert_eq!(Owner::new(secret), Err(NameError::Secret));
        assert_eq!(Tag::new(secret), Err(TagError::Secret));
    }

    #[test]
    fn tags_are_in_order_and_each_word_is_there_once() {
        let tags: Tags = "env=prod crm,CRM".parse().unwrap();
        assert_eq!(tags.to_string(), "crm env=prod");
        assert_eq!("env=prod env=test".parse::<Tags>(), Err(TagError::TwoValues("env".to_owned())));
        assert_eq!("crm crm=1".parse::<Tags>(), Err(TagError::TwoValues("crm".to_owned())));
        assert_eq!("a b c d e f g h i".parse::<Tags>(), Err(TagError::TooMany(9)));
        assert!("none".parse::<Tags>().unwrap().is_empty() && "".parse::<Tags>().unwrap().is_empty());
    }

    #[test]
    fn added_tags_replace_the_value_of_their_word() {
        let with =
            |old: &str, new: &str| old.parse::<Tags>().unwrap().with(&new.parse().unwrap()).map(|t| t.to_string());
        assert_eq!(with("crm env=test", "env=prod x").unwrap(), "crm env=prod x");
        assert_eq!(with("a b c d e f g h", "i"), Err(TagError::TooMany(9)));
    }

    #[test]
    fn an_owner_is_a_label_or_nobody() {
        assert_eq!(Owner::new(" Team  ").unwrap().as_str(), "Team");
        assert_eq!(Owner::new("Team CRM").unwrap().folded(), "team crm");
        for nobody in ["", " ", "none", "never"] {
            assert!(Owner::new(nobody).unwrap().is_none());
        }
        assert!(Owner::new(&"x".repeat(65)).is_err());
    }
}
