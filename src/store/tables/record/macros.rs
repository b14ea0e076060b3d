//! The list of a tagged table's columns, written once.

/// Makes a record of one list: the struct, and its [`Record`](super::Record) with columns, values and reading. With
/// `cells`, also a view of a row that the database still holds, with a method for each column.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident in $table:literal, cells $cells:ident { $($columns:tt)* }
    ) => {
        $crate::store::tables::record::record! {
            $(#[$doc])*
            $name in $table { $($columns)* }
        }
        $crate::store::tables::record::cells! { $cells of $name { $($columns)* } }
    };
    (
        $(#[$doc:meta])*
        $name:ident in $table:literal $(, summed $summed:literal)? {
            $($(#[$column_doc:meta])* $column:ident: $kind:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            /// The primary key.
            pub id: String,
            /// Version of the row: one more with every change.
            pub version: i64,
            $($(#[$column_doc])* pub $column: $kind,)*
        }

        impl $crate::store::tables::Record for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];
            $(const SUMMED: bool = $summed;)?

            fn id(&self) -> &str {
                &self.id
            }

            fn version(&self) -> i64 {
                self.version
            }

            fn values(&self) -> Vec<$crate::store::Value> {
                vec![$($crate::store::tables::Column::value(&self.$column)),*]
            }

            fn read(
                id: String,
                version: i64,
                row: &mut $crate::store::Row,
            ) -> Result<Self, $crate::store::StoreError> {
                Ok(Self { id, version, $($column: $crate::store::tables::Column::take(row)?),* })
            }
        }
    };
}

macro_rules! cells {
    ($cells:ident of $name:ident { $($(#[$column_doc:meta])* $column:ident: $kind:ty,)* }) => {
        /// The columns of
        #[doc = concat!("[`", stringify!($name), "`]")]
        /// by name, borrowed from a row that the database still holds.
        #[derive(Clone, Copy, Debug)]
        pub struct $cells<'a>(&'a [$crate::store::Cell<'a>]);

        const _: () = {
            /// Where each column is.
            #[allow(non_camel_case_types)]
            enum Index {
                id,
                version,
                $($column,)*
                tag,
            }

            impl<'a> $cells<'a> {
                /// Views a row of [`Record::select`](crate::store::tables::Record::select).
                pub fn of(row: &'a [$crate::store::Cell<'a>]) -> Result<Self, $crate::store::StoreError> {
                    if row.len() == Index::tag as usize + 1 {
                        return Ok(Self(row));
                    }
                    let table = <$name as $crate::store::tables::Record>::TABLE;
                    Err($crate::store::StoreError::Broken(format!("a row of {table} has another length")))
                }

                /// The primary key.
                pub fn id(self) -> Result<&'a str, $crate::store::StoreError> {
                    self.0[Index::id as usize].text()
                }

                /// Version of the row.
                pub fn version(self) -> Result<i64, $crate::store::StoreError> {
                    self.0[Index::version as usize].int()
                }

                $(
                    $(#[$column_doc])*
                    pub fn $column(
                        self,
                    ) -> Result<<$kind as $crate::store::tables::Column>::Cell<'a>, $crate::store::StoreError>
                    {
                        <$kind as $crate::store::tables::Column>::of(self.0[Index::$column as usize])
                    }
                )*
            }
        };
    };
}

pub(in crate::store::tables) use {cells, record};
