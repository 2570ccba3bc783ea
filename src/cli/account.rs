//! `quanze account`: accounts of the console. The first operator comes in by it.

use std::process::ExitCode;

use crate::domain::{AccountRole, Profile};

use super::settings::Settings;
use super::{App, CliError, Table};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// 新增账号，打印初始密码（首次登录时须修改）
    Add(Add),
    /// 列出账号
    List,
    /// 重置密码，打印新的初始密码
    ResetPassword {
        /// 账号
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    /// 账号：2 至 32 个汉字、字母、数字或 . _ -
    #[arg(value_name = "NAME")]
    name: String,
    /// 角色：editor 部门经办，list-office 编办审查，legal-office 司法局审查，operator 管理员，auditor 审计；可重复
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<AccountRole>,
    /// 单位（公开显示，不写个人姓名）
    #[arg(long, value_name = "NAME")]
    office: String,
    /// 部门经办所经办的部门（全称）；可重复
    #[arg(long = "department", value_name = "NAME")]
    departments: Vec<String>,
}

fn role(text: &str) -> Result<AccountRole, String> {
    AccountRole::parse(text).ok_or_else(|| {
        let known = AccountRole::ALL.map(AccountRole::key);
        format!("应为 {}", known.join("、"))
    })
}

pub fn run(settings: &Settings, args: &Args) -> Result<ExitCode, CliError> {
    let app = App::open(settings)?;
    let console = app.console(settings)?;
    match &args.what {
        What::Add(add) => {
            let profile = Profile {
                office: add.office.clone(),
                roles: add.roles.clone(),
                departments: add.departments.clone(),
            };
            let (account, password) = console.add_account_locally(&add.name, profile)?;
            say!("已建立账号 {}，初始密码：{password}", account.name);
            say!("密码只显示这一次，首次登录时须修改");
        }
        What::List => {
            let mut table = Table::new(["账号", "单位", "角色", "部门", "状态"]);
            for account in console.accounts_locally()? {
                let roles: Vec<&str> = account.profile.roles.iter().map(|r| r.label()).collect();
                let state = match (account.active, account.must_change) {
                    (false, _) => "已停用",
                    (true, true) => "待改初始密码",
                    (true, false) => "正常",
                };
                table.0.push(vec![
                    account.name,
                    account.profile.office,
                    roles.join("、"),
                    account.profile.departments.join("、"),
                    state.to_owned(),
                ]);
            }
            say!("{}", table.text());
        }
        What::ResetPassword { name } => {
            let password = console.reset_password_locally(name)?;
            say!("账号 {name} 的新初始密码：{password}");
            say!("密码只显示这一次，首次登录时须修改；现有的登录已全部失效");
        }
    }
    Ok(ExitCode::SUCCESS)
}
