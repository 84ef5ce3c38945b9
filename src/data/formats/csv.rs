//! Tables as text: an item a row, its numbers in columns, which a first row may name. CSV, TSV, and other delimiters.
//!
//! Quoted as RFC 4180 has it. The delimiter and whether there is a row of names are found out by the first rows, and said.

use std::io::{Cursor, Read};

use ::csv::{ByteRecord, Reader, ReaderBuilder};

use super::Format;
use super::text::{self, Allowance, Bounded, MARK};
use crate::data::{Announced, Found, ItemShape, ReadingRules, Source, Values};
use crate::words::plain;

pub(super) const FORMAT: Format = Format {
    name: "CSV",
    recognises: is_table,
    endings: &["csv", "tsv", "tab"],
    announce: table,
};

/// What may stand between two fields; the first of those that stand equally often.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// How much of a file tells the delimiter.
const BEGINNING: u64 = 1 << 16;
/// The most numbers that are held: 4 GiB.
const MOST_NUMBERS: usize = 1 << 30;
/// Columns that hold labels by their names where nobody says otherwise.
const LABELS: [&str; 4] = ["label", "labels", "class", "species"];
/// The column that says which items are held out where nobody says otherwise.
const SPLIT: &str = "split";
/// How many columns are named where one is looked for in vain.
const MOST_NAMED: usize = 8;

/// Whether it is text whose first rows have several fields, and numbers among them.
fn is_table(head: &[u8]) -> bool {
    let head = head.strip_prefix(MARK).unwrap_or(head);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut off at the end.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_other = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    if text.contains(is_other) {
        return false;
    }
    let is_row = |line: &str| {
        DELIMITERS.iter().any(|&delimiter| {
            let fields: Vec<&str> = line.split(char::from(delimiter)).collect();
            let is_number =
                |field: &&str| text::number(field.trim_matches('"').as_bytes()).is_some_and(f32::is_finite);
            fields.len() > 1 && fields.iter().any(is_number)
        })
    };
    // The first row may hold names.
    text.lines().take(2).any(is_row)
}

/// Items in the rows; only reading tells how many there are.
fn table<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let rules = rules.clone();
    Ok(Announced {
        head: None,
        read: Box::new(move || read(source.bytes, &rules)),
    })
}

fn read(mut bytes: impl Read, rules: &ReadingRules) -> Result<Found, String> {
    let mut beginning = Vec::new();
    let arrived = bytes.by_ref().take(BEGINNING).read_to_end(&mut beginning);
    arrived.map_err(|error| error.to_string())?;
    let beginning = match beginning.strip_prefix(MARK) {
        Some(rest) => rest.to_vec(),
        None => beginning,
    };
    let delimiter = delimiter(&beginning);
    let (bounded, allowance) = Bounded::new(Cursor::new(beginning).chain(bytes), "a row");
    let mut rows = Rows {
        reader: ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(bounded),
        allowance,
    };
    let first = rows.next()?.ok_or("it has no rows")?;
    let second = rows.next()?;
    let columns = Columns::of(&first, second.as_ref(), rules)?;
    let mut table = Table::new(columns);
    if !table.columns.is_named {
        table.take_in(&first)?;
    }
    let mut row = second;
    while let Some(record) = row {
        table.take_in(&record)?;
        row = rows.next()?;
    }
    table.found(rules)
}

/// The delimiter that stands most often in the first row, outside quotation marks.
fn delimiter(beginning: &[u8]) -> u8 {
    let mut counts = [0; DELIMITERS.len()];
    let mut is_quoted = false;
    for byte in beginning {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted && counts != [0; DELIMITERS.len()] => break,
            _ if is_quoted => {}
            _ => {
                if let Some(at) = DELIMITERS.iter().position(|delimiter| delimiter == byte) {
                    counts[at] += 1;
                }
            }
        }
    }
    let most = counts.iter().max();
    let at = counts.iter().position(|count| Some(count) == most);
    DELIMITERS[at.unwrap_or(0)]
}

/// The rows of a table, one after the other.
struct Rows<R> {
    reader: Reader<Bounded<R>>,
    allowance: Allowance,
}

impl<R: Read> Rows<R> {
    fn next(&mut self) -> Result<Option<ByteRecord>, String> {
        self.allowance.renew();
        let mut record = ByteRecord::new();
        match self.reader.read_byte_record(&mut record) {
            Ok(true) => Ok(Some(record)),
            Ok(false) => Ok(None),
            Err(error) => Err(match error.into_kind() {
                ::csv::ErrorKind::Io(error) => error.to_string(),
                _ => "its rows can't be read".into(),
            }),
        }
    }
}

/// What the columns hold.
struct Columns {
    /// Whether the first row holds names.
    is_named: bool,
    /// Of all columns, where the first row holds names.
    names: Vec<String>,
    count: usize,
    label: Option<usize>,
    split: Option<usize>,
    notes: Vec<String>,
}

