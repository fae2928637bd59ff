//! The first lines of a table: which separator it has, and what stands above its header.

/// Lines that are looked at.
const LOOKED_AT: usize = 24;

/// Most lines of a title above a header.
const MOST_OF_A_TITLE: usize = 5;

/// The separator of a line. A bar is one where there is no other, for cells list classes with it.
pub(super) fn separator(line: &str) -> u8 {
    let count = |separator: &u8| cells(line, *separator).count();
    let usual = [b'\t', b';', b','].into_iter().max_by_key(count);
    let usual = usual.unwrap_or(b',');
    match count(&usual) == 1 && count(&b'|') > 1 {
        true => b'|',
        false => usual,
    }
}

/// The cells of a line, with their quotes.
fn cells(line: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    line.split(move |character: char| {
        is_quoted ^= character == '"';
        !is_quoted && character == char::from(separator)
    })
    .map(str::trim)
}

/// A table whose lines above the header are empty, so that the others keep their numbers: comments
/// behind `#` or `%`, the separator as Excel writes it (`sep=;`), and a title.
pub(super) fn without_title(text: String) -> String {
    let lines: Vec<&str> = text.lines().take(LOOKED_AT).collect();
    let mut open: Vec<(usize, &str)> = lines.iter().copied().enumerate().collect();
    open.retain(|(_, line)| !line.trim().is_empty());
    let is_comment = |line: &str| line.trim_start_matches('"').starts_with(['#', '%']);
    let is_said = |line: &str| {
        let said = line.get(..4);
        said.is_some_and(|said| said.eq_ignore_ascii_case("sep=")) && line.len() < 7
    };
    let first = open
        .iter()
        .position(|(_, line)| !is_comment(line) && !is_said(line))
        .unwrap_or(0);
    // A header may stand behind such a sign, too.
    let is_above = first > 0 && is_comment(open[first - 1].1);
    let first = match is_above && is_header(open[first - 1].1, open[first].1) {
        true => first - 1,
        false => first,
    };
    let rest: Vec<&str> = open[first..].iter().map(|one| one.1).collect();
    let Some(&(header, _)) = open.get(first + title(&rest)).filter(|one| one.0 > 0) else {
        return text;
    };
    let above = lines[..header].iter();
    let start: usize = text
        .split_inclusive('\n')
        .take(header)
        .map(str::len)
        .sum::<usize>();
    let mut kept: String = above.map(|_| '\n').collect();
    kept.push_str(&text[start..]);
    kept
}

/// Whether a line behind `#` names the columns of the line below it: as many, in few words.
fn is_header(line: &str, below: &str) -> bool {
    let separator = separator(below);
    let first = cells(line, separator).next().unwrap_or_default();
    let words = first.trim_start_matches(['"', '#', '%']).split_whitespace();
    let count = cells(line, separator).count();
    count > 1 && count == cells(below, separator).count() && words.count() <= 2
}

/// How many lines are a title above a header: one cell each, where the lines below have all as many
/// cells as the header has, and more than one.
fn title(lines: &[&str]) -> usize {
    const LOOKED_AT_BELOW: usize = 4;
    let is_table = |from: usize| {
        let own: Vec<&&str> = lines.iter().skip(from).take(LOOKED_AT_BELOW).collect();
        let separator = own.first().map_or(b',', |line| separator(line));
        let counts: Vec<usize> = own
            .iter()
            .map(|line| cells(line, separator).count())
            .collect();
        let are_equal = counts.iter().all(|count| *count == counts[0] && *count > 1);
        (counts.len() > 1 && are_equal).then_some(separator)
    };
    // Spreadsheets fill a title's line up with empty cells.
    let is_title = |line: &str, separator: u8| {
        let all: Vec<&str> = cells(line, separator).collect();
        let is_filled_up = all.len() > 2 && all[1..].iter().all(|cell| cell.is_empty());
        !all[0].is_empty() && (all.len() == 1 || is_filled_up)
    };
    let is_whole = |line: &str, separator: u8| cells(line, separator).all(|one| !one.is_empty());
    let found = (1..=MOST_OF_A_TITLE.min(lines.len())).find(|&from| {
        is_table(from).is_some_and(|separator| {
            let mut above = lines[..from].iter();
            above.all(|line| is_title(line, separator)) && is_whole(lines[from], separator)
        })
    });
    found.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_separates_where_nothing_else_does() {
        assert_eq!(separator("a|b|c"), b'|');
        assert_eq!(separator("a.jpg,x|y|z"), b',');
        assert_eq!(separator("a;\"b,c,d\";e"), b';');
        assert_eq!(separator("a\tb"), b'\t');
        assert_eq!(separator("a"), b',');
    }

    #[test]
    fn what_stands_above_the_header_is_left_empty() {
        let table = "image,patient\na.jpg,P1\nb.jpg,P2\n";
        for above in [
            "# exported 2023-01-04 by tool\n",
            "# exported by tool, release 2\n",
            "% one\n\n% two\n",
            "sep=,\n",
            "Patients of 2023\n",
            "Patients of 2023\n\nsecond hospital\r\n",
        ] {
            let lines = above.lines().count();
            let wanted = format!("{}{table}", "\n".repeat(lines));
            assert_eq!(without_title(format!("{above}{table}")), wanted, "{above}");
        }
        let filled = "Patients,,\nimage,patient,age\na.jpg,P1,3\nb.jpg,P2,4\n";
        assert_eq!(
            without_title(filled.to_owned()),
            filled.replacen("Patients,,", "", 1)
        );
    }

    #[test]
    fn headers_and_rows_are_no_titles() {
        for text in [
            "image,patient\na.jpg,P1\n",
            "#image,patient\na.jpg,P1\nb.jpg,P2\n",
            "image\na.jpg\nb.jpg\n",
            // An index without a name, and a column that few rows fill.
            ",image\n0,a.jpg\n1,b.jpg\n",
            "image,,\na.jpg,,\nb.jpg,,\n",
            "",
            "# only a comment",
        ] {
            assert_eq!(without_title(text.to_owned()), text);
        }
    }
}
