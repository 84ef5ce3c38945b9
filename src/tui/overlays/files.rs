//! The file picker of the form: folders and files, each with what it is, to choose data from.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::form::Form;
use crate::data::listing::{EntryKind, Listing};
use crate::language::tr;
use crate::tui::widgets::text_field::TextField;
use crate::tui::{layout, text, theme};

/// Columns of the picker with its frame, and its rows at most.
const WIDTH: u16 = 90;
const HEIGHT: u16 = 24;
/// Lines above the list: the folder, and the filter.
const HEADING: usize = 2;

/// A folder, the selected row of it, and the form that waits for a choice.
#[derive(Debug)]
pub struct FilePicker {
    form: Box<Form>,
    /// What was asked to be listed and has not come yet.
    awaited: Option<String>,
    listing: Option<Listing>,
    /// Only names with this text are shown.
    filter: TextField,
    rows: Vec<Row>,
    selected: usize,
    fault: Option<String>,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    /// The folder itself, as data: the images in it.
    Itself,
    /// The folder around it.
    Around,
    /// An entry, by its place in the listing.
    Entry(usize),
}

/// What a key leads to.
#[derive(Debug)]
pub enum Outcome {
    /// The picker stays open.
    Open,
    /// The picker is closed.
    Cancelled,
    /// This is to be the data.
    Chosen(String),
    /// This folder is to be listed.
    Look(String),
}

impl FilePicker {
    /// In front of `form`, until what lies near `near` is listed.
    pub fn new(form: Box<Form>, near: &str) -> Self {
        Self {
            form,
            awaited: Some(near.into()),
            listing: None,
            filter: TextField::default(),
            rows: Vec::new(),
            selected: 0,
            fault: None,
        }
    }

    /// The form, which comes back.
    pub fn into_form(self) -> Box<Form> {
        self.form
    }

