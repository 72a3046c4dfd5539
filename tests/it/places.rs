//! Places of addresses, from a `MaxMind` database that the test makes: one network in a tree of 24 nodes.

use crate::decode::rows;
use crate::driver::run;

/// A value of the format's data section.
enum Value {
    Text(&'static str),
    Double(f64),
    U16(u16),
    U32(u32),
    U64(u64),
    Map(Vec<(&'static str, Self)>),
    List(Vec<Self>),
}

/// Type and size; types from eight on stand in a byte of their own.
fn control(kind: u8, size: usize, out: &mut Vec<u8>) {
    // From 29 on the size stands in a byte behind, less 29.
    let (size, more) = if size < 29 { (size, None) } else { (29, Some(size - 29)) };
    let size = u8::try_from(size).unwrap();
    if kind < 8 {
        out.push((kind << 5) | size);
    } else {
        out.extend([size, kind - 7]);
    }
    out.extend(more.map(|more| u8::try_from(more).unwrap()));
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            control(2, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Double(number) => {
            control(3, 8, out);
            out.extend(number.to_be_bytes());
        }
        Value::U16(number) => {
            control(5, 2, out);
            out.extend(number.to_be_bytes());
        }
        Value::U32(number) => {
            control(6, 4, out);
            out.extend(number.to_be_bytes());
        }
        Value::U64(number) => {
            control(9, 8, out);
            out.extend(number.to_be_bytes());
        }
        Value::Map(members) => {
            control(7, members.len(), out);
            for (key, value) in members {
                write(&Value::Text(key), out);
                write(value, out);
            }
        }
        Value::List(items) => {
            control(11, items.len(), out);
            for item in items {
                write(item, out);
            }
        }
    }
}

/// A database in which one IPv4 network of 24 bits has this record.
fn database(network: [u8; 3], record: &Value) -> Vec<u8> {
    const NODES: u32 = 24;
    let mut bytes = Vec::new();
    for depth in 0..NODES {
        let bit = network[depth as usize / 8] >> (7 - depth % 8) & 1;
        // The way of the network leads on; from the last node to the first record, which lies 16 bytes behind the tree.
        let on = if depth + 1 == NODES { NODES + 16 } else { depth + 1 };
        let sides = if bit == 0 { [on, NODES] } else { [NODES, on] };
        for side in sides {
            bytes.extend(&side.to_be_bytes()[1..]);
        }
    }
    bytes.extend([0; 16]);
    write(record, &mut bytes);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    let metadata = Value::Map(vec![
        ("node_count", Value::U32(NODES)),
        ("record_size", Value::U16(24)),
        ("ip_version", Value::U16(4)),
        ("database_type", Value::Text("Test-City")),
        ("languages", Value::List(vec![Value::Text("en")])),
        ("binary_format_major_version", Value::U16(2)),
        ("binary_format_minor_version", Value::U16(0)),
        ("build_epoch", Value::U64(1_772_000_000)),
        ("description", Value::Map(vec![("en", Value::Text("made by a test"))])),
    ]);
    write(&metadata, &mut bytes);
    bytes
}

#[test]
fn addresses_have_places_where_the_database_knows_them() {
    let names = |name| Value::Map(vec![("en", Value::Text(name))]);
    let record = Value::Map(vec![
        ("country", Value::Map(vec![("iso_code", Value::Text("NO")), ("names", names("Norway"))])),
        ("city", Value::Map(vec![("names", names("Bergen"))])),
        ("location", Value::Map(vec![("latitude", Value::Double(60.39)), ("longitude", Value::Double(5.32))])),
        ("autonomous_system_number", Value::U32(64_496)),
        ("autonomous_system_organization", Value::Text("Example Networks")),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let (mmdb, csv) = (folder.path().join("city.mmdb"), folder.path().join("ips.csv"));
    std::fs::write(&mmdb, database([192, 52, 193], &record)).unwrap();
    std::fs::write(&csv, "ip,n\n192.52.193.44,1\n::ffff:192.52.193.45,2\n8.8.8.8,3\n-,4\n").unwrap();
    let (mmdb, csv) = (mmdb.display().to_string(), csv.display().to_string());
    let (code, out, error) = run(&["do", "geoip", "--column", "ip", "--database", &mmdb, &csv, "-o", "-"]);
    assert_eq!(code, 0, "{error}");
    let rows = rows(&out);
    let of = |at: usize| (rows[at]["country"].as_str(), rows[at]["city"].as_str(), rows[at]["asn"].as_str());
    assert_eq!(of(0), ("Norway", "Bergen", "64496"));
    assert_eq!(of(1), of(0));
    assert_eq!((of(2), of(3)), (("", "", ""), ("", "", "")));
    assert_eq!((rows[0]["latitude"].as_str(), rows[0]["as_org"].as_str()), ("60.39", "Example Networks"));
    let (code, _, error) = run(&["do", "geoip", "--column", "ip", "--database", &csv, &csv, "-o", "-"]);
    assert!(code == 1 && error.contains("is no MaxMind database"), "{error}");
}