impl Columns {
    /// As the first two rows and a person say it.
    fn of(first: &ByteRecord, second: Option<&ByteRecord>, rules: &ReadingRules) -> Result<Self, String> {
        let is_number = |row: &ByteRecord, column: usize| row.get(column).and_then(text::number).is_some();
        // A name stands above a number; a text above a text is a label.
        let is_named = second.is_some_and(|second| {
            (0..first.len()).any(|column| !is_number(first, column) && is_number(second, column))
        });
        let name = |field: &[u8]| plain(String::from_utf8_lossy(field).trim());
        let names: Vec<String> = match is_named {
            true => first.iter().map(name).collect(),
            false => Vec::new(),
        };
        let mut notes = vec![match is_named {
            true => "the first row names the columns".to_owned(),
            false => "no row names the columns".to_owned(),
        }];
        let called = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let split = match &rules.split_column {
            Some(wish) => Some(column(wish, &names, first.len())?),
            None => called(SPLIT),
        };
        let label = match &rules.label {
            Some(wish) => Some(column(wish, &names, first.len())?),
            None => {
                let sample = second.unwrap_or(first);
                let is_text = |column: &usize| !is_number(sample, *column) && Some(*column) != split;
                let texts: Vec<usize> = (0..first.len()).filter(is_text).collect();
                let alone = match texts[..] {
                    [text] => Some(text),
                    _ => None,
                };
                LABELS.iter().find_map(|name| called(name)).or(alone)
            }
        };
        if let (Some(label), None) = (label, &rules.label) {
            let name = names
                .get(label)
                .map_or(String::new(), |name| format!(" ({name})"));
            notes.push(format!("column {}{name} is taken as the labels", label + 1));
        }
        Ok(Self {
            is_named,
            names,
            count: first.len(),
            label,
            split,
            notes,
        })
    }

    /// The columns whose numbers are those of an item.
    fn features(&self) -> impl Iterator<Item = usize> {
        (0..self.count).filter(|column| Some(*column) != self.label && Some(*column) != self.split)
    }
}

/// The column that a person means by its name or, counted from 1, its number.
fn column(wish: &str, names: &[String], count: usize) -> Result<usize, String> {
    let called = names.iter().position(|name| name == wish);
    let numbered = || wish.parse().ok().filter(|number| (1..=count).contains(number));
    if let Some(column) = called.or_else(|| numbered().map(|number| number - 1)) {
        return Ok(column);
    }
    if names.is_empty() {
        return Err(format!(
            "it has no column {wish:?}: its {count} columns have no names, so that a number from 1 to {count} is meant"
        ));
    }
    let mut named: Vec<&str> = names.iter().take(MOST_NAMED).map(String::as_str).collect();
    if names.len() > MOST_NAMED {
        named.push("...");
    }
    Err(format!(
        "it has no column {wish:?}: its columns are {}",
        named.join(", ")
    ))
}

/// What was read of a table.
struct Table {
    columns: Columns,
    features: Vec<usize>,
    rows: usize,
    numbers: Vec<f32>,
    labels: Vec<String>,
    parts: Vec<String>,
}

