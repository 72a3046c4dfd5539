//! The sign-in tables in the columns of `SigninLogs`: everybody's, and those of the compromised account.

use std::io;

use crate::cast::{Place, VICTIM};
use crate::frame::{Frame, Record};
use crate::json::{Json, text};
use crate::prng::{guid, name_hash};
use crate::signins::{Outcome, SignIn, upn};

#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "TenantId", "SourceSystem", "TimeGenerated", "ResourceId", "OperationName", "OperationVersion", "Category", "ResultType",
    "ResultSignature", "ResultDescription", "DurationMs", "CorrelationId", "Resource", "ResourceGroup", "ResourceProvider",
    "Identity", "Level", "Location", "AlternateSignInName", "AppDisplayName", "AppId", "AuthenticationDetails",
    "AuthenticationMethodsUsed", "AuthenticationProcessingDetails", "AuthenticationRequirement", "AuthenticationRequirementPolicies",
    "ClientAppUsed", "ConditionalAccessPolicies", "ConditionalAccessStatus", "CreatedDateTime", "DeviceDetail", "IsInteractive", "Id",
    "IPAddress", "IsRisky", "LocationDetails", "MfaDetail", "NetworkLocationDetails", "OriginalRequestId",
    "ProcessingTimeInMilliseconds", "RiskDetail", "RiskEventTypes", "RiskEventTypes_V2", "RiskLevelAggregated",
    "RiskLevelDuringSignIn", "RiskState", "ResourceDisplayName", "ResourceIdentity", "ServicePrincipalId", "ServicePrincipalName",
    "Status", "TokenIssuerName", "TokenIssuerType", "UserAgent", "UserDisplayName", "UserId", "UserPrincipalName", "AADTenantId",
    "Type", "Result", "Latitude", "Longitude",
];

#[rustfmt::skip]
const ACCOUNT_COLUMNS: &[&str] = &[
    "UserType", "FlaggedForReview", "IPAddressFromResourceProvider", "SignInIdentifier", "SignInIdentifierType", "ResourceTenantId",
    "HomeTenantId", "AccountName", "Source",
];

pub fn everybody(sign_ins: &[SignIn]) -> io::Result<Frame> {
    Frame::from_records("aad_logons", COLUMNS, sign_ins.iter().map(record).collect())
}

pub fn of_account(sign_ins: &[SignIn]) -> io::Result<Frame> {
    let columns: Vec<&'static str> = COLUMNS.iter().chain(ACCOUNT_COLUMNS).copied().collect();
    let records = sign_ins.iter().filter(|sign_in| sign_in.name == VICTIM).map(|sign_in| {
        let mut record = record(sign_in);
        record.extend([
            ("UserType", "Member".to_owned()),
            ("SignInIdentifier", upn(&sign_in.name)),
            ("SignInIdentifierType", "userPrincipalName".to_owned()),
            ("ResourceTenantId", guid("directory")),
            ("HomeTenantId", guid("directory")),
            ("AccountName", upn(&sign_in.name)),
            ("Source", "user".to_owned()),
        ]);
        record
    });
    Frame::from_records("list_aad_signins_for_account", &columns, records.collect())
}

fn record(sign_in: &SignIn) -> Record {
    let mut record = request(sign_in);
    record.extend(authentication(sign_in));
    record.extend(client(sign_in));
    record.extend(who_and_where(sign_in));
    record
}

fn request(sign_in: &SignIn) -> Record {
    let tenant = guid("directory");
    let (code, detail) = (sign_in.outcome.code(), sign_in.outcome.text());
    let mut record = vec![
        ("TenantId", guid("workspace")),
        ("SourceSystem", "Azure AD".to_owned()),
        ("TimeGenerated", sign_in.time.iso()),
        ("ResourceId", format!("/tenants/{tenant}/providers/Microsoft.aadiam")),
        ("OperationName", "Sign-in activity".to_owned()),
        ("OperationVersion", "1.0".to_owned()),
        ("Category", "SignInLogs".to_owned()),
        ("ResultType", code.to_string()),
        ("ResultSignature", "None".to_owned()),
        ("ResultDescription", detail.to_owned()),
        ("DurationMs", "0".to_owned()),
        ("CorrelationId", guid(&format!("session {} {}", sign_in.time.date(), sign_in.name))),
        ("Resource", "Microsoft.aadiam".to_owned()),
        ("ResourceGroup", "Microsoft.aadiam".to_owned()),
    ];
    record.extend(identifiers(sign_in, tenant));
    record
}

