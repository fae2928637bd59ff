//! Pickled data of plain shape: dictionaries, lists, texts, numbers, arrays of `NumPy`.
//!
//! Nothing is executed: what a pickle wants to call becomes a value that holds the arguments, and
//! nothing more. Opcodes are those of `pickletools`, as far as such data use them; protocol 2 and
//! later.

use std::io;
use std::ops::Range;
use std::path::Path;

use super::damaged;

/// Largest file that is read.
const LARGEST: u64 = 512 << 20;

/// Values inside each other; more would be a way to exhaust the stack.
const DEEPEST: u32 = 32;

/// Values that are made from one file, those of copies included.
const MOST_VALUES: usize = 20_000_000;

/// Whether a file is no larger than what is read.
pub(super) fn is_small_enough(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|metadata| metadata.len() <= LARGEST)
}

/// A value of a pickle.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Int(i64),
    /// Bytes, or text of Python 2, by where they lie.
    Bytes(Range<usize>),
    Text(String),
    /// A list, a tuple, or the arguments of what is not called, with its state behind them.
    List(Vec<Self>),
    Dict(Vec<(Self, Self)>),
}

impl Value {
    /// The text of a value; of bytes, those in `file`.
    pub(super) fn text<'a>(&'a self, file: &'a [u8]) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(range) => std::str::from_utf8(file.get(range.clone())?).ok(),
            _ => None,
        }
    }
}

/// A value with what it costs.
#[derive(Clone)]
struct Node {
    value: Value,
    depth: u32,
    size: usize,
}

impl Node {
    fn new(value: Value) -> Self {
        let size = match &value {
            Value::Text(text) => 1 + text.len() / 16,
            _ => 1,
        };
        Self {
            value,
            depth: 1,
            size,
        }
    }
}

/// The machine that a pickle is a program for.
struct Machine<'a> {
    file: &'a [u8],
    at: usize,
    stack: Vec<Node>,
    marks: Vec<usize>,
    memo: Vec<Option<Node>>,
    made: usize,
}

/// Reads a pickle; with it how many bytes stand behind it.
///
/// # Errors
/// It is cut short, or holds what plain data do not.
pub(super) fn read(file: &[u8]) -> io::Result<(Value, usize)> {
    let mut machine = Machine {
        file,
        at: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Vec::new(),
        made: 0,
    };
    loop {
        if let Some(value) = machine.step()? {
            return Ok((value, file.len().saturating_sub(machine.at)));
        }
    }
}

