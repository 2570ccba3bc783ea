//! All settings in one table: flag, environment variable, key of the TOML file, default.
//! In that order; the README's table is generated from [`TABLE`] and a test holds it to it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::CliError;
use crate::intake::Limits;
use crate::service::console::Terms;

/// One setting as documented.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Key in the TOML file; the flag is `--key` with dashes, the variable `QUANZE_KEY`.
    pub key: &'static str,
    pub default: &'static str,
    pub meaning: &'static str,
}

/// Every setting there is.
pub const TABLE: [Setting; 13] = [
    Setting {
        key: "config",
        default: "quanze.toml",
        meaning: "settings file; not read when absent (flag and variable only)",
    },
    Setting {
        key: "state",
        default: "data/state",
        meaning: "folder of the register, the kept originals and the index: the one folder to back up",
    },
    Setting {
        key: "listen",
        default: "127.0.0.1:8080",
        meaning: "address and port of the server",
    },
    Setting {
        key: "site",
        default: "http://LISTEN",
        meaning: "address under which readers reach the site, as `https://qz.example.cn`; feeds and site maps name it",
    },
    Setting {
        key: "kinds",
        default: "STATE/kinds",
        meaning: "folder of further kinds of list (`*.toml`), beside the built-in ones",
    },
    Setting {
        key: "upload_bytes",
        default: "52428800",
        meaning: "largest file taken over the network, in bytes (`ingest --as-upload` keeps to it too)",
    },
    Setting {
        key: "upload_rows",
        default: "200000",
        meaning: "most rows taken from one file over the network",
    },
    Setting {
        key: "cell_chars",
        default: "32767",
        meaning: "longest cell taken from any file, in characters; a row with a longer one is refused",
    },
    Setting {
        key: "behind_proxy",
        default: "false",
        meaning: "whether readers come through a reverse proxy: then the last entry of its `X-Forwarded-For` is their address",
    },
    Setting {
        key: "apply_days",
        default: "10",
        meaning: "term for submitting a change, in working days from its cause on",
    },
    Setting {
        key: "review_days",
        default: "15",
        meaning: "term for both reviews together, in working days from submission on",
    },
    Setting {
        key: "publish_days",
        default: "3",
        meaning: "term for publishing, in working days from approval on",
    },
    Setting {
        key: "log",
        default: "warn",
        meaning: "what is logged to standard error: error, warn, info, debug, or filters such as quanze=debug",
    },
];

/// The table as Markdown, for the README.
pub fn markdown() -> String {
    let mut text = String::from(
        "| flag | variable | key in the file | default | meaning |\n|---|---|---|---|---|\n",
    );
    for s in TABLE {
        let file = if s.key == "config" {
            "–".to_owned()
        } else {
            format!("`{}`", s.key)
        };
        let _ = writeln!(
            text,
            "| `--{}` | `QUANZE_{}` | {file} | `{}` | {} |",
            s.key.replace('_', "-"),
            s.key.to_uppercase(),
            s.default,
            s.meaning
        );
    }
    text
}