fn identifiers(sign_in: &SignIn, tenant: String) -> Record {
    let seed = format!("{} {}", sign_in.time, sign_in.name);
    vec![
        ("Level", "4".to_owned()),
        ("CreatedDateTime", sign_in.time.iso()),
        ("Id", guid(&seed)),
        ("OriginalRequestId", guid(&seed)),
        ("ProcessingTimeInMilliseconds", (60 + name_hash(&seed) % 340).to_string()),
        ("AADTenantId", tenant),
        ("Type", "SigninLogs".to_owned()),
        ("Result", if sign_in.outcome == Outcome::Success { "Success" } else { "Failure" }.to_owned()),
    ]
}

fn authentication(sign_in: &SignIn) -> Record {
    let legacy = matches!(sign_in.client.kind, "Authenticated SMTP" | "Other clients");
    let method = if sign_in.outcome == Outcome::BadPassword || legacy { "Password" } else { "Mobile app notification" };
    let step = Json::List(vec![Json::Map(vec![
        ("authenticationMethod", text(method)),
        ("succeeded", Json::Bool(sign_in.outcome == Outcome::Success)),
        ("authenticationStepDateTime", text(sign_in.time.iso())),
        ("authenticationStepRequirement", text("Primary authentication")),
    ])]);
    let policy = Json::List(vec![Json::Map(vec![
        ("displayName", text("Require strong authentication")),
        ("result", text(if legacy { "notApplied" } else { "success" })),
    ])]);
    let status = Json::Map(vec![
        ("errorCode", Json::Number(sign_in.outcome.code())),
        ("failureReason", text(sign_in.outcome.text())),
    ]);
    let requirement = if legacy { "singleFactorAuthentication" } else { "multiFactorAuthentication" };
    vec![
        ("AuthenticationDetails", step.to_string()),
        ("AuthenticationProcessingDetails", "[]".to_owned()),
        ("AuthenticationRequirement", requirement.to_owned()),
        ("AuthenticationRequirementPolicies", "[]".to_owned()),
        ("ConditionalAccessPolicies", policy.to_string()),
        ("ConditionalAccessStatus", if legacy { "notApplied" } else { "success" }.to_owned()),
        ("MfaDetail", "{}".to_owned()),
        ("Status", status.to_string()),
    ]
}

fn client(sign_in: &SignIn) -> Record {
    let device = Json::Map(vec![
        ("deviceId", text("")),
        ("operatingSystem", text(sign_in.client.system)),
        ("browser", text(sign_in.client.browser)),
    ]);
    let (resource, resource_id) = resource(sign_in.app);
    vec![
        ("AppDisplayName", sign_in.app.to_owned()),
        ("AppId", guid(&format!("app {}", sign_in.app))),
        ("ResourceDisplayName", resource.to_owned()),
        ("ResourceIdentity", resource_id),
        ("ClientAppUsed", sign_in.client.kind.to_owned()),
        ("DeviceDetail", device.to_string()),
        ("IsInteractive", if sign_in.interactive { "true" } else { "false" }.to_owned()),
        ("UserAgent", sign_in.client.agent.to_owned()),
        ("TokenIssuerType", "AzureAD".to_owned()),
    ]
}

fn resource(app: &str) -> (&str, String) {
    match app {
        "Azure Portal" => ("Windows Azure Service Management API", guid("resource management")),
        "Microsoft Teams" => ("Microsoft Graph", guid("resource graph")),
        _ => (app, guid(&format!("resource {app}"))),
    }
}

fn who_and_where(sign_in: &SignIn) -> Record {
    let (level, events) = if sign_in.risky { ("medium", "[\"unfamiliarFeatures\"]") } else { ("none", "[]") };
    vec![
        ("Identity", sign_in.title.clone()),
        ("UserDisplayName", sign_in.title.clone()),
        ("UserId", sign_in.object_id.clone()),
        ("UserPrincipalName", upn(&sign_in.name)),
        ("IPAddress", sign_in.ip.clone()),
        ("Location", sign_in.place.country.to_owned()),
        ("LocationDetails", location(sign_in.place).to_string()),
        ("Latitude", sign_in.place.latitude.to_owned()),
        ("Longitude", sign_in.place.longitude.to_owned()),
        ("NetworkLocationDetails", "[]".to_owned()),
        ("RiskDetail", "none".to_owned()),
        ("RiskEventTypes", events.to_owned()),
        ("RiskEventTypes_V2", events.to_owned()),
        ("RiskLevelAggregated", level.to_owned()),
        ("RiskLevelDuringSignIn", level.to_owned()),
        ("RiskState", if sign_in.risky { "atRisk" } else { "none" }.to_owned()),
    ]
}

fn location(place: &'static Place) -> Json {
    Json::Map(vec![
        ("city", text(place.city)),
        ("state", text(place.state)),
        ("countryOrRegion", text(place.country)),
        (
            "geoCoordinates",
            Json::Map(vec![("latitude", Json::Decimal(place.latitude)), ("longitude", Json::Decimal(place.longitude))]),
        ),
    ])
}