impl Machine<'_> {
    /// Obeys one opcode; the result when that was the last.
    fn step(&mut self) -> io::Result<Option<Value>> {
        let opcode = self.take(1)?[0];
        match opcode {
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'.' => return Ok(Some(self.pop()?.value)),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'N' => self.push(Node::new(Value::None))?,
            0x88 => self.push(Node::new(Value::Int(1)))?,
            0x89 => self.push(Node::new(Value::Int(0)))?,
            b'K' => self.integer(1)?,
            b'M' => self.integer(2)?,
            b'J' => {
                let value = i64::from(self.number(4)? as u32 as i32);
                self.push(Node::new(Value::Int(value)))?;
            }
            0x8A => {
                let length = self.number(1)?;
                let value = self.take(length)?.iter().rev();
                // Numbers of more than 64 bits are none of plain data; their low ones will do.
                let value = value.fold(0_i64, |all, &byte| all.wrapping_shl(8) | i64::from(byte));
                self.push(Node::new(Value::Int(value)))?;
            }
            b'G' => {
                self.take(8)?;
                self.push(Node::new(Value::None))?;
            }
            b'U' | b'C' => self.bytes(1)?,
            b'T' | b'B' => self.bytes(4)?,
            // Bytes, and those that may be changed.
            0x8E | 0x96 => self.bytes(8)?,
            0x8C => self.text(1)?,
            b'X' => self.text(4)?,
            0x8D => self.text(8)?,
            b'c' => {
                self.line()?;
                self.line()?;
                self.push(Node::new(Value::None))?;
            }
            0x93 => {
                self.pop()?;
                self.pop()?;
                self.push(Node::new(Value::None))?;
            }
            b']' | b')' => self.list(self.stack.len())?,
            b'l' | b't' => {
                let mark = self.mark()?;
                self.list(mark)?;
            }
            0x85..=0x87 => {
                let count = usize::from(opcode - 0x84);
                let start = self.stack.len().checked_sub(count).ok_or_else(malformed)?;
                self.list(start)?;
            }
            // What is called, and what it is called with: the arguments stay.
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                self.pop()?;
                self.push(Node::new(Value::List(Vec::new())))?;
                self.append(vec![arguments])?;
            }
            b'b' => {
                let state = self.pop()?;
                self.append(vec![state])?;
            }
            b'a' => {
                let value = self.pop()?;
                self.append(vec![value])?;
            }
            b'e' => {
                let mark = self.mark()?;
                let values = self.stack.split_off(mark);
                self.append(values)?;
            }
            b'}' => self.push(Node::new(Value::Dict(Vec::new())))?,
            b's' => {
                let start = self.stack.len().checked_sub(2).ok_or_else(malformed)?;
                self.set(start)?;
            }
            b'u' => {
                let mark = self.mark()?;
                self.set(mark)?;
            }
            b'q' => self.memorise(1)?,
            b'r' => self.memorise(4)?,
            0x94 => {
                let top = self.stack.last().ok_or_else(malformed)?.clone();
                self.spend(top.size)?;
                self.memo.push(Some(top));
            }
            b'h' => self.recall(1)?,
            b'j' => self.recall(4)?,
            other => {
                return Err(damaged(format!(
                    "holds more than plain data (opcode {other})"
                )));
            }
        }
        Ok(None)
    }

    fn take(&mut self, length: usize) -> io::Result<&[u8]> {
        let end = self.at.checked_add(length).ok_or_else(malformed)?;
        let bytes = self.file.get(self.at..end).ok_or_else(malformed)?;
        self.at = end;
        Ok(bytes)
    }

    /// A number of so many bytes, low byte first.
    fn number(&mut self, width: usize) -> io::Result<usize> {
        let bytes = self.take(width)?.iter().rev();
        Ok(bytes.fold(0, |all, &byte| all << 8 | usize::from(byte)))
    }

    fn line(&mut self) -> io::Result<()> {
        while self.take(1)?[0] != b'\n' {}
        Ok(())
    }

    fn spend(&mut self, values: usize) -> io::Result<()> {
        self.made = self.made.saturating_add(values);
        match self.made > MOST_VALUES {
            true => Err(damaged("holds more values than are read")),
            false => Ok(()),
        }
    }

    fn push(&mut self, node: Node) -> io::Result<()> {
        self.spend(node.size)?;
        self.stack.push(node);
        Ok(())
    }

    fn pop(&mut self) -> io::Result<Node> {
        self.stack.pop().ok_or_else(malformed)
    }

    fn mark(&mut self) -> io::Result<usize> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len());
        mark.ok_or_else(malformed)
    }

    fn integer(&mut self, width: usize) -> io::Result<()> {
        let value = self.number(width)? as i64;
        self.push(Node::new(Value::Int(value)))
    }

    fn bytes(&mut self, width: usize) -> io::Result<()> {
        let length = self.number(width)?;
        let start = self.at;
        self.take(length)?;
        self.push(Node::new(Value::Bytes(start..self.at)))
    }

    fn text(&mut self, width: usize) -> io::Result<()> {
        let length = self.number(width)?;
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.push(Node::new(Value::Text(text)))
    }

    /// Makes a list of all values from a place of the stack on.
    fn list(&mut self, start: usize) -> io::Result<()> {
        let values = self.stack.split_off(start);
        self.push(Node::new(Value::List(Vec::new())))?;
        self.append(values)
    }

    /// Adds values to the list, or the state to the object, on top of the stack.
    fn append(&mut self, values: Vec<Node>) -> io::Result<()> {
        let top = self.stack.last_mut().ok_or_else(malformed)?;
        let Value::List(list) = &mut top.value else {
            return Err(malformed());
        };
        for node in values {
            top.depth = top.depth.max(node.depth + 1);
            top.size += node.size;
            list.push(node.value);
        }
        match top.depth > DEEPEST {
            true => Err(damaged("holds values too deep inside each other")),
            false => Ok(()),
        }
    }

    /// Adds keys and values from a place of the stack on to the dictionary before it.
    fn set(&mut self, start: usize) -> io::Result<()> {
        let values = self.stack.split_off(start);
        let top = self.stack.last_mut().ok_or_else(malformed)?;
        let Value::Dict(dict) = &mut top.value else {
            return Err(malformed());
        };
        let mut values = values.into_iter();
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            top.depth = top.depth.max(key.depth.max(value.depth) + 1);
            top.size += key.size + value.size;
            dict.push((key.value, value.value));
        }
        match top.depth > DEEPEST {
            true => Err(damaged("holds values too deep inside each other")),
            false => Ok(()),
        }
    }

    fn memorise(&mut self, width: usize) -> io::Result<()> {
        let place = self.number(width)?;
        let top = self.stack.last().ok_or_else(malformed)?.clone();
        self.spend(top.size)?;
        if place >= self.memo.len() {
            self.spend(place + 1 - self.memo.len())?;
            self.memo.resize_with(place + 1, || None);
        }
        self.memo[place] = Some(top);
        Ok(())
    }

    fn recall(&mut self, width: usize) -> io::Result<()> {
        let place = self.number(width)?;
        let node = self.memo.get(place).cloned().flatten();
        self.push(node.ok_or_else(malformed)?)
    }
}

