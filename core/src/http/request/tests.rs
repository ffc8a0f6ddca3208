//! Heads as a server reads them.

use std::string::String;
use std::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const METHODS: [Method; 6] = [
    Method::Delete,
    Method::Get,
    Method::Head,
    Method::Patch,
    Method::Post,
    Method::Put,
];
const NAMES: [&str; 4] = ["Host", "X-auth-access-token", "username", "A_b.c"];

type Fields = Vec<(&'static str, Vec<Vec<u8>>)>;

fn fields() -> impl Strategy<Value = Fields> {
    let byte = prop_oneof![8 => 0x21u8..=0x7e, 1 => 0x80u8.., 1 => select(b" \t".to_vec())];
    let value = vec(vec(byte, 0..9), 0..4).prop_filter("blank at an end", |v| {
        v.concat().trim_ascii().len() == v.concat().len()
    });
    vec((select(NAMES.to_vec()), value), 0..6)
}

fn write(out: &mut [u8], method: Method, path: &[&str], fields: &Fields) -> Result<usize, Error> {
    let mut head = HeadWriter::new(out);
    head.request_line(method, path)?;
    for (name, pieces) in fields {
        head.field_with(name, |value| {
            pieces.iter().for_each(|piece| value.push(piece));
        })?;
    }
    head.finish()
}

proptest! {
    #[test]
    fn a_server_reads_what_was_written(
        method in select(METHODS.to_vec()),
        path in vec("[!-\"$-~]{0,9}", 0..4),
        fields in fields(),
    ) {
        let path: Vec<&str> = core::iter::once("/").chain(path.iter().map(String::as_str)).collect();
        let mut out = [0; 1024];
        let len = write(&mut out, method, &path, &fields).expect("nothing is forbidden");
        let mut headers = [httparse::EMPTY_HEADER; 8];
        let mut request = httparse::Request::new(&mut headers);
        prop_assert_eq!(request.parse(&out[..len]), Ok(httparse::Status::Complete(len)));
        prop_assert_eq!(request.method, Some(method.as_str()));
        prop_assert_eq!(request.path.map(String::from), Some(path.concat()));
        prop_assert_eq!(request.version, Some(1));
        let read: Vec<_> = request.headers.iter().map(|h| (h.name, h.value.to_vec())).collect();
        let written: Vec<_> = fields.iter().map(|(name, v)| (*name, v.concat())).collect();
        prop_assert_eq!(read, written);
    }

    /// Too small by whatever, the error names the length that is enough.
    #[test]
    fn a_small_buffer_is_told_its_size_and_holds_nothing(fields in fields(), less in 1usize..40) {
        let mut out = [0; 1024];
        let len = write(&mut out, Method::Get, &["/p"], &fields).expect("it fits");
        let small = &mut [b'x'; 1024][..len.saturating_sub(less)];
        let error = ResourceError::RequestBuffer { needed: len as u32 };
        prop_assert_eq!(write(small, Method::Get, &["/p"], &fields), Err(error.into()));
        prop_assert!(small.iter().all(|&byte| byte == 0));
        prop_assert_eq!(write(&mut out[..len], Method::Get, &["/p"], &fields), Ok(len));
    }

    /// Whatever the caller brings, a server sees one head and our fields.
    #[test]
    fn nothing_can_be_smuggled(
        path in "/?\\PC{0,6}[\r\n\t #\u{0}]?[a-z]{0,3}",
        value in vec(prop_oneof![any::<u8>(), select(b"ab \r\n:\0\t".to_vec())], 0..12),
    ) {
        let mut out = [b'x'; 256];
        match write(&mut out, Method::Get, &[&path], &std::vec![("A", std::vec![value.clone()])]) {
            Ok(len) => {
                let mut headers = [httparse::EMPTY_HEADER; 8];
                let mut request = httparse::Request::new(&mut headers);
                prop_assert_eq!(request.parse(&out[..len]), Ok(httparse::Status::Complete(len)));
                prop_assert_eq!(request.path, Some(&path[..]));
                let [field] = &request.headers else { panic!("one field") };
                prop_assert_eq!(field.value, &value[..]);
            }
            Err(_) => prop_assert_eq!(out, [0; 256]),
        }
    }

    #[test]
    fn numbers_are_decimal(number: u64, shift in 0u32..64) {
        let number = number >> shift;
        let mut out = [0; 64];
        let mut head = HeadWriter::new(&mut out);
        head.field_with("N", |value| value.write_u64(number)).expect("digits");
        let len = head.finish().expect("it fits");
        let printed = std::format!("N: {number}\r\n\r\n");
        prop_assert_eq!(&out[..len], printed.as_bytes());
    }
}

#[test]
fn paths_are_refused_by_name() {
    for (path, error) in [
        (&[][..], ConfigError::Empty(Part::Path)),
        (&["", ""], ConfigError::Empty(Part::Path)),
        (
            &["api"],
            ConfigError::Forbidden(Part::Path, Forbidden::Character),
        ),
        (
            &["", "?/"],
            ConfigError::Forbidden(Part::Path, Forbidden::Character),
        ),
        (
            &["/a#b"],
            ConfigError::Forbidden(Part::Path, Forbidden::Character),
        ),
        (
            &["/é"],
            ConfigError::Forbidden(Part::Path, Forbidden::Character),
        ),
        (
            &["/", "a b"],
            ConfigError::Forbidden(Part::Path, Forbidden::Blank),
        ),
        (
            &["/\x7f"],
            ConfigError::Forbidden(Part::Path, Forbidden::Blank),
        ),
        (
            &["/\t"],
            ConfigError::Forbidden(Part::Path, Forbidden::Blank),
        ),
        (
            &["/\r\nA: b"],
            ConfigError::Forbidden(Part::Path, Forbidden::LineBreak),
        ),
        (
            &["\n/"],
            ConfigError::Forbidden(Part::Path, Forbidden::LineBreak),
        ),
        (
            &["/\0"],
            ConfigError::Forbidden(Part::Path, Forbidden::LineBreak),
        ),
    ] {
        let mut out = [b'x'; 64];
        assert_eq!(
            write(&mut out, Method::Get, path, &Vec::new()),
            Err(error.into()),
            "{path:?}"
        );
        assert_eq!(out, [0; 64]);
    }
}

#[test]
fn fields_are_refused_by_name() {
    for (name, value, part, why) in [
        ("A", &b" b"[..], Part::FieldValue, Forbidden::BlankAtEnd),
        ("A", b"b\t", Part::FieldValue, Forbidden::BlankAtEnd),
        ("A", b" ", Part::FieldValue, Forbidden::BlankAtEnd),
        ("A", b"b\r\nC: d", Part::FieldValue, Forbidden::LineBreak),
        ("A", b"b\n", Part::FieldValue, Forbidden::LineBreak),
        ("A", b"b\0", Part::FieldValue, Forbidden::LineBreak),
        ("A", b"b\x1bc", Part::FieldValue, Forbidden::Character),
        ("A", b"\x7f", Part::FieldValue, Forbidden::Character),
        ("A b", b"c", Part::FieldName, Forbidden::Character),
        ("A:", b"c", Part::FieldName, Forbidden::Character),
    ] {
        let mut out = [b'x'; 64];
        let mut head = HeadWriter::new(&mut out);
        let error = ConfigError::Forbidden(part, why);
        assert_eq!(head.field(name, value), Err(error), "{name:?}: {value:?}");
        // Nothing that follows makes it good again.
        assert_eq!(head.field("B", b"fine"), Ok(()));
        assert_eq!(head.finish(), Err(error.into()));
        assert_eq!(out, [0; 64]);
    }
    let mut out = [b'x'; 64];
    assert_eq!(
        HeadWriter::new(&mut out).field("", b"b"),
        Err(ConfigError::Empty(Part::FieldName))
    );
}

#[test]
fn a_head_that_is_given_up_leaves_no_secret() {
    let mut out = [b'x'; 64];
    let mut head = HeadWriter::new(&mut out);
    head.field("password", b"hunter2")
        .expect("nothing is forbidden");
    drop(head);
    assert_eq!(out, [0; 64]);
}