    /// Takes in what lies near `near`, unless something else was asked for since; where that can't be listed, what is on the
    /// screen stays.
    pub fn take_in(&mut self, near: &str, listed: Result<Listing, String>) {
        if self.awaited.as_deref() != Some(near) {
            return;
        }
        self.awaited = None;
        match listed {
            Ok(listing) => {
                self.listing = Some(listing);
                self.filter = TextField::default();
                self.search();
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// Filters, moves through the list, opens folders, chooses or leaves.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        self.fault = None;
        let last = self.rows.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Up | KeyCode::BackTab => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down | KeyCode::Tab => self.selected = (self.selected + 1).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(last),
            KeyCode::Enter => return self.choose(),
            KeyCode::Backspace if self.filter.value().is_empty() => return self.look(Row::Around),
            _ if self.filter.key(key) => self.search(),
            _ => {}
        }
        Outcome::Open
    }

    /// Adds what was pasted to the filter.
    pub fn paste(&mut self, pasted: &str) {
        self.filter.paste(pasted);
        self.search();
    }

    fn choose(&mut self) -> Outcome {
        let Some(&row) = self.rows.get(self.selected) else {
            return Outcome::Open;
        };
        let is_data = match row {
            Row::Itself => true,
            Row::Around => false,
            Row::Entry(_) => self.kind(row) != EntryKind::Folder,
        };
        match self.path(row) {
            Some(path) if is_data => Outcome::Chosen(path),
            _ => self.look(row),
        }
    }

    /// Asks for the folder of a row, if there is one.
    fn look(&mut self, row: Row) -> Outcome {
        let Some(folder) = self.path(row) else {
            return Outcome::Open;
        };
        self.awaited = Some(folder.clone());
        Outcome::Look(folder)
    }

    /// The path of a row; none around the root.
    fn path(&self, row: Row) -> Option<String> {
        let listing = self.listing.as_ref()?;
        let folder = Path::new(&listing.folder);
        let path = match row {
            Row::Itself => folder.to_owned(),
            Row::Around => folder.parent()?.to_owned(),
            Row::Entry(place) => folder.join(&listing.entries.get(place)?.name),
        };
        path.to_str().map(str::to_owned)
    }

    fn kind(&self, row: Row) -> EntryKind {
        match (row, &self.listing) {
            (Row::Entry(place), Some(listing)) => listing.entries[place].kind,
            _ => EntryKind::Folder,
        }
    }

    /// The rows that fit the filter, in letters of either case; without one, the folder itself and the one around it too.
    fn search(&mut self) {
        self.selected = 0;
        let Some(listing) = &self.listing else {
            return;
        };
        let filter = self.filter.value().to_lowercase();
        let fits = |place: &usize| listing.entries[*place].name.to_lowercase().contains(&filter);
        let entries = (0..listing.entries.len()).filter(fits).map(Row::Entry);
        let others = [Row::Around, Row::Itself]
            .into_iter()
            .filter(|_| filter.is_empty());
        self.rows = others.chain(entries).collect();
    }

    /// Selects the row under the mouse; whether it was selected already.
    pub fn select_at(&mut self, area: Rect, at: Position) -> bool {
        let inside = super::inside(WIDTH, HEIGHT, area);
        let said = self.said().map(|(words, _)| said_rows(&words, inside.width));
        let above = HEADING + said.map_or(0, |rows| rows.len());
        let room = usize::from(inside.height).saturating_sub(above);
        let first = layout::window(self.selected, room, self.rows.len());
        let row = super::row_at(inside, at).and_then(|row| row.checked_sub(above));
        let entry = row
            .map(|row| first + row)
            .filter(|&entry| entry < self.rows.len());
        super::select(&mut self.selected, entry)
    }

    /// Draws the folder, the filter, and below them as much of the list around the selected row as there is room for.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let hint = tr!("Enter choose, Backspace up, Esc back");
        let inside = super::frame(tr!("Data"), hint, WIDTH, HEIGHT, area, buffer);
        let width = usize::from(inside.width);
        let folder = self.listing.as_ref().map_or("", |listing| &listing.folder);
        let folder = text::cut_middle(&text::printable(folder), width).into_owned();
        let mut filter = Line::from(Span::styled("/", theme::selected()));
        filter.spans.extend(self.filter.spans(width.saturating_sub(1)));
        let mut lines = vec![Line::styled(folder, theme::dim()), filter];
        if let Some((words, style)) = self.said() {
            let rows = said_rows(&words, inside.width).into_iter();
            lines.extend(rows.map(|line| Line::styled(line, style)));
        }
        let room = usize::from(inside.height).saturating_sub(lines.len());
        let first = layout::window(self.selected, room, self.rows.len());
        let rows = self.rows.iter().enumerate().skip(first).take(room);
        lines.extend(rows.map(|(place, row)| self.line(*row, place == self.selected, width)));
        Paragraph::new(lines).render(inside, buffer);
    }

    /// What is worth saying of the list.
    fn said(&self) -> Option<(String, Style)> {
        if let Some(fault) = &self.fault {
            let style = Style::new().fg(theme::colours().bad);
            return Some((text::printable(fault).into_owned(), style));
        }
        let words = match &self.listing {
            _ if self.awaited.is_some() => tr!("the folder is being read"),
            Some(_) if self.rows.is_empty() => tr!("no name fits that"),
            Some(listing) if listing.is_partial => tr!("not all of it is listed"),
            _ => return None,
        };
        Some((words.into(), theme::dim()))
    }

    fn line(&self, row: Row, is_selected: bool, width: usize) -> Line<'static> {
        let (mark, style) = if is_selected {
            ("▶ ", theme::selected())
        } else {
            ("  ", theme::plain_text())
        };
        let (name, kind) = match (row, &self.listing) {
            (Row::Entry(place), Some(listing)) => {
                let entry = &listing.entries[place];
                match entry.kind {
                    EntryKind::Folder => (format!("{}/", entry.name), ""),
                    EntryKind::Data(format) => (entry.name.clone(), format),
                    EntryKind::Other => (entry.name.clone(), tr!("not read")),
                    EntryKind::Unseen => (entry.name.clone(), ""),
                }
            }
            (Row::Around, _) => ("../".into(), ""),
            _ => (".".into(), tr!("this folder: its images")),
        };
        let kind = format!("  {kind}");
        let room = width.saturating_sub(text::columns(mark) + text::columns(&kind));
        let name = text::cut_middle(&text::printable(&name), room).into_owned();
        Line::from(vec![
            Span::styled(mark, style),
            Span::styled(text::padded(&name, room), style),
            Span::styled(kind, theme::dim()),
        ])
    }
}