/// Settings as flags and variables give them.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// 设置文件
    #[arg(long, global = true, env = "QUANZE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// 存放登记簿、原始文件和索引的文件夹
    #[arg(long, global = true, env = "QUANZE_STATE", value_name = "DIR")]
    state: Option<PathBuf>,
    /// 服务地址与端口
    #[arg(long, global = true, env = "QUANZE_LISTEN", value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// 读者访问本站的地址，如 https://qz.example.cn
    #[arg(long, global = true, env = "QUANZE_SITE", value_name = "URL")]
    site: Option<String>,
    /// 另增清单种类（*.toml）的文件夹
    #[arg(long, global = true, env = "QUANZE_KINDS", value_name = "DIR")]
    kinds: Option<PathBuf>,
    /// 网上提交的文件大小上限（字节）
    #[arg(long, global = true, env = "QUANZE_UPLOAD_BYTES", value_name = "N")]
    upload_bytes: Option<u64>,
    /// 网上提交的文件行数上限
    #[arg(long, global = true, env = "QUANZE_UPLOAD_ROWS", value_name = "N")]
    upload_rows: Option<u32>,
    /// 单元格字数上限
    #[arg(long, global = true, env = "QUANZE_CELL_CHARS", value_name = "N")]
    cell_chars: Option<u32>,
    /// 读者经反向代理访问：取 X-Forwarded-For 的最后一项作为来访地址
    #[arg(long, global = true, env = "QUANZE_BEHIND_PROXY", value_name = "BOOL")]
    behind_proxy: Option<bool>,
    /// 提交期限（工作日）
    #[arg(long, global = true, env = "QUANZE_APPLY_DAYS", value_name = "N")]
    apply_days: Option<u32>,
    /// 审查期限（工作日）
    #[arg(long, global = true, env = "QUANZE_REVIEW_DAYS", value_name = "N")]
    review_days: Option<u32>,
    /// 公布期限（工作日）
    #[arg(long, global = true, env = "QUANZE_PUBLISH_DAYS", value_name = "N")]
    publish_days: Option<u32>,
    /// 日志级别
    #[arg(long, global = true, env = "QUANZE_LOG", value_name = "FILTER")]
    log: Option<String>,
}

/// Settings as the TOML file gives them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSettings {
    state: Option<PathBuf>,
    listen: Option<SocketAddr>,
    site: Option<String>,
    kinds: Option<PathBuf>,
    upload_bytes: Option<u64>,
    upload_rows: Option<u32>,
    cell_chars: Option<u32>,
    behind_proxy: Option<bool>,
    apply_days: Option<u32>,
    review_days: Option<u32>,
    publish_days: Option<u32>,
    log: Option<String>,
}

/// Settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    pub state: PathBuf,
    pub listen: SocketAddr,
    /// Empty: the address that is listened on.
    pub site: String,
    /// Folder of further kinds, where one was named; otherwise `kinds` below `state`, which may be
    /// absent.
    pub kinds: Option<PathBuf>,
    pub upload_bytes: u64,
    pub upload_rows: u32,
    pub cell_chars: u32,
    pub behind_proxy: bool,
    pub terms: Terms,
    pub log: String,
}

impl Settings {
    /// Joins flags, environment and file.
    ///
    /// # Errors
    /// A settings file that was named but is not there, or is not TOML with these keys.
    pub fn load(flags: Flags) -> Result<Self, CliError> {
        let file = read_file(flags.config.as_deref())?;
        let state = flags
            .state
            .or(file.state)
            .unwrap_or_else(|| "data/state".into());
        let listen = flags.listen.or(file.listen);
        let usual = Terms::default();
        Ok(Self {
            listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            site: flags.site.or(file.site).unwrap_or_default(),
            kinds: flags.kinds.or(file.kinds),
            upload_bytes: flags.upload_bytes.or(file.upload_bytes).unwrap_or(50 << 20),
            upload_rows: flags.upload_rows.or(file.upload_rows).unwrap_or(200_000),
            cell_chars: flags.cell_chars.or(file.cell_chars).unwrap_or(32_767),
            behind_proxy: flags.behind_proxy.or(file.behind_proxy).unwrap_or(false),
            terms: Terms {
                apply: flags.apply_days.or(file.apply_days).unwrap_or(usual.apply),
                review: flags
                    .review_days
                    .or(file.review_days)
                    .unwrap_or(usual.review),
                publish: flags
                    .publish_days
                    .or(file.publish_days)
                    .unwrap_or(usual.publish),
            },
            log: flags.log.or(file.log).unwrap_or_else(|| "warn".to_owned()),
            state,
        })
        .and_then(Self::checked)
    }

