//! The kinds of alerts: names, severities and advice.

use crate::alerts::Kind;

pub static SPRAY: Kind = Kind {
    name: "Password spray against directory accounts",
    code: "Aad_PasswordSpray",
    severity: "Medium",
    provider: "IPC",
    tactics: "CredentialAccess",
    description: "Many accounts were tried with few passwords from few addresses. At least one password was right.",
    advice: "Find the account whose error code differs from the others and reset its password.",
};

pub static GATEWAY_FAILURES: Kind = Kind {
    name: "Many failed logons on a published gateway",
    code: "CustomAlertRule_GatewayFailures",
    severity: "Medium",
    provider: "CustomAlertRule",
    tactics: "CredentialAccess",
    description: "A remote desktop gateway saw an unusual number of failed logons from outside addresses.",
    advice: "Block the addresses at the outer firewall.",
};

pub static MFA_FATIGUE: Kind = Kind {
    name: "Repeated denied strong authentication requests",
    code: "Aad_MfaFatigue",
    severity: "Medium",
    provider: "IPC",
    tactics: "CredentialAccess",
    description: "The owner of an account denied several strong authentication requests within minutes.",
    advice: "Ask the owner, and reset the password.",
};

pub static TRAVEL: Kind = Kind {
    name: "Impossible travel activity",
    code: "MCAS_ImpossibleTravel",
    severity: "Medium",
    provider: "MCAS",
    tactics: "InitialAccess",
    description: "An account signed in from two places that nobody can travel between in the time.",
    advice: "Check the devices and revoke the sessions of the account.",
};

pub static INBOX_RULE: Kind = Kind {
    name: "Suspicious inbox manipulation rule",
    code: "MCAS_InboxManipulation",
    severity: "Medium",
    provider: "MCAS",
    tactics: "DefenseEvasion",
    description: "A new inbox rule hides mail about payments and security from the owner.",
    advice: "Remove the rule and look for others.",
};

pub static FORWARDING: Kind = Kind {
    name: "Mail forwarding to an external address",
    code: "MCAS_Forwarding",
    severity: "Low",
    provider: "MCAS",
    tactics: "Collection",
    description: "A mailbox forwards a copy of its mail to an address outside the company.",
    advice: "Remove the forwarding address.",
};

pub static OFFICE_CHILD: Kind = Kind {
    name: "Office application started a script interpreter",
    code: "MDATP_OfficeChildProcess",
    severity: "High",
    provider: "MDATP",
    tactics: "Execution",
    description: "A word processor started an interpreter with a hidden window.",
    advice: "Isolate the host and keep the document.",
};

pub static ENCODED: Kind = Kind {
    name: "Suspicious encoded PowerShell",
    code: "MDATP_EncodedPowerShell",
    severity: "Medium",
    provider: "MDATP",
    tactics: "Execution",
    description: "A PowerShell command line carries encoded content.",
    advice: "Decode the command and judge what it does.",
};

pub static DOWNLOAD: Kind = Kind {
    name: "System tool used to download a file",
    code: "MDATP_CertutilDownload",
    severity: "Medium",
    provider: "MDATP",
    tactics: "CommandAndControl",
    description: "A certificate tool fetched a program from the internet.",
    advice: "Block the address and look for the file on other hosts.",
};

pub static BYPASS: Kind = Kind {
    name: "User account control bypass",
    code: "MDATP_UacBypass",
    severity: "Medium",
    provider: "MDATP",
    tactics: "PrivilegeEscalation",
    description: "A program used a handler in the registry of the user to start with high integrity.",
    advice: "Remove local administrator rights from ordinary users.",
};

pub static CREDENTIALS: Kind = Kind {
    name: "Memory of the logon service was read",
    code: "MDATP_LsassDump",
    severity: "High",
    provider: "MDATP",
    tactics: "CredentialAccess",
    description: "The memory of the process that holds credentials was written to a file.",
    advice: "Reset every account that was logged on to the host, service accounts too.",
};

pub static DISCOVERY: Kind = Kind {
    name: "Burst of discovery commands",
    code: "MDATP_Discovery",
    severity: "Low",
    provider: "MDATP",
    tactics: "Discovery",
    description: "A shell ran many commands in a row that ask for accounts, groups and hosts.",
    advice: "Look at the parent of the shell.",
};