fn malformed() -> io::Error {
    damaged("is cut short, or no pickle")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_dictionary_of_plain_data_is_read() {
        // {b'data': b'\x01\x02', 'labels': [3, 300]} of protocol 2.
        let file = b"\x80\x02}q\x00(U\x04dataq\x01U\x02\x01\x02X\x06\x00\x00\x00labelsq\x02]q\x03(K\x03M\x2c\x01eu.";
        let (Value::Dict(rows), 0) = read(file).unwrap() else {
            panic!("a dictionary");
        };
        assert_eq!(rows[0].0.text(file), Some("data"));
        assert_eq!(rows[0].1, Value::Bytes(16..18));
        assert_eq!(rows[1].1, Value::List(vec![Value::Int(3), Value::Int(300)]));
    }

    #[test]
    fn what_is_called_is_not_called() {
        // os.system('x')
        let file = b"\x80\x02cos\nsystem\nX\x01\x00\x00\x00x\x85R.";
        let arguments = Value::List(vec![Value::Text("x".to_owned())]);
        assert_eq!(read(file).unwrap(), (Value::List(vec![arguments]), 0));
    }

    #[test]
    fn depth_copies_and_ends_are_limited() {
        let deep = [b"\x80\x02)".as_slice(), &vec![0x85; 1_000_000], b"."].concat();
        assert!(read(&deep).unwrap_err().to_string().contains("deep"));
        let mut doubled = b"\x80\x02)".to_vec();
        for _ in 0..30 {
            doubled.extend(b"q\x00h\x00\x86");
        }
        doubled.push(b'.');
        assert!(read(&doubled).is_err());
        assert!(read(b"\x80\x02N\x72\xff\xff\xff\xff.").is_err());
        assert!(read(b"\x80\x02U\x09ab.").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_way_to_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&[b"\x80\x02".as_slice(), &bytes].concat());
        }
    }
}
