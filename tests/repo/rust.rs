//! Just enough reading of Rust for the rules: words and signs without comments and literals,
//! apart by whether they are compiled only for tests.

/// Words and signs of a file.
#[derive(Debug, Default)]
pub struct Code {
    pub tokens: Vec<String>,
    /// Those under `#[cfg(test)]`.
    pub test_tokens: Vec<String>,
    /// Modules in files of their own under `#[cfg(test)]`.
    pub test_modules: Vec<String>,
}

/// Reads a file's text.
pub fn read(text: &str) -> Code {
    let all = tokens(text);
    let mut code = Code::default();
    let mut at = 0;
    while at < all.len() {
        if all[at..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"].map(String::from)) {
            let end = item_end(&all, at + 7);
            let item = &all[at + 7..end];
            if let Some(m) = item.iter().position(|t| t == "mod")
                && item.get(m + 2).is_some_and(|t| t == ";")
            {
                code.test_modules.push(item[m + 1].clone());
            }
            code.test_tokens.extend_from_slice(item);
            at = end;
        } else {
            code.tokens.push(all[at].clone());
            at += 1;
        }
    }
    code
}

/// Modules right below the crate that the tokens name: `crate::x`, `crate::{x, y}`.
pub fn crate_modules(tokens: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token != "crate" || tokens.get(at + 1).is_none_or(|t| t != "::") {
            continue;
        }
        match tokens.get(at + 2).map(String::as_str) {
            Some("{") => found.extend(group(&tokens[at + 3..])),
            Some(name) => found.push(name.to_owned()),
            None => {}
        }
    }
    found
}

/// First words of the parts of a `{a::b, c}` group whose opening brace has been passed.
fn group(tokens: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let (mut depth, mut begins) = (0, true);
    for token in tokens {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "," if depth == 0 => {
                begins = true;
                continue;
            }
            name if begins && depth == 0 => found.push(name.to_owned()),
            _ => {}
        }
        begins = false;
    }
    found
}

/// Whether the tokens use an external crate: `name::…` or `use name;`.
pub fn uses_crate(tokens: &[String], name: &str) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let before = at.checked_sub(1).map_or("", |b| tokens[b].as_str());
        let after = tokens.get(at + 1).map_or("", String::as_str);
        token == name && before != "::" && (after == "::" || before == "use")
    })
}

/// End of the item that begins at a token: its `;`, or the brace that closes its first one.
fn item_end(tokens: &[String], from: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.as_str() {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match c {
            '/' if next == Some('/') => at = skip_to(&chars, at, |c| c == '\n'),
            '/' if next == Some('*') => at = skip_block_comment(&chars, at),
            '"' => at = skip_string(&chars, at + 1),
            '\'' => at = skip_quote(&chars, at),
            ':' if next == Some(':') => {
                found.push("::".to_owned());
                at += 2;
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = skip_to(&chars, at, |c| !(c.is_alphanumeric() || c == '_'));
                let word: String = chars[at..end].iter().collect();
                at = match (word.as_str(), chars.get(end)) {
                    ("r" | "br" | "cr", Some('"' | '#')) => skip_raw_string(&chars, end),
                    _ => end,
                };
                found.push(word);
            }
            c if c.is_whitespace() => at += 1,
            c => {
                found.push(c.to_string());
                at += 1;
            }
        }
    }
    found
}

fn skip_to(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..chars.len())
        .find(|&i| stop(chars[i]))
        .unwrap_or(chars.len())
}

fn skip_block_comment(chars: &[char], from: usize) -> usize {
    (from + 2..chars.len())
        .find(|&i| chars[i] == '*' && chars.get(i + 1) == Some(&'/'))
        .map_or(chars.len(), |i| i + 2)
}

fn skip_string(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn skip_raw_string(chars: &[char], from: usize) -> usize {
    let hashes = chars[from..].iter().take_while(|&&c| c == '#').count();
    if chars.get(from + hashes) != Some(&'"') {
        // A raw identifier.
        return from + hashes;
    }
    let closes = |i: usize| chars[i] == '"' && (1..=hashes).all(|h| chars.get(i + h) == Some(&'#'));
    (from + hashes + 1..chars.len())
        .find(|&i| closes(i))
        .map_or(chars.len(), |i| i + hashes + 1)
}

/// A character literal is passed over, a lifetime's quote alone.
fn skip_quote(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => skip_to(chars, at + 3, |c| c == '\'') + 1,
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}

#[test]
fn code_is_read_without_comments_and_literals() {
    let code = read(
        r##"
        // use crate::hidden;
        use crate::{domain::{Kind, Item}, text};
        const A: &str = "crate::never"; const B: char = '"'; const C: &str = r#"crate::no"#;
        fn f<'a>(x: &'a str) { crate::query::parse(x); super::zip::f(); zip::read(); }
        #[cfg(test)]
        #[path = "x.rs"]
        mod contract;
        #[cfg(test)]
        mod tests { use crate::assets; fn g() { {} } }
        fn after() { crate::engine::x() }
        "##,
    );
    assert_eq!(
        crate_modules(&code.tokens),
        ["domain", "text", "query", "engine"]
    );
    assert_eq!(crate_modules(&code.test_tokens), ["assets"]);
    assert_eq!(code.test_modules, ["contract"]);
    assert!(uses_crate(&code.tokens, "zip") && !uses_crate(&code.tokens, "parse"));
    assert!(!uses_crate(&read("super::zip::f()").tokens, "zip"));
}