    /// # Errors
    /// A value with which nothing could work.
    fn checked(self) -> Result<Self, CliError> {
        let limits = [
            ("upload_bytes", self.upload_bytes),
            ("upload_rows", u64::from(self.upload_rows)),
            ("cell_chars", u64::from(self.cell_chars)),
            ("apply_days", u64::from(self.terms.apply)),
            ("review_days", u64::from(self.terms.review)),
            ("publish_days", u64::from(self.terms.publish)),
        ];
        if let Some((key, _)) = limits.iter().find(|(_, value)| *value == 0) {
            return Err(CliError::new(format!("设置 {key} 应为大于 0 的整数")));
        }
        let is_site = |site: &str| {
            url::Url::parse(site)
                .is_ok_and(|u| u.has_host() && u.path() == "/" && u.query().is_none())
                && (site.starts_with("http://") || site.starts_with("https://"))
        };
        if !self.site.is_empty() && !is_site(&self.site) {
            return Err(CliError::new(format!(
                "设置 site 应为 https://qz.example.cn 这样的地址，不带路径，现为“{}”",
                self.site
            )));
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log).is_err() {
            return Err(CliError::new(format!(
                "设置 log 应为 error、warn、info、debug 或 quanze=debug 这样的过滤条件，现为“{}”",
                self.log
            )));
        }
        Ok(self)
    }

    /// Limits of the operator's own files.
    pub fn operator_limits(&self) -> Limits {
        Limits {
            cell_chars: usize::try_from(self.cell_chars).unwrap_or(usize::MAX),
            ..Limits::OPERATOR
        }
    }

    /// Limits of files that come over the network.
    pub fn upload_limits(&self) -> Limits {
        Limits {
            file_bytes: Some(self.upload_bytes),
            rows: Some(self.upload_rows),
            cell_chars: usize::try_from(self.cell_chars).unwrap_or(usize::MAX),
            ..Limits::UPLOAD
        }
    }
}

fn read_file(named: Option<&std::path::Path>) -> Result<FileSettings, CliError> {
    let path = named.unwrap_or_else(|| std::path::Path::new("quanze.toml"));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            return Ok(FileSettings::default());
        }
        Err(e) => {
            return Err(CliError::new(format!(
                "设置文件 {} 无法读取：{e}",
                path.display()
            )));
        }
    };
    toml::from_str(&text).map_err(|e| {
        let line = e
            .span()
            .map_or(1, |s| 1 + text[..s.start].matches('\n').count());
        CliError::new(format!(
            "设置文件 {} 第 {line} 行有误：{}",
            path.display(),
            e.message()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;

    #[test]
    fn every_flag_is_in_the_table_and_the_other_way_round() {
        let command = Flags::augment_args(clap::Command::new("quanze"));
        let mut flags: Vec<(String, String)> = command
            .get_arguments()
            .map(|a| {
                let long = a.get_long().unwrap_or_default().to_owned();
                let env = a.get_env().map(|e| e.to_string_lossy().into_owned());
                (long, env.unwrap_or_default())
            })
            .collect();
        let mut table: Vec<(String, String)> = TABLE
            .iter()
            .map(|s| {
                (
                    s.key.replace('_', "-"),
                    format!("QUANZE_{}", s.key.to_uppercase()),
                )
            })
            .collect();
        flags.sort();
        table.sort();
        assert_eq!(flags, table);
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("quanze.toml");
        std::fs::write(&path, "state = \"/var/lib/quanze\"\nupload_rows = 5\n").expect("written");
        let flags = Flags {
            config: Some(path.clone()),
            upload_rows: Some(7),
            ..Flags::default()
        };
        let settings = Settings::load(flags).expect("settings");
        assert_eq!(settings.state, PathBuf::from("/var/lib/quanze"));
        assert_eq!(settings.upload_rows, 7);
        assert_eq!(settings.listen.port(), 8080);
        assert_eq!(settings.upload_limits().rows, Some(7));
        for flags in [
            Flags {
                upload_rows: Some(0),
                ..Flags::default()
            },
            Flags {
                log: Some("???=[[".into()),
                ..Flags::default()
            },
        ] {
            let error = Settings::load(flags).expect_err("nothing could work");
            assert!(error.to_string().starts_with("设置"), "{error}");
        }

        std::fs::write(&path, "# 注释\nstat = \"x\"\n").expect("written");
        let error = Settings::load(Flags {
            config: Some(path),
            ..Flags::default()
        })
        .expect_err("unknown key");
        assert!(error.to_string().contains("第 2 行"), "{error}");
    }
}
