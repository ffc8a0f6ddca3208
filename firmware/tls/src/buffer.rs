//! Bytes on their way between Mbed TLS and the stream below.

/// Bytes that fit: a record goes through in several pieces.
const ROOM: usize = 512;

/// Bytes that are put in at one end and taken out at the other.
pub(crate) struct Buffer {
    bytes: [u8; ROOM],
    start: usize,
    end: usize,
}

impl Buffer {
    /// What has been put in and not taken out.
    pub(crate) fn filled(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes out the first `count` bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = self.end.min(self.start + count);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Room at the end. What is written there counts after [`Buffer::extend`].
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    /// The first `count` bytes of the room have been written.
    pub(crate) fn extend(&mut self, count: usize) {
        self.end = ROOM.min(self.end + count);
    }

    /// Puts in what fits of `bytes`, and says how much that is.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> usize {
        let room = self.room();
        let count = room.len().min(bytes.len());
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.extend(count);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Buffer = Buffer {
        bytes: [0; ROOM],
        start: 0,
        end: 0,
    };

    #[test]
    fn bytes_come_out_as_they_went_in() {
        let mut buffer = EMPTY;
        assert_eq!(buffer.put(b"abc"), 3);
        buffer.room()[..2].copy_from_slice(b"de");
        buffer.extend(2);
        assert_eq!(buffer.filled(), b"abcde");
        buffer.consume(4);
        assert_eq!(buffer.filled(), b"e");
    }

    #[test]
    fn a_full_buffer_takes_nothing_until_it_is_empty() {
        let mut buffer = EMPTY;
        assert_eq!(buffer.put(&[1; ROOM + 1]), ROOM);
        assert_eq!(buffer.put(&[2]), 0);
        buffer.consume(ROOM);
        assert_eq!(buffer.filled(), b"");
        assert_eq!(buffer.put(&[2]), 1);
    }
}
