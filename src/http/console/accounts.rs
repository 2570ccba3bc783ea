//! Accounts, for operators; auditors read them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{Desk, Me, Sent, Told};
use crate::domain::{Account, AccountId, AccountRole, Profile};
use crate::http::error::AppError;
use crate::http::form::Fields;
use crate::http::pages::render;
use crate::http::params::path_number;
use crate::http::state::App;
use crate::http::url;
use crate::service::ServiceError;
use crate::service::console::Console;

use super::home::moment;

struct Row {
    url: String,
    name: String,
    office: String,
    roles: String,
    departments: String,
    active: bool,
    must_change: bool,
    created: String,
}

/// What an operator typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    name: String,
    office: String,
    roles: Vec<String>,
    /// One a line.
    departments: String,
    active: bool,
}

impl Typed {
    fn of(form: &Fields) -> Result<Self, ServiceError> {
        Ok(Self {
            name: form.get("name")?,
            office: form.get("office")?,
            roles: form.0.all("role"),
            departments: form.get("departments")?,
            active: form.0.flag("active")?,
        })
    }

    fn profile(&self) -> Profile {
        let roles = self.roles.iter().filter_map(|r| AccountRole::parse(r));
        let departments = self.departments.lines();
        Profile {
            office: self.office.clone(),
            roles: roles.collect(),
            departments: departments.map(str::to_owned).collect(),
        }
    }

    fn has(&self, role: AccountRole) -> bool {
        self.roles.iter().any(|r| r == role.key())
    }
}

/// A password that is shown this once.
#[derive(Clone, Debug)]
struct First {
    name: String,
    password: String,
}

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct AccountsPage {
    desk: Desk,
    may_change: bool,
    accounts: Vec<Row>,
    first: Option<First>,
    typed: Typed,
    roles: Vec<(AccountRole, bool)>,
}

#[derive(Template)]
#[template(path = "console/account.html")]
struct AccountPage {
    desk: Desk,
    url: String,
    account: Account,
    first: Option<First>,
    typed: Typed,
    roles: Vec<(AccountRole, bool)>,
}

fn roles(typed: &Typed) -> Vec<(AccountRole, bool)> {
    let all = AccountRole::ALL.into_iter();
    all.map(|role| (role, typed.has(role))).collect()
}

fn accounts_page(
    console: &Console,
    me: &Me,
    typed: Typed,
    first: Option<First>,
    told: &Told,
) -> Result<String, ServiceError> {
    let accounts = console.accounts(&me.actor)?.into_iter().map(|account| {
        let labels: Vec<&str> = account.profile.roles.iter().map(|r| r.label()).collect();
        Row {
            url: url::fill(url::ACCOUNT, account.id.0),
            roles: labels.join("、"),
            departments: account.profile.departments.join("、"),
            office: account.profile.office,
            active: account.active,
            must_change: account.must_change,
            created: moment(account.created_at),
            name: account.name,
        }
    });
    render(&AccountsPage {
        desk: Desk::new(me, "账号").with(told),
        may_change: me.has(AccountRole::Operator),
        accounts: accounts.collect(),
        roles: roles(&typed),
        first,
        typed,
    })
}

pub async fn accounts(State(app): State<App>, me: Me) -> Result<Response, AppError> {
    app.desk_page(move |console| {
        accounts_page(console, &me, Typed::default(), None, &Told::default())
    })
    .await
}

pub async fn add(State(app): State<App>, Sent { me, form }: Sent) -> Result<Response, AppError> {
    let typed = Typed::of(&form)?;
    let (actor, given) = (me.actor.clone(), typed.clone());
    let added = app
        .desk(move |console| console.add_account(&actor, &given.name, given.profile()))
        .await;
    match added {
        // Shown at once and nowhere else: it is not kept.
        Ok((account, password)) => {
            let first = First {
                name: account.name,
                password,
            };
            app.desk_page(move |console| {
                let told = Told::done("账号已建立");
                accounts_page(console, &me, Typed::default(), Some(first), &told)
            })
            .await
        }
        Err(error) => {
            app.desk_problem(error, move |console, told| {
                accounts_page(console, &me, typed, None, told)
            })
            .await
        }
    }
}

fn account_page(
    console: &Console,
    me: &Me,
    id: u64,
    typed: Option<Typed>,
    first: Option<First>,
    told: &Told,
) -> Result<String, ServiceError> {
    me.actor.must_be(AccountRole::Operator)?;
    let account = console.known_account(AccountId(id))?;
    let profile = &account.profile;
    let typed = typed.unwrap_or_else(|| Typed {
        name: account.name.clone(),
        office: profile.office.clone(),
        roles: profile.roles.iter().map(|r| r.key().to_owned()).collect(),
        departments: profile.departments.join("\n"),
        active: account.active,
    });
    render(&AccountPage {
        desk: Desk::new(me, format!("账号 {}", account.name)).with(told),
        url: url::fill(url::ACCOUNT, id),
        roles: roles(&typed),
        account,
        first,
        typed,
    })
}

pub async fn account(
    State(app): State<App>,
    me: Me,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    app.desk_page(move |console| account_page(console, &me, id, None, None, &Told::default()))
        .await
}

pub async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Sent { me, form }: Sent,
) -> Result<Response, AppError> {
    let id = path_number(&id)?;
    let actor = me.actor.clone();
    if form.get("do")? == "reset" {
        let reset = app
            .desk(move |console| {
                let account = console.known_account(AccountId(id))?;
                let password = console.reset_password(&actor, account.id)?;
                Ok(First {
                    name: account.name,
                    password,
                })
            })
            .await?;
        return app
            .desk_page(move |console| {
                let told = Told::done("密码已重置");
                account_page(console, &me, id, None, Some(reset), &told)
            })
            .await;
    }
    let typed = Typed::of(&form)?;
    let (active, profile) = (typed.active, typed.profile());
    app.desk_form(
        move |console| console.change_account(&actor, AccountId(id), profile, active),
        |()| url::ACCOUNTS.to_owned(),
        move |console, told| account_page(console, &me, id, Some(typed), None, told),
    )
    .await
}
