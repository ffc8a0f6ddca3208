//! No secret leaves, whatever it is wrapped in; and what is left still tells something.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

fn transcript(write: impl FnOnce(&mut Recorder<&mut Vec<u8>>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut Recorder::new(&mut out).unwrap()).unwrap();
    String::from_utf8(out).unwrap()
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn json_escaped(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect()
}

/// Every place of a message that the box or the operator fills in.
fn everywhere(recorder: &mut Recorder<&mut Vec<u8>>, value: &str) -> io::Result<()> {
    let quoted = serde_json::to_string(value).unwrap();
    let body = format!(
        r#"{{"type":{quoted},"name":{quoted},"new":[{quoted}],{quoted}:1,"error":{{"messages":[{{"description":{quoted}}}]}}}}"#
    );
    let bytes = value.as_bytes();
    let fields: &[Field<'_>] = &[
        ("Server", bytes),
        ("X-New", bytes),
        ("DOMAINS", body.as_bytes()),
        (value, b"1"),
    ];
    recorder.request(
        "GET",
        &format!("/api/{value}?limit={value}&filter={value}"),
        fields,
        bytes,
    )?;
    recorder.response(200, fields, body.as_bytes())?;
    recorder.response(400, &[], format!("<html>{value}").as_bytes())?;
    recorder.failure(value)
}

fn no_form_appears(secret: &str, before: &str, after: &str) {
    let json = serde_json::to_string(secret).unwrap();
    let forms = [
        secret.to_owned(),
        percent_encoded(secret),
        json_escaped(secret),
        json[1..json.len() - 1].to_owned(),
        STANDARD.encode(secret),
    ];
    let text = transcript(|recorder| {
        recorder.conceal(Kind::Secret, secret);
        for form in &forms {
            everywhere(recorder, &format!("{before}{form}{after}"))?;
        }
        everywhere(recorder, &STANDARD.encode(format!("{before}:{secret}")))
    });
    for form in forms {
        assert!(!text.contains(&form), "{form} in:\n{text}");
    }
}

/// Found by the property below: the backslash took the `b` for its own.
#[test]
fn what_stands_before_a_secret_does_not_hide_it() {
    no_form_appears(r"bA!\?&0a", r"\", "");
    no_form_appears(r"25%2f\/abc", "%", "");
}

proptest! {
    #[test]
    fn no_secret_appears_in_any_form(secret in "[!-~]{8,16}", before in "[ -~]{0,5}", after in "[ -~]{0,5}") {
        no_form_appears(&secret, &before, &after);
    }

    #[test]
    fn no_secret_that_looks_escaped_appears(secret in "[\\\\\"/%u0-9a-f]{8,16}", before in "[\\\\%u0-9]{0,5}", after in "[\\\\\"u0]{0,5}") {
        no_form_appears(&secret, &before, &after);
    }

    #[test]
    fn a_name_that_only_the_box_knows_is_replaced_too(name in "[A-Z][a-z]{3}-[0-9]{4}-[a-z]{4}") {
        let text = transcript(|recorder| {
            let body = format!(r#"{{"items":[{{"name":"{name}","description":"in {name}"}}]}}"#);
            recorder.response(200, &[], body.as_bytes())?;
            let body = format!(r#"{{"error":{{"messages":[{{"description":"Device {name} is unknown."}}]}}}}"#);
            recorder.response(404, &[], body.as_bytes())
        });
        prop_assert!(!text.contains(&name), "{}", text);
        prop_assert!(text.contains("Device name-1 is unknown."), "{}", text);
    }

    #[test]
    fn nothing_that_comes_breaks_the_transcript(name in "\\PC{0,8}", value: Vec<u8>, body: Vec<u8>) {
        let text = transcript(|recorder| {
            recorder.request("GET", "/", &[(&name, &value)], &body)?;
            recorder.response(200, &[(&name, &value)], &body)
        });
        let marked = |line: &str| line.is_empty() || line.starts_with(['#', '>', '<', '!']);
        prop_assert!(text.lines().all(marked), "{}", text);
    }
}

#[test]
fn a_session_reads_as_a_session() {
    let text = transcript(|recorder| {
        recorder.conceal(Kind::Host, "fmc1.example.com");
        let basic: &[Field<'_>] = &[
            ("Host", b"fmc1.example.com"),
            ("Authorization", b"Basic YXBpOnB3"),
            ("Content-Length", b"0"),
        ];
        recorder.request(
            "POST",
            "/api/fmc_platform/v1/auth/generatetoken",
            basic,
            b"",
        )?;
        let tokens: &[Field<'_>] = &[
            ("Server", b"Apache"),
            (
                "X-auth-access-token",
                b"aa6f8326-0a0c-4f48-9d85-7a920c0fdca5",
            ),
            (
                "DOMAINS",
                br#"[{"name": "Paris", "uuid": "61e913a3-4bd6-7bde-54b6-000000000000"}]"#,
            ),
        ];
        recorder.response(204, tokens, b"")?;
        let token: &[Field<'_>] = &[(
            "X-auth-access-token",
            b"aa6f8326-0a0c-4f48-9d85-7a920c0fdca5",
        )];
        let path = "/api/fmc_config/v1/domain/61e913a3-4bd6-7bde-54b6-000000000000/devices/devicerecords?expanded=true&limit=25";
        recorder.request("GET", path, token, b"")?;
        let body = br#"{"items":[{"name":"edge","type":"Device","healthStatus":"green","sw_version":"7.4.1","hostName":"10.1.1.1"}]}"#;
        recorder.response(200, &[("Content-Type", b"application/json")], body)
    });
    let wanted = [
        "> POST /api/fmc_platform/v1/auth/generatetoken HTTP/1.1",
        "> Host: host-1",
        "> Authorization: Basic secret-1",
        "< HTTP/1.1 204",
        "< Server: Apache",
        "< X-auth-access-token: token-1",
        "> GET /api/fmc_config/v1/domain/uuid-1/devices/devicerecords?expanded=true&limit=25 HTTP/1.1",
        "> X-auth-access-token: token-1",
        r#"<       "healthStatus": "green","#,
        r#"<       "hostName": "address-1","#,
        r#"<       "sw_version": "7.4.1","#,
    ];
    for line in wanted {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is missing in:\n{text}"
        );
    }
    for gone in ["Paris", "YXBpOnB3", "edge", "10.1.1.1", "fmc1.example"] {
        assert!(!text.contains(gone), "{gone} in:\n{text}");
    }
}

#[test]
fn a_long_body_is_cut() {
    let body = format!(r#"{{"items":[{}1]}}"#, "1,".repeat(BODY_LIMIT));
    let text = transcript(|recorder| recorder.response(200, &[], body.as_bytes()));
    assert!(text.len() < 2 * BODY_LIMIT + 1000, "{}", text.len());
    assert!(text.contains("(cut; the body has"));
}

#[test]
fn a_transcript_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transcript");
    let record = Record::open(Some(&path)).unwrap().unwrap();
    record.failure("why");
    assert_eq!(record.problem(), None);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .ends_with("\n! why\n")
    );
    let nowhere = Record::open(Some(&folder.path().join("no/such")));
    assert!(matches!(nowhere, Err(Failure::Usage(_))));
}

#[test]
fn names_in_fields_and_numbers_that_name_are_replaced() {
    let text = transcript(|recorder| {
        let fields: &[Field<'_>] = &[
            ("Server", b"fw1.corp.example"),
            ("WWW-Authenticate", br#"Basic realm="api@fw1.corp.example""#),
        ];
        recorder.response(401, fields, br#"{"serialNumber":12345678,"count":25}"#)
    });
    for gone in ["corp", "api@", "12345678"] {
        assert!(!text.contains(gone), "{gone} in:\n{text}");
    }
    for kept in ["Basic realm=", "\"count\": 25"] {
        assert!(text.contains(kept), "{kept} is missing in:\n{text}");
    }
}

/// Whoever reads the report must see which class a chassis was asked for.
#[test]
fn a_class_query_stays_readable() {
    let text = transcript(|recorder| {
        recorder.request("GET", "/api?classId=faultInst", &[], b"")?;
        recorder.response(200, &[], br#"{"faultInst":[{"severity":"major"}]}"#)
    });
    assert!(text.contains("GET /api?classId=faultInst "), "{text}");
    assert!(text.contains("\"faultInst\": ["), "{text}");
}
