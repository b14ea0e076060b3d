//! A client of HTTP/2 by prior knowledge, frame by frame: it sends what no library would.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::support::PATIENCE;

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A response with this status.
    Answered(u16),
    /// Its stream was reset, or the connection closed.
    Ended,
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 32;

/// Bytes that every peer takes in one frame.
const FRAME: usize = 16_384;

/// A request on the first stream of a connection of its own.
#[derive(Clone, Debug, Default)]
pub struct Streamed {
    fields: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    trailers: Vec<(String, String)>,
}

impl Streamed {
    pub fn new(method: &str, path: &str) -> Self {
        let pseudo = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "api.example.com")];
        pseudo.iter().fold(Self::default(), |streamed, (name, value)| streamed.field(name, value))
    }

    /// Fields are sent as they are added: the ones with a colon come first.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The stream stays open for these bytes.
    pub fn body(mut self, body: &[u8]) -> Self {
        self.body = Some(body.to_vec());
        self
    }

    pub fn trailer(mut self, name: &str, value: &str) -> Self {
        self.trailers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn frames(&self) -> Vec<u8> {
        let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        frame(&mut bytes, SETTINGS, 0, 0, &[]);
        let block = block(&self.fields);
        let (mut kind, end) = (HEADERS, if self.body.is_none() { END_STREAM } else { 0 });
        let mut flags = end;
        let mut pieces = block.chunks(FRAME).peekable();
        while let Some(piece) = pieces.next() {
            flags |= if pieces.peek().is_none() { END_HEADERS } else { 0 };
            frame(&mut bytes, kind, flags, 1, piece);
            (kind, flags) = (CONTINUATION, 0);
        }
        if let Some(body) = &self.body {
            frame(&mut bytes, DATA, if self.trailers.is_empty() { END_STREAM } else { 0 }, 1, body);
        }
        if !self.trailers.is_empty() {
            frame(&mut bytes, HEADERS, END_HEADERS | END_STREAM, 1, &self::block(&self.trailers));
        }
        bytes
    }

    /// Sends it and waits for the outcome.
    pub fn to(&self, gateway: SocketAddr) -> Fate {
        let mut stream = TcpStream::connect(gateway).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server that accepts no more of it resets the stream or closes the connection.
        let _ = stream.write_all(&self.frames());
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            while let Some((kind, flags, id, payload)) = take(&mut bytes) {
                match (kind, id) {
                    (SETTINGS, 0) if flags & ACK == 0 => {
                        let mut ack = Vec::new();
                        frame(&mut ack, SETTINGS, ACK, 0, &[]);
                        let _ = stream.write_all(&ack);
                    }
                    (HEADERS, 1) => return Fate::Answered(status(flags, &payload)),
                    (RST_STREAM, 1) | (GOAWAY, 0) => return Fate::Ended,
                    _ => {}
                }
            }
            match stream.read(&mut buffer) {
                Ok(0) => return Fate::Ended,
                Ok(read) => bytes.extend_from_slice(&buffer[..read]),
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => panic!("no answer to {self:?}"),
                Err(_) => return Fate::Ended,
            }
        }
    }
}

fn frame(bytes: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    bytes.extend_from_slice(&length[1..]);
    bytes.extend_from_slice(&[kind, flags]);
    bytes.extend_from_slice(&stream.to_be_bytes());
    bytes.extend_from_slice(payload);
}

/// The next frame that is whole: its type, flags, stream and payload.
fn take(bytes: &mut Vec<u8>) -> Option<(u8, u8, u32, Vec<u8>)> {
    let (head, _) = bytes.split_first_chunk::<9>()?;
    let [a, b, c, kind, flags, id @ ..] = *head;
    let length = u32::from_be_bytes([0, a, b, c]) as usize;
    let id = u32::from_be_bytes(id) & 0x7fff_ffff;
    if bytes.len() < 9 + length {
        return None;
    }
    let payload = bytes.drain(..9 + length).skip(9).collect();
    Some((kind, flags, id, payload))
}

/// HPACK without a table: each field a literal that is never indexed.
fn block(fields: &[(String, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in fields {
        bytes.push(0x10);
        for text in [name, value] {
            // An integer with a prefix of seven bits.
            let mut rest = text.len();
            if rest < 127 {
                bytes.push(rest as u8);
            } else {
                bytes.push(127);
                rest -= 127;
                while rest >= 128 {
                    bytes.push((rest % 128) as u8 | 128);
                    rest /= 128;
                }
                bytes.push(rest as u8);
            }
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    bytes
}

/// The status of a response, which is its first field.
fn status(flags: u8, payload: &[u8]) -> u16 {
    let skip = usize::from(flags & PADDED != 0) + if flags & PRIORITY != 0 { 5 } else { 0 };
    let mut rest = &payload[skip..];
    // A change of the table's size.
    while rest[0] & 0xe0 == 0x20 {
        rest = &rest[1..];
    }
    let (named, literal) = match rest[0] {
        first if first & 0x80 != 0 => (first & 0x7f, false),
        first if first & 0x40 != 0 => (first & 0x3f, true),
        first => (first & 0x0f, true),
    };
    assert!((8..=14).contains(&named), "the status comes first: {payload:?}");
    if !literal {
        return [200, 204, 206, 304, 400, 404, 500][usize::from(named) - 8];
    }
    let length = usize::from(rest[1] & 0x7f);
    let digits = &rest[2..2 + length];
    let text = if rest[1] & 0x80 == 0 { String::from_utf8(digits.to_vec()).unwrap() } else { digits_of(digits) };
    text.parse().unwrap()
}

/// Digits in HPACK's Huffman code: 0 to 2 have five bits, the others six.
fn digits_of(bytes: &[u8]) -> String {
    let bits: Vec<u32> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |i| u32::from(byte >> i & 1))).collect();
    let number = |bits: &[u32]| bits.iter().fold(0, |number, bit| number << 1 | bit);
    let (mut digits, mut at) = (String::new(), 0);
    while at + 5 <= bits.len() {
        let five = number(&bits[at..at + 5]);
        let (digit, length) = match five {
            0..=2 => (five, 5),
            _ if at + 6 <= bits.len() && five < 0b10000 => (number(&bits[at..at + 6]) - 0b011001 + 3, 6),
            _ => break,
        };
        digits.push(char::from_digit(digit, 10).unwrap());
        at += length;
    }
    digits
}

#[test]
fn a_status_is_read_in_every_encoding() {
    for (payload, wanted) in [(&[0x88][..], 200), (&[0x8c], 400), (b"\x48\x03401", 401), (b"\x08\x03431", 431)] {
        assert_eq!(status(0, payload), wanted);
    }
    // 4 is 011010, 0 is 00000, 1 is 00001; the rest is padding.
    assert_eq!(status(0, &[0x48, 0x82, 0b0110_1000, 0b0000_0001]), 401);
    assert_eq!(status(0, &[0x48, 0x83, 0b0110_1001, 0b1001_0000, 0b1111_1111]), 431);
}