/// What is said above the list, in lines.
fn said_rows(words: &str, width: u16) -> Vec<String> {
    text::fitted(words, usize::from(width), 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::listing::Entry;
    use crate::learning::Configuration;

    fn listing(folder: &str, entries: &[(&str, EntryKind)]) -> Listing {
        let entry = |&(name, kind): &(&str, EntryKind)| Entry {
            name: name.into(),
            kind,
        };
        Listing {
            folder: folder.into(),
            entries: entries.iter().map(entry).collect(),
            is_partial: false,
        }
    }

    fn picker() -> FilePicker {
        let mut picker = FilePicker::new(Box::new(Form::new(&Configuration::default())), "mnist");
        let entries = [
            ("animals", EntryKind::Folder),
            ("Faces.npy", EntryKind::Data("NPY")),
            ("notes.txt", EntryKind::Other),
        ];
        picker.take_in("mnist", Ok(listing("/data", &entries)));
        picker
    }

    fn press(picker: &mut FilePicker, codes: &[KeyCode]) -> Outcome {
        codes
            .iter()
            .fold(Outcome::Open, |_, code| picker.key(KeyEvent::from(*code)))
    }

    fn drawn(picker: &FilePicker) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 14));
        picker.render(buffer.area, &mut buffer);
        let symbols = buffer.content.iter().map(|cell| cell.symbol());
        symbols.collect()
    }

    #[test]
    fn a_file_is_found_by_letters_of_its_name_and_chosen() {
        let mut picker = picker();
        press(
            &mut picker,
            &"face".chars().map(KeyCode::Char).collect::<Vec<_>>(),
        );
        let text = drawn(&picker);
        assert!(text.contains("Faces.npy") && text.contains("NPY") && !text.contains("animals"));
        let outcome = press(&mut picker, &[KeyCode::Enter]);
        assert!(
            matches!(&outcome, Outcome::Chosen(path) if path == "/data/Faces.npy"),
            "{outcome:?}"
        );
        press(&mut picker, &[KeyCode::Char('q')]);
        assert!(drawn(&picker).contains("no name fits that"));
        assert!(matches!(press(&mut picker, &[KeyCode::Enter]), Outcome::Open));
    }

    #[test]
    fn folders_are_opened_both_ways_or_chosen_themselves() {
        let mut picker = picker();
        let outcome = press(&mut picker, &[KeyCode::Down, KeyCode::Down, KeyCode::Enter]);
        assert!(
            matches!(&outcome, Outcome::Look(folder) if folder == "/data/animals"),
            "{outcome:?}"
        );
        assert!(drawn(&picker).contains("is being read"));
        // Another folder is asked for before the first has come, which then changes nothing.
        let outcome = press(&mut picker, &[KeyCode::Backspace]);
        assert!(
            matches!(&outcome, Outcome::Look(folder) if folder == "/"),
            "{outcome:?}"
        );
        picker.take_in("/data/animals", Ok(listing("/data/animals", &[])));
        assert!(drawn(&picker).contains("animals/"));
        picker.take_in("/", Ok(listing("/", &[])));
        assert!(!drawn(&picker).contains("animals"));
        assert!(matches!(press(&mut picker, &[KeyCode::Backspace]), Outcome::Open));
        let outcome = press(&mut picker, &[KeyCode::Down, KeyCode::Enter]);
        assert!(
            matches!(&outcome, Outcome::Chosen(path) if path == "/"),
            "{outcome:?}"
        );
    }

    #[test]
    fn a_folder_that_can_not_be_listed_says_so_and_the_list_stays() {
        let mut picker = picker();
        press(&mut picker, &[KeyCode::Backspace]);
        picker.take_in("/", Err("/ can't be listed: \u{1b}[31m".into()));
        let text = drawn(&picker);
        assert!(
            text.contains("can't be listed") && text.contains("animals/"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
        assert!(matches!(press(&mut picker, &[KeyCode::Esc]), Outcome::Cancelled));
    }

    #[test]
    fn any_size_draws() {
        for width in 0..40 {
            for height in 0..12 {
                let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
                picker().render(buffer.area, &mut buffer);
            }
        }
    }
}
