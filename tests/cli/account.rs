//! `quanze account`: the first operator comes in by it.

use super::{run, text};

#[test]
fn accounts_are_added_listed_and_their_passwords_reset() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path();
    let add = |name: &str, more: &[&str]| {
        let first = ["account", "add", name, "--office", "辽阳市财政局"];
        run(path, &[&first[..], more].concat())
    };
    let operator = add("Guanli", &["--role", "operator"]);
    assert!(operator.status.success(), "{}", text(&operator.stderr));
    let said = text(&operator.stdout);
    let password = said.split("初始密码：").nth(1).expect("a password");
    let password = password.lines().next().expect("a line").to_owned();
    assert!(
        said.contains("账号 guanli") && password.len() == 19,
        "{said}"
    );

    for (more, why) in [
        (&["--role", "operator"][..], "“guanli”已被使用"),
        (
            &["--role", "operator", "--role", "list-office"],
            "管理员不得起草、审查",
        ),
        (&["--role", "editor"], "部门经办须填写"),
        (&["--role", "boss"], "editor、list-office"),
    ] {
        let name = if why.contains("已被使用") {
            "guanli"
        } else {
            "another"
        };
        let refused = add(name, more);
        assert!(!refused.status.success(), "{why}");
        assert!(
            text(&refused.stderr).contains(why),
            "{}",
            text(&refused.stderr)
        );
    }
    let editor = ["--role", "editor", "--department", "辽阳市财政局"];
    assert!(add("caizheng", &editor).status.success());

    let listed = text(&run(path, &["account", "list"]).stdout).to_owned();
    assert!(
        listed.contains("caizheng") && listed.contains("部门经办"),
        "{listed}"
    );
    assert!(
        listed.contains("待改初始密码") && !listed.contains(&password),
        "{listed}"
    );

    let reset = run(path, &["account", "reset-password", "guanli"]);
    assert!(reset.status.success() && !text(&reset.stdout).contains(&password));
    let unknown = run(path, &["account", "reset-password", "nobody"]);
    assert!(text(&unknown.stderr).contains("没有账号“nobody”"));

    // Who did it stands in the journal, whose chain holds.
    let verified = run(path, &["verify"]);
    let said = text(&verified.stdout);
    assert!(
        verified.status.success() && said.contains("3 条审计记录"),
        "{said}"
    );
}