impl Table {
    fn new(columns: Columns) -> Self {
        Self {
            features: columns.features().collect(),
            columns,
            rows: 0,
            numbers: Vec::new(),
            labels: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn take_in(&mut self, row: &ByteRecord) -> Result<(), String> {
        self.rows += 1;
        let place = || format!("row {}", self.rows);
        let count = self.columns.count;
        if row.len() != count {
            return Err(format!(
                "its {} has {} field(s), but the first row has {count}",
                place(),
                row.len()
            ));
        }
        if self.numbers.len() + count > MOST_NUMBERS || self.numbers.try_reserve(count).is_err() {
            return Err(format!(
                "its rows up to {} are more than 4 GiB or than the memory that there is",
                place()
            ));
        }
        for &column in &self.features {
            let number = text::number(&row[column]).ok_or_else(|| {
                let name = self.columns.names.get(column);
                let name = name.map_or(String::new(), |name| format!(" ({name})"));
                let field: String = String::from_utf8_lossy(&row[column]).chars().take(40).collect();
                format!(
                    "its field {field:?} in {}, column {}{name} is no number: --label says which column holds labels",
                    place(),
                    column + 1
                )
            })?;
            self.numbers.push(number);
        }
        let text = |column: usize| String::from_utf8_lossy(&row[column]).into_owned();
        if let Some(label) = self.columns.label {
            self.labels.push(text::label(&text(label)));
        }
        if let Some(split) = self.columns.split {
            self.parts.push(text(split).trim().to_owned());
        }
        Ok(())
    }

    fn found(self, rules: &ReadingRules) -> Result<Found, String> {
        let Self {
            mut columns,
            features,
            numbers,
            labels,
            parts,
            ..
        } = self;
        let names = features
            .iter()
            .filter_map(|&column| columns.names.get(column).cloned());
        let names: Vec<String> = names.collect();
        let count = features.len();
        if count == 0 {
            return Err("it has no column of numbers".into());
        }
        let shape = match rules.shape {
            Some(wish) if wish.numbers() != count => {
                return Err(format!("it has rows of {count} numbers, which can't be {wish}"));
            }
            Some(wish) => wish,
            None => ItemShape::Vector { features: count },
        };
        let values = Values::of_numbers(numbers);
        let side = count.isqrt();
        if rules.shape.is_none() && side > 7 && side * side == count && values.are_bytes() {
            columns.notes.push(format!(
                "rows of {count} whole numbers up to 255 may be images: --shape {side}x{side} reads them so"
            ));
        }
        Ok(Found {
            labels,
            parts,
            features: names,
            notes: columns.notes,
            ..Found::new(shape, values)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, rules: &str) -> Result<Found, String> {
        read(text.as_bytes(), &ReadingRules::parse(rules).unwrap())
    }

    #[test]
    fn a_table_with_names_and_labels_is_read_whatever_its_delimiter() {
        for delimiter in [",", "\t", ";", "|"] {
            let text = "length,\"width, mm\",species\n1.5,2,setosa\n 3 ,-4e1,\"virgin\"\"ica\"\n"
                .replace(", mm", "\u{1}")
                .replace(',', delimiter)
                .replace('\u{1}', ", mm");
            assert!(is_table(text.as_bytes()));
            let found = parsed(&format!("\u{feff}{text}"), "usual").unwrap();
            assert_eq!(found.shape, ItemShape::Vector { features: 2 });
            assert_eq!(found.values, Values::Floats(vec![1.5, 2.0, 3.0, -40.0]));
            assert_eq!(found.features, ["length", "width, mm"]);
            assert_eq!(found.labels, ["setosa", "virgin\"ica"]);
            assert!(found.notes[0].contains("names") && found.notes[1].contains("column 3 (species)"));
        }
    }

    #[test]
    fn rows_without_names_are_items_from_the_first_on() {
        let found = parsed("1,2,a\n3,4,b\r\n5,6,a", "usual").unwrap();
        assert_eq!(found.values, Values::Bytes(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!((found.labels.len(), found.features.len()), (3, 0));
        assert!(found.notes[0].contains("no row"));
    }

    #[test]
    fn columns_are_meant_by_name_or_number() {
        let text = "kind,x,y,part\n1,5,6,train\n2.0,7,8,test\n";
        for rules in ["label=kind; split-column=part", "label=1; split-column=4"] {
            let found = parsed(text, rules).unwrap();
            assert_eq!(found.labels, ["1", "2"], "numbers without needless zeros");
            assert_eq!(found.parts, ["train", "test"]);
            assert_eq!(found.features, ["x", "y"]);
        }
        let said = parsed(text, "label=color").unwrap_err();
        assert!(said.contains("kind, x, y, part"), "{said}");
        assert!(parsed("1,2\n3,4\n", "label=3").unwrap_err().contains("1 to 2"));
    }

    #[test]
    fn missing_values_are_no_numbers_yet_and_other_text_is_refused_with_its_place() {
        let found = parsed("a,b\n1,\nNA,2.5\n", "usual").unwrap();
        let Values::Floats(numbers) = found.values else {
            panic!("a value is missing")
        };
        assert!(numbers[1].is_nan() && numbers[2].is_nan() && numbers[3] == 2.5);
        for (text, expected) in [
            ("a,b\n1,2\n3,x\n", "field \"x\" in row 2, column 2 (b)"),
            (
                "1,2\n3,4\n\n5,6,7\n",
                "row 3 has 3 field(s), but the first row has 2",
            ),
            ("a,b,c\n1,x,y\n2,z,w\n", "field \"x\" in row 1, column 2 (b)"),
            ("x,y\nz,w\n", "no number"),
        ] {
            let said = parsed(text, "usual").unwrap_err();
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }

    #[test]
    fn images_in_rows_have_the_shape_that_a_person_says() {
        let row = (0..64)
            .map(|pixel| pixel.to_string())
            .collect::<Vec<_>>()
            .join(",");
        let text = format!("{row}\n{row}\n");
        assert!(parsed(&text, "usual").unwrap().notes[1].contains("--shape 8x8"));
        assert_eq!(parsed(&text, "shape=8x8").unwrap().shape, ItemShape::grey(8, 8));
        assert!(parsed(&text, "shape=9x9").unwrap_err().contains("can't be"));
    }

    #[test]
    fn text_is_no_table_unless_numbers_stand_in_its_rows() {
        for table in ["1,2\n", "a;b\n1;2\n", "pixel0,pixel1\n0,"] {
            assert!(is_table(table.as_bytes()), "{table}");
        }
        for other in [
            "hello, world",
            "Dear reader,\nit is late",
            "12\n13\n",
            "",
            "1,2\0",
        ] {
            assert!(!is_table(other.as_bytes()), "{other}");
        }
    }
}
