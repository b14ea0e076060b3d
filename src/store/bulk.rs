//! Bulk statements: many rows in one statement, for any database: `WITH name (columns) AS (VALUES …)`.

/// Rows of one statement. Of a few sizes only, so that each is prepared once; the largest has far fewer parameters than
/// any database takes.
const ROWS: [usize; 5] = [256, 64, 16, 4, 1];

/// How many of so many rows go into the next statement; none of none.
pub(super) fn run(rows: usize) -> Option<usize> {
    ROWS.into_iter().find(|size| *size <= rows)
}

/// Rows in as few runs as there can be.
pub(super) fn runs<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let (run, rest) = rows.split_at(run(rows.len())?);
        rows = rest;
        Some(run)
    })
}

/// So many parameters, from `$first` on: `$2, $3`.
pub(super) fn places(count: usize, first: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// The parameters of so many rows, from `$first` on: `($2, $3), ($4, $5)`.
pub(in crate::store) fn values(rows: usize, columns: usize, first: usize) -> String {
    let row = |row: usize| {
        let from = first + row * columns;
        let all: Vec<_> = (from..from + columns).map(|n| format!("${n}")).collect();
        format!("({})", all.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_split_into_few_batch_sizes_and_none_is_lost() {
        let rows: Vec<_> = (0..603).collect();
        let sizes: Vec<_> = runs(&rows).map(<[_]>::len).collect();
        assert_eq!(sizes, [256, 256, 64, 16, 4, 4, 1, 1, 1]);
        assert_eq!(runs(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(runs::<u8>(&[]).count(), 0);
    }

    #[test]
    fn parameters_are_numbered() {
        assert_eq!(values(2, 3, 2), "($2, $3, $4), ($5, $6, $7)");
    }
}
