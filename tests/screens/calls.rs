//! Names of the calls of a hub, and which of them change something.

use keydesk::tui::msg::Call;

pub fn call_name(call: &Call) -> &'static str {
    match call {
        Call::SetUp(_) => "set up",
        Call::SignIn { .. } => "sign in",
        Call::SignOut(_) => "sign out",
        Call::ChangeOwnPassword { .. } => "change own password",
        Call::Create(..) => "create",
        Call::Rotate(..) => "rotate",
        Call::SetState(..) => "set state",
        Call::Edit(..) => "edit",
        Call::LegacyPassword { .. } => "legacy password",
        Call::StopOld(..) => "stop old",
        Call::Seen(..) => "seen",
        Call::Refused(..) => "refused",
        Call::Pulse(..) => "pulse",
        Call::SeenBy(..) => "seen by",
        Call::Overview(..) => "overview",
        Call::List(..) => "list",
        Call::Jump(..) => "jump",
        Call::CountFound(..) => "count found",
        Call::UsedDays(..) => "used days",
        Call::Tampering(..) => "tampering",
        Call::Details(..) => "details",
        Call::Taken { .. } => "taken",
        Call::Trail(..) => "trail",
        Call::RefusedRequests(..) => "refused requests",
        Call::Find { .. } => "find",
        Call::Users(_) => "users",
        Call::SshKeys(..) => "ssh-keys",
        Call::AddSshKey(..) => "add-ssh-key",
        Call::RemoveSshKey(..) => "remove-ssh-key",
        Call::Verify(_) => "verify",
        Call::Compare(..) => "compare",
        Call::TrailCount(..) => "trail count",
        Call::Export { .. } => "export",
        Call::SignIns(_) => "sign-ins",
        Call::Security(_) => "security",
        Call::SetSettings(..) => "set settings",
        Call::ChangeUser(..) => "change user",
        Call::Confirm(..) => "confirm",
    }
}

/// Whether a call changes anything but the trail.
pub fn writes(call: &str) -> bool {
    matches!(
        call,
        "create"
            | "rotate"
            | "set state"
            | "set up"
            | "edit"
            | "legacy password"
            | "stop old"
            | "change user"
            | "set idle lock"
    )
}
