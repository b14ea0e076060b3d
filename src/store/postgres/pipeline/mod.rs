//! Several statements in one round trip: each is sent without waiting for the answer to the one before it.

mod rows;

use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use futures_util::future::{BoxFuture, MaybeDone, maybe_done};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, SimpleQueryMessage};

use crate::store::Value;

use crate::store::postgres::sql_error::Failure;
use crate::store::postgres::values::Param;

pub(in crate::store::postgres) use rows::over_rows;

/// A statement that is sent without waiting for the one before it.
#[derive(Clone, Debug)]
pub(in crate::store::postgres) enum Statement {
    /// Several without parameters, in one message.
    Batch(String),
    /// One. If a table is named, exactly one of its rows must change.
    Typed(String, Vec<Value>, Option<&'static str>),
    /// One with its parameters, and behind them columns of many rows.
    Columns(String, Vec<Value>, Vec<Vec<Value>>),
}

/// What a server says of a prepared statement that it does not know, or knows already.
const NO_PLAN: [SqlState; 2] = [SqlState::INVALID_SQL_STATEMENT_NAME, SqlState::DUPLICATE_PSTATEMENT];

/// What the server answered to a statement.
#[derive(Debug)]
pub(in crate::store::postgres) enum Said {
    /// The first column of every row.
    Texts(Vec<String>),
    /// Rows.
    Rows(Vec<Row>),
    /// A prepared statement is not there, or another one has its name: the transaction has failed.
    NoPlan,
    /// Of the table that was named, not exactly one row was changed: the transaction has failed.
    NotOne(&'static str),
}

/// The answers in order, the first failure being the last of them.
pub(in crate::store::postgres) type Answers = Vec<Result<Said, Failure>>;

/// A statement that was sent, and whose answer may come.
pub(in crate::store::postgres) type Sent<'a> = Pin<Box<MaybeDone<BoxFuture<'a, Result<Said, tokio_postgres::Error>>>>>;

/// Sends statements in their order, all before the first answer.
pub(in crate::store::postgres) fn send(client: &Client, statements: Vec<Statement>) -> Vec<Sent<'_>> {
    let one = |statement: Statement| -> Sent<'_> {
        let mut answer = Box::pin(maybe_done(said(client, statement).boxed()));
        // The first step of the future hands the statement to the connection.
        let _ = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        answer
    };
    statements.into_iter().map(one).collect()
}

/// A statement in whose place the server reports an error unless exactly one row is changed, so that a commit sent behind it
/// keeps nothing.
fn of_one_row(sql: &str) -> String {
    format!("WITH changed AS ({sql} RETURNING 1) SELECT 1 / COUNT(*) FROM changed")
}

async fn said(client: &Client, statement: Statement) -> Result<Said, tokio_postgres::Error> {
    match statement {
        Statement::Batch(sql) => match client.simple_query(&sql).await {
            Err(why) if why.code().is_some_and(|code| NO_PLAN.contains(code)) => Ok(Said::NoPlan),
            said => said.map(|said| Said::Texts(first_columns(said))),
        },
        Statement::Typed(sql, params, None) => typed(client, &sql, params.into_iter().map(Param::typed)).await,
        Statement::Columns(sql, params, columns) => {
            let columns = columns.into_iter().map(Param::column);
            typed(client, &sql, params.into_iter().map(Param::typed).chain(columns)).await
        }
        Statement::Typed(sql, params, Some(table)) => {
            match typed(client, &of_one_row(&sql), params.into_iter().map(Param::typed)).await {
                Err(why) if why.code() == Some(&SqlState::DIVISION_BY_ZERO) => Ok(Said::NotOne(table)),
                said => said,
            }
        }
    }
}

async fn typed(
    client: &Client,
    sql: &str,
    params: impl Iterator<Item = (Param, Type)>,
) -> Result<Said, tokio_postgres::Error> {
    let stream = client.query_typed_raw(sql, params).await?;
    let (mut stream, mut rows) = (pin!(stream), Vec::new());
    while let Some(row) = stream.next().await {
        rows.push(row?);
    }
    Ok(Said::Rows(rows))
}

fn first_columns(messages: Vec<SimpleQueryMessage>) -> Vec<String> {
    let of = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    messages.into_iter().filter_map(of).collect()
}