pub static TASK: Kind = Kind {
    name: "Suspicious scheduled task",
    code: "MDATP_ScheduledTask",
    severity: "Medium",
    provider: "MDATP",
    tactics: "Persistence",
    description: "A task starts a program from a folder that any user can write to.",
    advice: "Delete the task and keep the program.",
};

pub static ODD_HOURS: Kind = Kind {
    name: "Service account logon from an unusual source at an unusual hour",
    code: "CustomAlertRule_OddServiceLogon",
    severity: "Medium",
    provider: "CustomAlertRule",
    tactics: "LateralMovement",
    description: "A service account logged on at an hour and from a host that it has never used.",
    advice: "Compare with the schedule of the service.",
};

pub static SERVICE: Kind = Kind {
    name: "Service starts an encoded command",
    code: "MDATP_ServiceExecution",
    severity: "High",
    provider: "MDATP",
    tactics: "LateralMovement",
    description: "A service that was installed over the network runs a command interpreter.",
    advice: "Remove the service and isolate both hosts.",
};

pub static GROUP: Kind = Kind {
    name: "New account added to a highly privileged group",
    code: "CustomAlertRule_NewAdmin",
    severity: "High",
    provider: "CustomAlertRule",
    tactics: "Persistence",
    description: "An account became a member of the domain administrators seconds after it was created.",
    advice: "Disable the account.",
};

pub static LOG_CLEARED: Kind = Kind {
    name: "Security log cleared",
    code: "MDATP_LogCleared",
    severity: "High",
    provider: "MDATP",
    tactics: "DefenseEvasion",
    description: "The security log of a server was emptied.",
    advice: "Rely on the forwarded copy of the events.",
};

pub static PIPED_SHELL: Kind = Kind {
    name: "Encoded text piped into a shell",
    code: "CustomAlertRule_PipedShell",
    severity: "Medium",
    provider: "CustomAlertRule",
    tactics: "Execution",
    description: "A root command on a Linux host decodes text and hands it to a shell.",
    advice: "Decode the text and look at what it fetches.",
};

pub static SILENT: Kind = Kind {
    name: "Log source went silent",
    code: "CustomAlertRule_SilentSource",
    severity: "Low",
    provider: "CustomAlertRule",
    tactics: "DefenseEvasion",
    description: "A source that reports every minute has stopped to report.",
    advice: "Find out who stopped it.",
};

pub static VOLUME: Kind = Kind {
    name: "Unusual volume of outbound data",
    code: "CustomAlertRule_OutboundVolume",
    severity: "High",
    provider: "CustomAlertRule",
    tactics: "Exfiltration",
    description: "A host sent far more data to one address than in any other hour.",
    advice: "Block the address and find out what left.",
};

pub static INCIDENT: Kind = Kind {
    name: "Incident: takeover of a mailbox with theft of data",
    code: "Incident_Aggregated",
    severity: "High",
    provider: "CustomAlertRule",
    tactics: "InitialAccess, LateralMovement, Exfiltration",
    description: "Several alerts concern the same accounts and hosts.",
    advice: "Follow the plan for theft of data.",
};

pub static SSH: Kind = Kind {
    name: "Anomalous SSH login",
    code: "CustomAlertRule_AnomalousSsh",
    severity: "Low",
    provider: "CustomAlertRule",
    tactics: "InitialAccess",
    description: "A login over SSH is unusual for its account, host or hour.",
    advice: "Check with the owner of the account.",
};

pub static UNFAMILIAR: Kind = Kind {
    name: "Unfamiliar sign-in properties",
    code: "Aad_Unfamiliar",
    severity: "Low",
    provider: "IPC",
    tactics: "InitialAccess",
    description: "A sign-in has properties that the account has not shown before.",
    advice: "Confirm with the owner.",
};

pub static SCAN: Kind = Kind {
    name: "Internal port scan",
    code: "CustomAlertRule_PortScan",
    severity: "Low",
    provider: "CustomAlertRule",
    tactics: "Discovery",
    description: "A host contacted many ports of many hosts.",
    advice: "Check whether a scan was planned.",
};

pub static EXPIRED: Kind = Kind {
    name: "Repeated failed logons of one account",
    code: "CustomAlertRule_RepeatedFailures",
    severity: "Informational",
    provider: "CustomAlertRule",
    tactics: "CredentialAccess",
    description: "An account fails to log on again and again.",
    advice: "Look for an expired password in a service.",
};
